// command_status: names, and what each means for a message, a bind and the link (vendor facts: the list of SMPP 3.4
// and what centres make of it).
#pragma once

#include "core/base/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace tandem::smpp::status {

inline constexpr std::uint32_t kOk = 0x00;
inline constexpr std::uint32_t kInvalidCommandLength = 0x02;
inline constexpr std::uint32_t kInvalidCommandId = 0x03;
inline constexpr std::uint32_t kInvalidBindState = 0x04;
inline constexpr std::uint32_t kTemporaryAppError = 0x64;  // not stored now, send again

// "ESME_RTHROTTLED (0x58)"
std::string name(std::uint32_t status);
// The peer wants fewer messages: it did not take this one and will take it later.
bool throttles(std::uint32_t status);
// What a refused submit means. `pause`: how long to wait after throttling.
Error submit_error(std::uint32_t status, std::chrono::milliseconds pause);
Error bind_error(std::uint32_t status);

}  // namespace tandem::smpp::status
