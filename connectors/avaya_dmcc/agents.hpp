// Who is logged on where (vendors/avaya.md 2.11): events of calls name only the station. Pure. Agents move between
// desks, so a leg keeps the agent that it had.
#pragma once

#include "connectors/avaya_dmcc/event.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tandem::avaya_dmcc {

class Agents {
public:
    void take(const AgentEvent& event);
    // Login id of the agent at a station, "" if nobody is known to be there. `station` is a switch_key.
    std::string_view at(const std::string& station) const;

    std::size_t size() const { return stations_.size(); }

private:
    std::unordered_map<std::string, std::string> stations_;
};

}  // namespace tandem::avaya_dmcc
