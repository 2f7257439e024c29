// Which events are copies: the same event comes once from every monitor that sees it (vendors/avaya.md 3.3).
#pragma once

#include "connectors/avaya_dmcc/event.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tandem::avaya_dmcc {

// Copies come within two seconds, each from another monitor: what a monitor tells again is another event. Bounded: of
// very many events in that time the oldest are forgotten first.
class CallCopies {
public:
    bool is_copy(const CallEvent& event);
    std::size_t size() const { return seen_.size(); }

private:
    struct Seen {
        Instant at;
        std::vector<std::string> monitors;
    };
    void forget(Instant now);

    std::unordered_map<std::string, Seen> seen_;
    std::deque<std::pair<Instant, std::string>> order_;
};

// "cm1/4321": what a call or a station is known by within one switch.
std::string switch_key(std::string_view switch_name, std::string_view name);

}  // namespace tandem::avaya_dmcc
