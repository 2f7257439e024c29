#include "core/async/backoff.hpp"

#include "core/base/crypto.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

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

Jitter::Jitter() {
    std::uint32_t seed = 0;
    random_bytes(reinterpret_cast<std::uint8_t*>(&seed), sizeof(seed));
    engine_.seed(seed);
}

double Jitter::next() {
    return std::generate_canonical<double, 32>(engine_);
}

}  // namespace tandem::async
