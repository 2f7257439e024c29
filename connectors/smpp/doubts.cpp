#include "connectors/smpp/doubts.hpp"

#include <algorithm>
#include <utility>

namespace tandem::smpp {

namespace {

constexpr std::size_t kMaxDoubts = 1'000;

}  // namespace

void Doubts::add(Doubt doubt) {
    if (doubts_.size() >= kMaxDoubts) doubts_.pop_front();
    doubts_.push_back(std::move(doubt));
}

std::optional<Doubt> Doubts::answered(std::uint64_t connection, std::uint32_t sequence, std::optional<std::string> id) {
    const auto found = std::ranges::find_if(
        doubts_, [&](const Doubt& one) { return one.connection == connection && one.sequence == sequence; });
    return take(found, std::move(id));
}

std::optional<Doubt> Doubts::reported(std::string_view destination, std::uint16_t reference, std::string id) {
    const auto found = std::ranges::find_if(
        doubts_, [&](const Doubt& one) { return one.reference == reference && one.destination == destination; });
    return take(found, std::move(id));
}

std::optional<Doubt> Doubts::take(std::deque<Doubt>::iterator found, std::optional<std::string> id) {
    if (found == doubts_.end()) return std::nullopt;
    Doubt out = std::move(*found);
    doubts_.erase(found);
    if (id) out.ids.push_back(std::move(*id));
    return out;
}

}  // namespace tandem::smpp
