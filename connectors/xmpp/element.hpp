// One XML element as XMPP uses it: names with their name space, attributes, children, text. The order of text between
// children is not kept; stanzas do not mix them.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::xmpp {

struct Element {
    std::string name;
    std::string ns;
    // Names without a name space, and xml:lang; attributes of other name spaces are left out.
    std::vector<std::pair<std::string, std::string>> attributes = {};
    std::vector<Element> children = {};
    std::string text = {};  // all text directly inside

    bool is(std::string_view wanted, std::string_view wanted_ns) const { return name == wanted && ns == wanted_ns; }
    // Empty when there is none, or none that is named so.
    std::string_view attribute(std::string_view wanted) const;
    bool has(std::string_view wanted) const;
    const Element* child(std::string_view wanted, std::string_view wanted_ns) const;
    // Text of that child; empty when there is none.
    std::string_view child_text(std::string_view wanted, std::string_view wanted_ns) const;

    Element& set(std::string_view attribute_name, std::string_view value);
    Element& add(Element child_element);
};

// Name spaces are written where they differ from the one around; `around` is that of the place it is written to.
// Characters that XML forbids become U+FFFD.
std::string to_xml(const Element& element, std::string_view around);

}  // namespace tandem::xmpp
