// The calls that are open or remembered, and the names by which events find them. Pure; no decisions.
#pragma once

#include "connectors/avaya_dmcc/call.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tandem::avaya_dmcc {

struct CallEntry {
    Call call;
    Instant heard;                     // of it, last
    std::optional<Instant> wait_ucid;  // its first record waits so long for one
    bool emitted = false;
    bool restored = false;  // and nothing heard of it since
    std::size_t told = 0;   // hash of the body that was handed out last
    // From a lost link until snapshots_done: when it was lost, and the parts that are there nevertheless. Events may
    // have closed the gap of the record before.
    std::optional<Instant> lost_at;
    std::vector<std::string> confirmed;

    // Kept by the table.
    std::vector<std::string> names;
    std::vector<std::string> stations;
    std::optional<Instant> due;
    std::uint64_t number = 0;
    bool open = false;
};

// Of several calls with one name the open one is meant, else the newest.
class CallTable {
public:
    CallEntry* by_call(std::string_view switch_name, std::string_view id) const;
    CallEntry* by_ucid(std::string_view ucid) const;
    CallEntry* by_id(std::string_view id) const;
    // Calls with a leg at that station, open or not, the newest last.
    const std::vector<CallEntry*>& at_station(std::string_view switch_name, std::string_view station) const;

    CallEntry& add(Call call, Instant heard);
    // After every change of an entry: its names, whether it is open, and when it is due.
    void update(CallEntry& entry, std::optional<Instant> due);
    void erase(CallEntry& entry);

    std::optional<Instant> next_due() const;
    CallEntry* first_due();
    std::size_t size() const { return entries_.size(); }
    std::size_t open() const { return open_; }
    void each(const std::function<void(CallEntry&)>& visit);
    void each(const std::function<void(const CallEntry&)>& visit) const;

private:
    using Key = std::pair<Instant, std::uint64_t>;
    std::map<std::uint64_t, std::unique_ptr<CallEntry>> entries_;
    using Index = std::unordered_map<std::string, std::vector<CallEntry*>>;
    static void add_to(Index& index, const std::vector<std::string>& keys, CallEntry& entry);
    static void remove_from(Index& index, const std::vector<std::string>& keys, CallEntry& entry);
    CallEntry* named(const std::string& name) const;

    Index names_;
    Index stations_;
    std::map<Key, CallEntry*> due_;
    std::uint64_t last_number_ = 0;
    std::size_t open_ = 0;
};

}  // namespace tandem::avaya_dmcc
