// Time zones; the only user of Howard Hinnant's date library, because standard chrono of this compiler's library has
// none. Thread-safe; the first use reads the system's zone database and may block on the disk.
#pragma once

#include "core/base/time.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace tandem {

using LocalTime = std::chrono::local_time<std::chrono::microseconds>;

// What a wall clock may have meant. In the hour that clocks repeat the two differ; a time that they skip means the
// moment at which they do.
struct LocalMeaning {
    Instant first;
    Instant last;
    friend bool operator==(const LocalMeaning&, const LocalMeaning&) = default;
};

class Zone {
public:
    Zone() = default;  // UTC
    // An IANA name, an offset such as +03:00 (up to 18 hours), or empty for UTC. nullopt: there is no such zone.
    static std::optional<Zone> find(std::string_view name);

    LocalMeaning meaning(LocalTime local) const;
    LocalTime local(Instant at) const;

private:
    const void* rules_ = nullptr;  // date::time_zone, of the process
    std::chrono::minutes offset_{0};
};

// "+03:00", "-0500", "+03", "Z". nullopt if the text is none.
std::optional<std::chrono::minutes> parse_offset(std::string_view text);

}  // namespace tandem
