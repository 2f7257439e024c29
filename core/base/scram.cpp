#include "core/base/scram.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>

namespace tandem {

namespace {

// More would hold the loop up for longer than a tenth of a second.
constexpr unsigned kMaxIterations = 200'000;
constexpr std::string_view kNoBinding = "n,,";

template <std::size_t Size>
std::string octets(const std::array<std::uint8_t, Size>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), Size};
}

// RFC 5802, 5.1: the two characters with a meaning of their own.
std::string sasl_name(std::string_view user) {
    std::string out;
    for (const char c : user) {
        if (c == '=') {
            out += "=3D";
        } else if (c == ',') {
            out += "=2C";
        } else {
            out += c;
        }
    }
    return out;
}

std::optional<std::string_view> field(std::string_view message, char name) {
    while (!message.empty()) {
        const auto comma = message.find(',');
        const std::string_view part = message.substr(0, comma);
        if (part.size() >= 2 && part[0] == name && part[1] == '=') return part.substr(2);
        if (comma == std::string_view::npos) break;
        message.remove_prefix(comma + 1);
    }
    return std::nullopt;
}

std::optional<unsigned> number(std::optional<std::string_view> text) {
    unsigned value = 0;
    if (!text) return std::nullopt;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return value;
}

std::string exclusive_or(std::string a, std::string_view b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] = static_cast<char>(a[i] ^ b[i]);
    return a;
}

}  // namespace

Scram::Scram(ScramHash hash, std::string_view user, Secret password, std::string nonce)
    : hash_(hash),
      password_(std::move(password)),
      nonce_(std::move(nonce)),
      bare_("n=" + sasl_name(user) + ",r=" + nonce_) {}

std::string Scram::mac(std::string_view key, std::string_view data) const {
    return hash_ == ScramHash::Sha1 ? octets(hmac_sha1(key, data)) : octets(hmac_sha256(key, data));
}

std::string Scram::digest(std::string_view data) const {
    return hash_ == ScramHash::Sha1 ? octets(sha1(data)) : octets(sha256(data));
}

std::string Scram::first() const {
    return std::string(kNoBinding) + bare_;
}

Result<std::string> Scram::answer(std::string_view server_first) {
    const auto nonce = field(server_first, 'r');
    const auto salt = field(server_first, 's');
    const auto iterations = number(field(server_first, 'i'));
    if (field(server_first, 'm')) return fail(auth_error("SCRAM: the server demands an extension"));
    if (!nonce || !nonce->starts_with(nonce_) || nonce->size() == nonce_.size())
        return fail(auth_error("SCRAM: the server's nonce does not continue ours"));
    const auto salt_octets = salt ? unbase64(*salt) : std::nullopt;
    if (!salt_octets || salt_octets->empty()) return fail(auth_error("SCRAM: no salt"));
    if (!iterations || *iterations == 0 || *iterations > kMaxIterations)
        return fail(auth_error("SCRAM: the iteration count is none or above " + std::to_string(kMaxIterations)));

    const std::string salted = hash_ == ScramHash::Sha1
                                   ? octets(pbkdf2_sha1(password_.reveal(), *salt_octets, *iterations))
                                   : octets(pbkdf2_sha256(password_.reveal(), *salt_octets, *iterations));
    const std::string client_key = mac(salted, "Client Key");
    const std::string last = "c=" + base64(kNoBinding) + ",r=" + std::string(*nonce);
    const std::string signed_text = bare_ + "," + std::string(server_first) + "," + last;
    const std::string proof = exclusive_or(client_key, mac(digest(client_key), signed_text));
    expected_ = mac(mac(salted, "Server Key"), signed_text);
    return last + ",p=" + base64(proof);
}

Result<void> Scram::verify(std::string_view server_final) {
    if (const auto error = field(server_final, 'e'))
        return fail(auth_error("SCRAM: " + sanitize_utf8(error->substr(0, 100))));
    const auto given = field(server_final, 'v');
    const auto signature = given ? unbase64(*given) : std::nullopt;
    if (expected_.empty() || !signature || !constant_time_equal(*signature, expected_))
        return fail(auth_error("the server does not prove that it knows the password"));
    return {};
}

}  // namespace tandem
