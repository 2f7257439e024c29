// A clock that stands still until the test moves it. Thread-safe.
#pragma once

#include "core/base/time.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tandem::test {

class ManualClock final : public Clock {
public:
    Instant now() const override { return from_micros(micros_); }
    void advance(std::chrono::microseconds by) { micros_ += by.count(); }

private:
    std::atomic<std::int64_t> micros_{1'790'000'000'000'000};  // 2026-09-21
};

}  // namespace tandem::test
