#include "connectors/avaya_records/repeats.hpp"

#include "core/base/crypto.hpp"

#include <algorithm>

namespace tandem::avaya_records {

std::optional<Repeats::Before> Repeats::note(std::string_view text, std::uint64_t connection, Instant at) {
    while (!order_.empty() && (order_.size() >= most_ || order_.front().first + std::chrono::hours(24) < at)) {
        known_.erase(order_.front().second);
        order_.pop_front();
    }
    const auto digest = sha256(text);
    Hash hash{};
    std::copy_n(digest.begin(), hash.size(), hash.begin());
    const auto [place, fresh] = known_.try_emplace(hash);
    const Before before = place->second;
    place->second = {.connection = connection, .times = before.times + 1};
    if (!fresh) return before;
    order_.emplace_back(at, hash);
    return std::nullopt;
}

}  // namespace tandem::avaya_records
