#include "connectors/smpp/doubts.hpp"

#include <algorithm>
#include <utility>

namespace tandem::smpp {

namespace {

constexpr std::size_t kMaxDoubts = 1'000;

}  // namespace

void Doubts::add(Doubt doubt) {
    // An operator may have sent it again: only the last attempt counts.
    std::erase_if(entries_, [&](const Entry& one) { return one.doubt.message == doubt.message; });
    if (entries_.size() >= kMaxDoubts) entries_.pop_front();
    entries_.push_back({std::move(doubt)});
}

bool Doubts::answered(std::uint64_t connection, std::uint32_t sequence, std::optional<std::string> id) {
    const auto found = std::ranges::find_if(entries_, [&](const Entry& one) {
        return !one.settled && one.doubt.connection == connection && one.doubt.sequence == sequence;
    });
    return settle(found, std::move(id));
}

bool Doubts::reported(std::string_view destination, std::uint16_t reference, std::string id) {
    const auto found = std::ranges::find_if(entries_, [&](const Entry& one) {
        return !one.settled && one.doubt.reference == reference && one.doubt.destination == destination;
    });
    return settle(found, std::move(id));
}

std::optional<std::vector<std::string>> Doubts::take(std::string_view message) {
    const auto found =
        std::ranges::find_if(entries_, [&](const Entry& one) { return one.settled && one.doubt.message == message; });
    if (found == entries_.end()) return std::nullopt;
    auto ids = std::move(found->doubt.ids);
    entries_.erase(found);
    return ids;
}

bool Doubts::settle(std::deque<Entry>::iterator found, std::optional<std::string> id) {
    if (found == entries_.end()) return false;
    found->settled = true;
    if (id) found->doubt.ids.push_back(std::move(*id));
    return true;
}

}  // namespace tandem::smpp
