// How long to wait before the next attempt: exponential with jitter, so that a thousand instances that lost one vendor
// do not come back in the same second. Backoff is pure: the random number comes from the caller, usually from a Jitter.
#pragma once

#include <chrono>
#include <optional>
#include <random>

namespace tandem::async {

struct BackoffOptions {
    std::chrono::milliseconds first{1'000};
    std::chrono::milliseconds limit{60'000};
    double factor = 2.0;
    double jitter = 0.5;  // share of the delay that is random: 0 none, 1 all of it
};

class Backoff {
public:
    explicit Backoff(BackoffOptions options = {}) : options_(options) {}

    // The delay after one more failure. `random` is uniform in [0, 1). A peer's retry_after is a lower bound, also
    // above the limit.
    std::chrono::milliseconds next(double random, std::optional<std::chrono::milliseconds> retry_after = std::nullopt);
    void reset() { attempts_ = 0; }
    unsigned attempts() const { return attempts_; }

private:
    BackoffOptions options_;
    unsigned attempts_ = 0;
};

// Random numbers for Backoff, seeded by the system: instances that start in the same moment must differ. One strand.
class Jitter {
public:
    Jitter();
    double next();  // uniform in [0, 1)

private:
    std::minstd_rand engine_;
};

}  // namespace tandem::async
