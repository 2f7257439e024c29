// Waiting for what no event tells of: another thread, another process.
#pragma once

#include <chrono>
#include <thread>

namespace tandem::test {

// Looks again and again until it is so. False when the limit has passed first.
template <class Condition>
bool becomes(Condition condition, std::chrono::seconds limit = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
        if (condition()) return true;
        std::this_thread::yield();
    }
    return false;
}

}  // namespace tandem::test
