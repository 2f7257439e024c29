#include "core/data/fields.hpp"

#include <algorithm>

namespace tandem::data {
namespace {

// Up to here looking through all names is faster than a map. The map is ordered because names come from outside: no
// choice of names makes it slow.
constexpr std::size_t kFew = 24;

}  // namespace

std::size_t Fields::position(std::string_view name) {
    if (groups_.size() < kFew) {
        auto found = std::ranges::find(groups_, name, &Group::name);
        return static_cast<std::size_t>(found - groups_.begin());
    }
    if (positions_.empty()) {
        for (std::size_t i = 0; i < groups_.size(); ++i)
            positions_.emplace(groups_[i].name, i);
    }
    auto found = positions_.find(name);
    return found == positions_.end() ? groups_.size() : found->second;
}

void Fields::add(std::string_view name, Value value) {
    auto at = position(name);
    if (at < groups_.size()) {
        groups_[at].more.push_back(value);
        return;
    }
    groups_.push_back({name, value, {}});
    if (!positions_.empty()) positions_.emplace(name, at);
}

Value Fields::object() const {
    auto members = arena_.array<Member>(groups_.size());
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        const auto& group = groups_[i];
        members[i] = {group.name, group.first};
        if (group.more.empty()) continue;
        auto items = arena_.array<Value>(group.more.size() + 1);
        items[0] = group.first;
        std::ranges::copy(group.more, items.begin() + 1);
        members[i].value = Value::array(items);
    }
    return Value::object(members);
}

}  // namespace tandem::data
