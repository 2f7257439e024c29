// Instants are UTC with microseconds everywhere; text is RFC 3339 with a capital T and Z.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

inline std::int64_t to_micros(Instant at) {
    return at.time_since_epoch().count();
}
inline Instant from_micros(std::int64_t micros) {
    return Instant(std::chrono::microseconds(micros));
}

// 2026-11-20T13:05:00Z; a fraction of 3 or 6 digits only when it is not zero.
std::string format_time(Instant at);

// RFC 3339 with any offset ("Z", "+03:00", also "+0300" as several vendors write it) and up to nine digits of fraction
// (cut to microseconds). nullopt if the text is not such a time or names an impossible date.
std::optional<Instant> parse_time(std::string_view text);

// The time of day, replaceable in tests.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
public:
    Instant now() const override;
};

}  // namespace tandem
