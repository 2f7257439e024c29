// A file that the host asks an instance for (Instance::fetch).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::connector {

// Error::code when the instance could not even try; nothing is wrong with the file.
inline constexpr std::string_view kNotReady = "not_ready";

struct MediaWanted {
    std::string url{};         // as the pack mapped it: an address, or a name that the pack can look up
    std::string kind{};        // of the attachment: image, audio ...
    std::string media_type{};  // as the vendor said; may be empty
    std::string filename{};    // the same
    std::uint64_t max_bytes = 0;
    std::chrono::milliseconds timeout{0};  // of everything together
};

struct MediaBytes {
    std::string media_type;  // as whoever served it says; may be empty or wrong
    std::string body;
};

}  // namespace tandem::connector
