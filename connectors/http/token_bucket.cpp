#include "connectors/http/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace tandem::http {

TokenBucket::TokenBucket(double rate, double capacity, Instant now)
    : rate_(rate), capacity_(std::max(capacity, 1.0)), tokens_(capacity_), last_(now) {}

std::chrono::milliseconds TokenBucket::take(Instant now) {
    if (rate_ <= 0) return {};
    const std::chrono::duration<double> passed = std::max(now - last_, Instant::duration::zero());
    last_ = now;
    tokens_ = std::min(capacity_, tokens_ + passed.count() * rate_);
    if (tokens_ < 1.0) {
        return std::max(std::chrono::milliseconds(1),
                        std::chrono::milliseconds(std::llround(std::ceil((1.0 - tokens_) / rate_ * 1000.0))));
    }
    tokens_ -= 1.0;
    return {};
}

}  // namespace tandem::http
