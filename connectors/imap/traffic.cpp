#include "connectors/imap/traffic.hpp"

#include <algorithm>

namespace tandem::imap {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

Task<void> Pace::turn() {
    const auto now = SteadyClock::now();
    const auto mine = std::max(now, next_);
    next_ = mine + step_;
    if (mine > now) co_await async::sleep_for(mine - now);
}

Task<Room::Share> Room::take(std::uint64_t units) {
    const auto wanted = std::min(units, units_);
    while (taken_ + wanted > units_)
        co_await freed_.wait();
    taken_ += wanted;
    co_return Share(*this, wanted);
}

void Room::give_back(std::uint64_t units) {
    taken_ -= units;
    freed_.notify_all();
}

}  // namespace tandem::imap
