#include "connectors/avaya_dmcc/call_table.hpp"

#include "connectors/avaya_dmcc/call_copies.hpp"

#include <algorithm>
#include <ranges>

namespace tandem::avaya_dmcc {
namespace {

// The kinds of names do not meet: those within a switch contain a slash, weak ids colons.
std::vector<std::string> names_of(const Call& call) {
    std::vector<std::string> names = call.ucids;
    if (call.weak_id) names.push_back(call.id);
    for (const Part& part : call.parts) {
        names.push_back(switch_key(call.switch_name, part.call));
        if (!part.ucid.empty() && std::ranges::find(names, part.ucid) == names.end()) names.push_back(part.ucid);
    }
    return names;
}

std::vector<std::string> stations_of(const Call& call) {
    std::vector<std::string> stations;
    for (const Leg& leg : call.legs) {
        auto key = switch_key(call.switch_name, leg.station);
        if (std::ranges::find(stations, key) == stations.end()) stations.push_back(std::move(key));
    }
    return stations;
}

}  // namespace

CallEntry* CallTable::named(const std::string& name) const {
    const auto found = names_.find(name);
    if (found == names_.end()) return nullptr;
    const auto open = std::ranges::find_if(found->second | std::views::reverse,
                                           [](const CallEntry* entry) { return !entry->call.ended(); });
    return open == found->second.rend() ? found->second.back() : *open;
}

CallEntry* CallTable::by_call(std::string_view switch_name, std::string_view id) const {
    return id.empty() ? nullptr : named(switch_key(switch_name, id));
}

CallEntry* CallTable::by_ucid(std::string_view ucid) const {
    return ucid.empty() ? nullptr : named(std::string(ucid));
}

CallEntry* CallTable::by_id(std::string_view id) const {
    const auto found = names_.find(std::string(id));
    if (found == names_.end()) return nullptr;
    const auto same = std::ranges::find_if(found->second, [&](const CallEntry* entry) { return entry->call.id == id; });
    return same == found->second.end() ? nullptr : *same;
}

const std::vector<CallEntry*>& CallTable::at_station(std::string_view switch_name, std::string_view station) const {
    static const std::vector<CallEntry*> kNone;
    const auto found = stations_.find(switch_key(switch_name, station));
    return found == stations_.end() ? kNone : found->second;
}

CallEntry& CallTable::add(Call call, Instant heard) {
    const auto number = ++last_number_;
    auto entry = std::make_unique<CallEntry>();
    entry->call = std::move(call);
    entry->heard = heard;
    entry->number = number;
    return *entries_.emplace(number, std::move(entry)).first->second;
}

void CallTable::update(CallEntry& entry, std::optional<Instant> due) {
    if (due != entry.due) {
        if (entry.due) due_.erase({*entry.due, entry.number});
        entry.due = due;
        if (due) due_.emplace(Key(*due, entry.number), &entry);
    }
    open_ -= entry.open ? 1 : 0;
    entry.open = !entry.call.ended();
    open_ += entry.open ? 1 : 0;
    auto names = names_of(entry.call);
    auto stations = stations_of(entry.call);
    if (names == entry.names && stations == entry.stations) return;
    remove_from(names_, entry.names, entry);
    remove_from(stations_, entry.stations, entry);
    entry.names = std::move(names);
    entry.stations = std::move(stations);
    add_to(names_, entry.names, entry);
    add_to(stations_, entry.stations, entry);
}

void CallTable::add_to(Index& index, const std::vector<std::string>& keys, CallEntry& entry) {
    for (const auto& key : keys)
        index[key].push_back(&entry);
}

void CallTable::remove_from(Index& index, const std::vector<std::string>& keys, CallEntry& entry) {
    for (const auto& key : keys) {
        const auto found = index.find(key);
        if (found == index.end()) continue;
        std::erase(found->second, &entry);
        if (found->second.empty()) index.erase(found);
    }
}

void CallTable::erase(CallEntry& entry) {
    remove_from(names_, entry.names, entry);
    remove_from(stations_, entry.stations, entry);
    if (entry.due) due_.erase({*entry.due, entry.number});
    open_ -= entry.open ? 1 : 0;
    entries_.erase(entry.number);
}

std::optional<Instant> CallTable::next_due() const {
    return due_.empty() ? std::nullopt : std::optional(due_.begin()->first.first);
}

CallEntry* CallTable::first_due() {
    return due_.empty() ? nullptr : due_.begin()->second;
}

void CallTable::each(const std::function<void(CallEntry&)>& visit) {
    for (const auto& entry : entries_ | std::views::values)
        visit(*entry);
}

void CallTable::each(const std::function<void(const CallEntry&)>& visit) const {
    for (const auto& entry : entries_ | std::views::values)
        visit(*entry);
}

}  // namespace tandem::avaya_dmcc
