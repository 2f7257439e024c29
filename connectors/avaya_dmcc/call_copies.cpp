#include "connectors/avaya_dmcc/call_copies.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::avaya_dmcc {
namespace {

constexpr std::chrono::seconds kWindow{2};
constexpr std::size_t kMost = 32'768;

std::string key_of(const CallEvent& event) {
    std::string key = switch_key(event.switch_name, event.connection.call);
    key += ' ';
    key += to_string(event.kind);
    for (const std::string* text :
         {&event.connection.device.number, &event.primary_old.call, &event.secondary_old.call, &event.digits}) {
        key += ' ';
        key += *text;
    }
    if (event.kind == CallEventKind::Queued) key += event.subject.device.number;
    std::vector<std::string> parties;
    for (const ConnectionChange& change : event.connections)
        parties.push_back(change.now.call + '/' + change.now.device.number);
    std::ranges::sort(parties);
    for (const auto& party : parties)
        key += ' ' + party;
    return key;
}

}  // namespace

bool CallCopies::is_copy(const CallEvent& event) {
    forget(event.at);
    auto key = key_of(event);
    const auto [found, added] = seen_.try_emplace(key, Seen{.at = event.at, .monitors = {event.monitor}});
    Seen& seen = found->second;
    const bool other = !added && std::ranges::find(seen.monitors, event.monitor) == seen.monitors.end();
    if (other) {
        seen.monitors.push_back(event.monitor);
        return true;
    }
    seen = {.at = event.at, .monitors = {event.monitor}};
    order_.emplace_back(event.at, std::move(key));
    return false;
}

void CallCopies::forget(Instant now) {
    while (!order_.empty() && (order_.size() >= kMost || now - order_.front().first > kWindow)) {
        const auto found = seen_.find(order_.front().second);
        if (found != seen_.end() && found->second.at == order_.front().first) seen_.erase(found);
        order_.pop_front();
    }
}

std::string switch_key(std::string_view switch_name, std::string_view name) {
    std::string key = to_lower_ascii(switch_name);
    key += '/';
    key += name;
    return key;
}

}  // namespace tandem::avaya_dmcc
