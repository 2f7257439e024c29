// Where the items of a CDR line stand (vendors/avaya.md 5.2). Customized layouts are the administrator's, given item by
// item; TELESEER is table 33 and expanded table 44 of Avaya's 555-233-506 issue 5, the latter as far as its positions
// are verified: 1 to 64. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_cdr {

enum class Format { Customized, Teleseer, Expanded, Unformatted };

struct Item {
    std::string name;  // as `change system-parameters cdr` has it: date, sec-dur, calling-num …
    std::size_t begin = 0;
    std::size_t length = 0;
};

class Layout {
public:
    // Items follow one another without gaps. Line ends and NULs may be listed; they are no part of a line.
    void add(std::string name, std::size_t length);

    std::size_t length() const { return length_; }
    const std::vector<Item>& items() const { return items_; }
    bool has(std::string_view name) const { return find(name) != nullptr; }
    const Item* find(std::string_view name) const;
    // Lines may be longer: what stands there is not read.
    bool open_ended = false;

private:
    std::vector<Item> items_;
    std::size_t length_ = 0;
};

Layout teleseer_layout();
Layout expanded_layout();

// Whether an item of that name is read, or known to be none of ours.
bool is_known_item(std::string_view name);
const std::vector<std::string>& known_items();

}  // namespace tandem::avaya_cdr
