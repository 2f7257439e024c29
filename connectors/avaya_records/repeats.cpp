#include "connectors/avaya_records/repeats.hpp"

#include "core/base/crypto.hpp"

#include <algorithm>

namespace tandem::avaya_records {

std::size_t Repeats::note(std::string_view text, bool unique, std::uint64_t connection, Instant at) {
    while (!order_.empty() && (order_.size() >= most_ || order_.front().first + std::chrono::hours(24) < at)) {
        known_.erase(order_.front().second);
        order_.pop_front();
    }
    const auto digest = sha256(text);
    Hash hash{};
    std::copy_n(digest.begin(), hash.size(), hash.begin());
    const auto [place, fresh] = known_.try_emplace(hash);
    if (fresh) order_.emplace_back(at, hash);
    Known& known = place->second;
    auto on = std::ranges::find(known.on, connection, &std::pair<std::uint64_t, std::size_t>::first);
    if (on == known.on.end()) {
        if (known.on.size() == kMostConnections) known.on.erase(known.on.begin());
        on = known.on.emplace(known.on.end(), connection, 0);
    }
    if (++on->second <= known.count || (unique && known.count > 0)) return 0;
    return ++known.count;
}

}  // namespace tandem::avaya_records
