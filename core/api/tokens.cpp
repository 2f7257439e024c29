#include "core/api/tokens.hpp"

#include "core/api/json_writer.hpp"
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tandem::api {
namespace {

constexpr std::array kScopes = {std::pair{Scope::Read, "read"}, std::pair{Scope::Write, "write"},
                                std::pair{Scope::Pop, "pop"}, std::pair{Scope::Admin, "admin"}};
constexpr std::size_t kMaxName = 64;
constexpr auto kLookInterval = std::chrono::seconds(1);

std::string_view bytes_of(const TokenHash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string fingerprint_of(const TokenHash& hash) {
    const auto digest = sha256("tandem session of " + std::string(bytes_of(hash)));
    return hex(std::span(digest).first(12));
}

Principal principal_of(const TokenEntry& entry) {
    return {entry.name, entry.scopes, fingerprint_of(entry.hash)};
}

std::string reason() {
    return std::strerror(errno);
}

Result<TokenEntry> read_entry(data::Value value) {
    TokenEntry entry;
    const auto name = value.string_at("name");
    const auto hash = unhex(value.string_at("sha256").value_or(""));
    const auto created = parse_time(value.string_at("created_at").value_or(""));
    const auto scopes = value.get("scopes");
    if (!name || !hash || hash->size() != entry.hash.size() || !created || !scopes.is_array()) {
        return fail(corrupt("an entry lacks name, sha256, scopes or created_at"));
    }
    entry.name = *name;
    std::ranges::copy(*hash, entry.hash.begin());
    entry.created_at = *created;
    for (const auto item : scopes.items()) {
        const auto scope = item.is_string() ? parse_scope(item.as_string()) : std::nullopt;
        if (!scope) return fail(corrupt("token '" + entry.name + "' has an unknown scope"));
        entry.scopes.add(*scope);
    }
    return entry;
}

std::string write_entries(std::span<const TokenEntry> tokens) {
    JsonWriter json;
    json.begin_object();
    json.member("version", std::uint64_t{1});
    json.key("tokens");
    json.begin_array();
    for (const auto& token : tokens) {
        json.begin_object();
        json.member("name", std::string_view(token.name));
        json.member("sha256", std::string_view(hex(token.hash)));
        json.key("scopes");
        json.begin_array();
        for (const auto& name : token.scopes.names())
            json.text(name);
        json.end_array();
        json.member("created_at", token.created_at);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take() + "\n";
}

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

std::string_view to_string(Scope scope) {
    const auto* found = std::ranges::find(kScopes, scope, [](const auto& row) { return row.first; });
    return found->second;
}

std::optional<Scope> parse_scope(std::string_view text) {
    for (const auto& [scope, name] : kScopes) {
        if (text == name) return scope;
    }
    return std::nullopt;
}

std::vector<std::string> scope_names() {
    std::vector<std::string> names;
    for (const auto& [scope, name] : kScopes)
        names.emplace_back(name);
    return names;
}

std::vector<std::string> Scopes::names() const {
    std::vector<std::string> names;
    for (const auto& [scope, name] : kScopes) {
        if (has(scope)) names.emplace_back(name);
    }
    return names;
}

TokenHash hash_token(std::string_view token) {
    return sha256(token);
}

Result<std::vector<TokenEntry>> load_tokens(const std::filesystem::path& file) {
    std::vector<TokenEntry> tokens;
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        if (std::error_code ignored; !std::filesystem::exists(file, ignored)) return tokens;
        return fail(config_error("cannot read " + file.string() + ": " + reason()));
    }
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    data::Arena arena;
    auto document = data::parse_json(text, arena);
    if (!document) return fail(std::move(document.error()).with_context(file.string()));
    const auto list = document->get("tokens");
    if (!list.is_array()) return fail(corrupt(file.string() + ": there is no list 'tokens'"));
    for (const auto item : list.items()) {
        auto entry = read_entry(item);
        if (!entry) return fail(std::move(entry.error()).with_context(file.string()));
        tokens.push_back(std::move(*entry));
    }
    return tokens;
}

Result<void> save_tokens(const std::filesystem::path& file, std::span<const TokenEntry> tokens) {
    const auto neighbour = file.string() + ".new";
    const int descriptor = ::open(neighbour.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return fail(config_error("cannot write " + neighbour + ": " + reason()));
    const bool written = write_all(descriptor, write_entries(tokens)) && ::fsync(descriptor) == 0;
    const auto why = reason();
    ::close(descriptor);
    if (!written) return fail(full("cannot write " + neighbour + ": " + why));
    if (::rename(neighbour.c_str(), file.c_str()) != 0) {
        return fail(config_error("cannot replace " + file.string() + ": " + reason()));
    }
    return {};
}

Result<Secret> create_token(const std::filesystem::path& file, std::string_view name, Scopes scopes, Instant now) {
    if (name.empty() || name.size() > kMaxName) return fail(rejected("a token needs a name of at most 64 characters"));
    if (scopes.empty()) return fail(rejected("a token needs at least one scope"));
    auto tokens = load_tokens(file);
    if (!tokens) return fail(std::move(tokens.error()));
    if (std::ranges::any_of(*tokens, [&](const TokenEntry& entry) { return entry.name == name; })) {
        return fail(rejected("there is already a token named '" + std::string(name) + "'"));
    }
    std::array<std::uint8_t, 32> random{};
    random_bytes(random.data(), random.size());
    Secret token("tdm_" + base64url({reinterpret_cast<const char*>(random.data()), random.size()}));
    tokens->push_back({std::string(name), hash_token(token.reveal()), scopes, now});
    if (auto saved = save_tokens(file, *tokens); !saved) return fail(std::move(saved.error()));
    return token;
}

Result<void> revoke_token(const std::filesystem::path& file, std::string_view name) {
    auto tokens = load_tokens(file);
    if (!tokens) return fail(std::move(tokens.error()));
    if (std::erase_if(*tokens, [&](const TokenEntry& entry) { return entry.name == name; }) == 0) {
        return fail(not_found("there is no token named '" + std::string(name) + "'"));
    }
    return save_tokens(file, *tokens);
}

TokenBook::TokenBook(std::span<const ConfiguredToken> configured, std::filesystem::path file) : file_(std::move(file)) {
    for (const auto& token : configured) {
        if (token.secret.empty()) continue;
        configured_.push_back({token.name, hash_token(token.secret.reveal()), token.scopes, {}});
    }
}

std::optional<Principal> TokenBook::verify(std::string_view token) {
    const auto hash = hash_token(token);
    const std::lock_guard lock(mutex_);
    refresh();
    std::optional<Principal> found;
    // Every entry is compared: how long it takes tells nothing about which one matched.
    for (const auto* list : {&configured_, &stored_}) {
        for (const auto& entry : *list) {
            if (constant_time_equal(bytes_of(hash), bytes_of(entry.hash)) && !found) found = principal_of(entry);
        }
    }
    return found;
}

std::optional<Principal> TokenBook::by_fingerprint(std::string_view fingerprint) {
    const std::lock_guard lock(mutex_);
    refresh();
    for (const auto* list : {&configured_, &stored_}) {
        for (const auto& entry : *list) {
            if (fingerprint_of(entry.hash) == fingerprint) return principal_of(entry);
        }
    }
    return std::nullopt;
}

void TokenBook::refresh() {
    if (file_.empty()) return;
    const auto now = std::chrono::steady_clock::now();
    if (looked_ != std::chrono::steady_clock::time_point{} && now - looked_ < kLookInterval) return;
    looked_ = now;
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(file_, error);
    if (error) {
        if (!std::filesystem::exists(file_, error) && !error) stored_.clear(), seen_.reset();
        return;
    }
    if (seen_ == changed) return;
    auto tokens = load_tokens(file_);
    if (!tokens) return;
    stored_ = std::move(*tokens);
    seen_ = changed;
}

}  // namespace tandem::api
