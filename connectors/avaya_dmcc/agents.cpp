#include "connectors/avaya_dmcc/agents.hpp"

#include "connectors/avaya_dmcc/call_copies.hpp"

namespace tandem::avaya_dmcc {
namespace {

constexpr std::size_t kMostStations = 100'000;  // far more than a switch has

}  // namespace

void Agents::take(const AgentEvent& event) {
    if (event.agent.empty() || event.station.empty()) return;
    const auto key = switch_key(event.switch_name, event.station.number);
    if (event.state != AgentState::LoggedOff) {
        if (stations_.size() < kMostStations || stations_.contains(key)) stations_[key] = event.agent;
        return;
    }
    const auto found = stations_.find(key);
    if (found != stations_.end() && found->second == event.agent) stations_.erase(found);
}

std::string_view Agents::at(const std::string& station) const {
    const auto found = stations_.find(station);
    return found == stations_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace tandem::avaya_dmcc
