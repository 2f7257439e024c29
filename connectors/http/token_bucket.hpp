// A rate limit with room for bursts. Pure: the time comes from the caller, and a clock that jumps back does no harm.
#pragma once

#include "core/base/time.hpp"

#include <chrono>

namespace tandem::http {

class TokenBucket {
public:
    // `rate` tokens per second, at most `capacity` saved up; starts full. A rate of 0 never refuses.
    TokenBucket(double rate, double capacity, Instant now);

    // Zero when a token was taken, else how long until there is one.
    std::chrono::milliseconds take(Instant now);

private:
    double rate_;
    double capacity_;
    double tokens_;
    Instant last_;
};

}  // namespace tandem::http
