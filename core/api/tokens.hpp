// Who may ask what: bearer tokens from the configuration and from `tandem token create`. Only hashes are kept. A stored
// token is 256 random bits, so its plain SHA-256 cannot be searched; comparison is constant-time all the same.
#pragma once

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::api {

enum class Scope : std::uint8_t { Read = 1, Write = 2, Pop = 4, Admin = 8 };
std::string_view to_string(Scope scope);  // "read" ...
std::optional<Scope> parse_scope(std::string_view text);
std::vector<std::string> scope_names();

class Scopes {
public:
    void add(Scope scope) { bits_ |= static_cast<std::uint8_t>(scope); }
    bool has(Scope scope) const { return (bits_ & static_cast<std::uint8_t>(scope)) != 0; }
    bool empty() const { return bits_ == 0; }
    std::vector<std::string> names() const;
    friend bool operator==(const Scopes&, const Scopes&) = default;

private:
    std::uint8_t bits_ = 0;
};

using TokenHash = std::array<std::uint8_t, 32>;
TokenHash hash_token(std::string_view token);

struct TokenEntry {
    std::string name;
    TokenHash hash{};
    Scopes scopes;
    Instant created_at{};
};

// An entry of the configuration, `api.tokens`.
struct ConfiguredToken {
    std::string name;
    Secret secret;
    Scopes scopes;
};

// The file of stored tokens (tokens.json in the data folder). A missing file holds no tokens. Written whole to a
// neighbour and renamed, readable by its owner only. Two programs that change it at once: the later one wins.
Result<std::vector<TokenEntry>> load_tokens(const std::filesystem::path& file);
Result<void> save_tokens(const std::filesystem::path& file, std::span<const TokenEntry> tokens);

// Makes a token, stores its hash and returns the token: it is shown once and cannot be had again. Rejected when the
// name is taken, empty or longer than 64, or when there are no scopes.
Result<Secret> create_token(const std::filesystem::path& file, std::string_view name, Scopes scopes, Instant now);
// NotFound when there is no such name.
Result<void> revoke_token(const std::filesystem::path& file, std::string_view name);

struct Principal {
    std::string name;
    Scopes scopes;
    std::string fingerprint;  // of the token: a session refers to it without holding it
};

// All tokens of a running gateway. Thread-safe. The file is looked at again when it changed (at most once a second), so
// created tokens work and revoked ones stop without a restart. A file that cannot be read leaves the last good tokens.
class TokenBook {
public:
    TokenBook(std::span<const ConfiguredToken> configured, std::filesystem::path file);

    std::optional<Principal> verify(std::string_view token);
    // The token that a session was made from, if it still exists.
    std::optional<Principal> by_fingerprint(std::string_view fingerprint);

private:
    void refresh();  // requires mutex_

    const std::filesystem::path file_;
    std::vector<TokenEntry> configured_;
    std::mutex mutex_;
    std::vector<TokenEntry> stored_;
    std::optional<std::filesystem::file_time_type> seen_;
    std::chrono::steady_clock::time_point looked_{};
};

}  // namespace tandem::api
