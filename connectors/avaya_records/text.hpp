// Fields of call records. Pure.
#pragma once

#include "core/base/time.hpp"
#include "core/base/zone.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_records {

// UTF-8 where the octets are that, else Latin-1: no switch says what it writes (vendors/avaya.md 4.1). `charset` names
// another one than that; one that is unknown counts as none.
std::string to_utf8(std::string_view octets, std::string_view charset);

// nullopt unless all of it is digits, at most 18 of them.
std::optional<std::int64_t> number_of(std::string_view digits);

// "HH:MM:SS" or "HH:MM"; hours may be above 23.
std::optional<std::chrono::seconds> clock_of(std::string_view text);

// nullopt if there is no such day or time.
std::optional<LocalTime> local_time(std::int64_t year,
                                    std::int64_t month,
                                    std::int64_t day,
                                    std::chrono::seconds since_midnight);

std::string format_local(LocalTime at);  // 2026-11-20T13:05:00

std::vector<std::string_view> split(std::string_view text, char at);

}  // namespace tandem::avaya_records
