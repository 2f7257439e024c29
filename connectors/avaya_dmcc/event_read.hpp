// Pieces that event.cpp and snapshot.cpp read out of XML alike. Private to them.
#pragma once

#include "connectors/avaya_dmcc/event.hpp"

#include <string>
#include <string_view>

namespace tandem::avaya_dmcc::read {

// Collects the first thing that is wrong, with the path of its element.
class Trouble {
public:
    explicit Trouble(std::string_view root) : root_(root) {}
    void note(std::string_view path, std::string_view what) {
        if (text_.empty()) text_ = root_ + "/" + std::string(path) + ": " + std::string(what);
    }
    bool any() const { return !text_.empty(); }
    Error error() const { return corrupt(text_); }

private:
    std::string root_;
    std::string text_;
};

std::string word(Element element);
// An element that holds an identifier, or one of the choices of a device around it. `path` names it in errors.
Device device(Element element, std::string_view path, Trouble& trouble);
Subject subject(Element element, std::string_view path, Trouble& trouble);
Connection connection(Element element, std::string_view path, Trouble& trouble);
LocalState local_state(Element element);
// The UCID in callLinkageData, "" if there is none.
std::string ucid(Element linkage);
// The switch's name in callLinkageData, "" if there is none.
std::string linkage_switch(Element linkage);

}  // namespace tandem::avaya_dmcc::read
