// The numbers of one instance, inside core/connector: named for the registry, and listed for the API. Written on the
// instance's strand, read by any thread.
#pragma once

#include "core/obs/metrics.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace tandem::connector {

class Counters {
public:
    // `registry` outlives this. A restarted instance goes on counting where it was.
    Counters(obs::Registry& registry, std::string instance);

    // Kept apart because every message touches them.
    obs::Counter& received;
    obs::Counter& received_bytes;
    obs::Counter& emitted;
    obs::Gauge& up;  // 1 while ready or degraded
    std::atomic<std::int64_t> last_event_micros{0};

    // Adds to tandem_<counter>_total. Beyond 64 labels of one counter further ones are counted as "other": a label that
    // somebody made of a vendor's text must not fill the memory.
    void add(std::string_view counter, std::string_view label, std::uint64_t by);

    // "received", "rejected:bad signature" ... with their values.
    std::map<std::string, std::uint64_t> values() const;

private:
    obs::Counter& make(std::string_view counter, std::string_view label);

    obs::Registry& registry_;
    const std::string instance_;
    mutable std::mutex mutex_;
    std::map<std::string, std::map<std::string, obs::Counter*, std::less<>>, std::less<>> labelled_;
};

}  // namespace tandem::connector
