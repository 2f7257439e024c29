// Digests and comparisons; the only user of OpenSSL's EVP and HMAC outside core/net. All functions are thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tandem {

std::array<std::uint8_t, 20> sha1(std::string_view data);
std::array<std::uint8_t, 32> sha256(std::string_view data);
std::array<std::uint8_t, 48> sha384(std::string_view data);
std::array<std::uint8_t, 64> sha512(std::string_view data);
std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view data);
std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view data);
std::array<std::uint8_t, 48> hmac_sha384(std::string_view key, std::string_view data);
std::array<std::uint8_t, 64> hmac_sha512(std::string_view key, std::string_view data);
// For vendors' legacy signatures only.
std::array<std::uint8_t, 16> md5(std::string_view data);
std::array<std::uint8_t, 16> hmac_md5(std::string_view key, std::string_view data);

// PBKDF2 (RFC 8018); takes long on purpose: about 10 ms for 20,000 iterations. `iterations` is at least 1.
std::array<std::uint8_t, 20> pbkdf2_sha1(std::string_view password, std::string_view salt, unsigned iterations);
std::array<std::uint8_t, 32> pbkdf2_sha256(std::string_view password, std::string_view salt, unsigned iterations);

// Time depends on the length of `expected` only, not on where the two differ.
bool constant_time_equal(std::string_view given, std::string_view expected);

// Cryptographically random bytes. Throws std::runtime_error if the system has none (never seen in practice).
void random_bytes(std::uint8_t* out, std::size_t size);

}  // namespace tandem
