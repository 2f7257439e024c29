// Collects named values in order; a repeated name becomes an array at the place of its first value. Private to
// core/data.
#pragma once

#include "core/data/value.hpp"

#include <map>
#include <string_view>
#include <vector>

namespace tandem::data {

class Fields {
public:
    explicit Fields(Arena& arena) : arena_(arena) {}

    // `name` must live as long as the arena.
    void add(std::string_view name, Value value);
    std::size_t size() const { return groups_.size(); }
    Value object() const;

private:
    struct Group {
        std::string_view name;
        Value first;
        std::vector<Value> more;
    };
    std::size_t position(std::string_view name);

    Arena& arena_;
    std::vector<Group> groups_;
    std::map<std::string_view, std::size_t> positions_;  // once there are many
};

}  // namespace tandem::data
