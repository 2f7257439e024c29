// The numbers of one instance, inside core/connector. Written on the instance's strand, read by any thread.
#pragma once

#include "core/base/time.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::connector {

class Counters {
public:
    // Kept apart because every message touches them.
    std::atomic<std::uint64_t> received{0}, received_bytes{0}, emitted{0};
    std::atomic<std::int64_t> last_event_micros{0};

    // Thread-safe. Beyond 64 labels of one counter further ones are counted under "other": a label that somebody made
    // of a vendor's text must not fill the memory.
    void add(std::string_view counter, std::string_view label, std::uint64_t by);

    struct Sample {
        std::string counter;
        std::string label;  // empty if it has none
        std::uint64_t value = 0;
    };
    // Those of one counter stand together.
    std::vector<Sample> samples() const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::map<std::string, std::uint64_t, std::less<>>, std::less<>> values_;
};

}  // namespace tandem::connector
