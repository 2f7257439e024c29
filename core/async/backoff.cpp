#include "core/async/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace tandem::async {

std::chrono::milliseconds Backoff::next(double random, std::optional<std::chrono::milliseconds> retry_after) {
    const auto limit = static_cast<double>(options_.limit.count());
    const double full =
        std::min(limit, static_cast<double>(options_.first.count()) * std::pow(options_.factor, attempts_));
    // 64 doublings are beyond every limit; counting further would only overflow.
    attempts_ = std::min(attempts_ + 1, 64U);
    const double delay = full * (1.0 - options_.jitter) + full * options_.jitter * random;
    const std::chrono::milliseconds own(std::llround(delay));
    return retry_after ? std::max(own, *retry_after) : own;
}

}  // namespace tandem::async
