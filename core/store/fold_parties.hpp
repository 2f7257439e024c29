// The parties of documents of several sources as one list, and the small reading of documents that folding needs.
#pragma once

#include "core/data/value.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace tandem::store {

inline std::span<const data::Value> items_of(data::Value list) {
    return list.is_array() ? list.items() : std::span<const data::Value>{};
}
inline std::string_view text_of(data::Value object, std::string_view key) {
    return object.is_object() ? object.string_at(key).value_or("") : std::string_view{};
}
data::Value with_member(data::Value object, std::string_view key, data::Value value, data::Arena& arena);

// The folded party list, and for each source how its party numbers translate into it. The documents and the arena must
// outlive it.
class Parties {
public:
    Parties(std::span<const data::Value> documents, data::Arena& arena);

    bool empty() const { return list_.size() == 0; }
    data::Value list() const { return data::Value::array(list_.items()); }
    data::Value translate(std::size_t source, data::Value number) const;
    // A message, event or attachment with its party references in terms of the folded list.
    data::Value translate_item(std::size_t source, data::Value item);

private:
    void place(std::size_t source, data::Value party);

    data::Arena& arena_;
    data::ArenaList<data::Value> list_;
    std::size_t first_source_ = 0;
    std::int64_t next_ = 0;
    std::vector<std::map<std::int64_t, std::int64_t>> numbers_;
};

}  // namespace tandem::store
