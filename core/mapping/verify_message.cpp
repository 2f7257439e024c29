// Schemes hmac and digest: the text that is signed, and the comparison.
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/mapping/url.hpp"
#include "core/mapping/verify_impl.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace tandem::mapping {

namespace {

constexpr std::size_t kMaxSignatures = 16;  // in a list; during rotation vendors send two

template <class Digest>
std::string bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string encode(const std::string& bytes, bool as_base64) {
    if (as_base64) return base64(bytes);
    return hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::optional<std::string> joined(std::vector<MessagePart>::const_iterator begin,
                                  std::vector<MessagePart>::const_iterator end,
                                  const Request& request,
                                  const Credentials& credentials,
                                  std::string_view secret) {
    std::string out;
    for (; begin != end; ++begin) {
        auto text = part_text(*begin, request, credentials, secret);
        if (!text) return std::nullopt;
        if (out.empty()) {
            out = std::move(*text);
        } else {
            out += *text;
        }
    }
    return out;
}

std::optional<std::string> sorted(const MessagePart& part,
                                  const Request& request,
                                  const Credentials& credentials,
                                  std::string_view secret) {
    std::vector<std::string> texts;
    for (const auto& inner : part.parts) {
        auto text = part_text(inner, request, credentials, secret);
        if (!text) return std::nullopt;
        texts.push_back(std::move(*text));
    }
    std::ranges::sort(texts);
    std::string out;
    for (const auto& text : texts)
        out += text;
    return out;
}

std::string digest_of(const Verification& verification, std::string_view secret, std::string_view message) {
    const auto bytes = verification.kind == SchemeKind::Digest ? plain_digest(verification.algorithm, message)
                                                               : keyed_digest(verification.algorithm, secret, message);
    return encode(bytes, verification.base64);
}

bool has_secret(const MessagePart& part) {
    return part.kind == MessagePart::Kind::Secret || std::ranges::any_of(part.parts, has_secret);
}

bool fresh(const Verification& verification, const Request& request) {
    if (!verification.timestamp || verification.tolerance_seconds <= 0) return true;
    const auto text = value_at(*verification.timestamp, request);
    if (!text) return false;
    std::int64_t seconds = 0;
    const auto* end = text->data() + text->size();
    if (auto parsed = std::from_chars(text->data(), end, seconds); parsed.ec != std::errc{} || parsed.ptr != end) {
        return false;
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(request.received_at).time_since_epoch().count();
    return seconds >= now - verification.tolerance_seconds && seconds <= now + verification.tolerance_seconds;
}

bool equals_one(std::string_view given, std::string_view separator, std::string_view expected) {
    if (separator.empty()) return constant_time_equal(given, expected);
    bool any = false;
    for (std::size_t i = 0; i < kMaxSignatures; ++i) {
        const auto end = std::min(given.find(separator), given.size());
        any |= constant_time_equal(trim_ascii(given.substr(0, end)), expected);
        if (end == given.size()) break;
        given.remove_prefix(end + separator.size());
    }
    return any;
}

}  // namespace

std::string plain_digest(Algorithm algorithm, std::string_view message) {
    switch (algorithm) {
        case Algorithm::Md5:
            return bytes_of(md5(message));
        case Algorithm::Sha1:
            return bytes_of(sha1(message));
        case Algorithm::Sha256:
            return bytes_of(sha256(message));
        case Algorithm::Sha384:
            return bytes_of(sha384(message));
        case Algorithm::Sha512:
            return bytes_of(sha512(message));
    }
    std::abort();
}

std::string keyed_digest(Algorithm algorithm, std::string_view key, std::string_view message) {
    switch (algorithm) {
        case Algorithm::Md5:
            return bytes_of(hmac_md5(key, message));
        case Algorithm::Sha1:
            return bytes_of(hmac_sha1(key, message));
        case Algorithm::Sha256:
            return bytes_of(hmac_sha256(key, message));
        case Algorithm::Sha384:
            return bytes_of(hmac_sha384(key, message));
        case Algorithm::Sha512:
            return bytes_of(hmac_sha512(key, message));
    }
    std::abort();
}

std::optional<std::string> part_text(const MessagePart& part,
                                     const Request& request,
                                     const Credentials& credentials,
                                     std::string_view secret) {
    switch (part.kind) {
        case MessagePart::Kind::Text:
            return part.text;
        case MessagePart::Kind::Body:
            return std::string(request.body);
        case MessagePart::Kind::BodySha256:
            return bytes_of(sha256(request.body));
        case MessagePart::Kind::BodySha256Hex:
            return hex(sha256(request.body));
        case MessagePart::Kind::Url:
            return std::string(request.url);
        case MessagePart::Kind::UrlSha256Hex:
            return hex(sha256(request.url));
        case MessagePart::Kind::UrlWithoutQuery: {
            const auto parts = split_url(request.url);
            return std::string(parts.origin) + std::string(parts.path);
        }
        case MessagePart::Kind::Method:
            return std::string(request.method);
        case MessagePart::Kind::Header:
            return value_at({false, part.text}, request).value_or("");
        case MessagePart::Kind::Query:
            return value_at({true, part.text}, request).value_or("");
        case MessagePart::Kind::Secret:
            return std::string(secret);
        case MessagePart::Kind::Expression: {
            const auto text = credentials.texts != nullptr ? credentials.texts->text(*part.code) : std::nullopt;
            return text ? std::optional<std::string>(*text) : std::nullopt;
        }
        case MessagePart::Kind::Sorted:
            return sorted(part, request, credentials, secret);
    }
    std::abort();
}

std::optional<std::string> digest_signature(const Verification& verification,
                                            const Request& request,
                                            const Credentials& credentials,
                                            const Secret& secret) {
    const auto& parts = verification.message;
    const auto message = joined(parts.begin(), parts.end(), request, credentials, secret.reveal());
    if (!message) return std::nullopt;
    return digest_of(verification, secret.reveal(), *message);
}

bool digest_holds(const Verification& verification, const Request& request, const Credentials& credentials) {
    auto given = given_proof(verification, request, credentials);
    if (!given || !fresh(verification, request)) return false;
    if (!verification.base64) *given = to_lower_ascii(*given);
    const auto& parts = verification.message;
    // What stands before the first part with the secret is the same for every secret.
    const auto own = std::ranges::find_if(parts, has_secret);
    const auto common = joined(parts.begin(), own, request, credentials, {});
    if (!common) return false;
    bool any = false;
    for (const auto& secret : credentials.secrets) {
        if (secret.empty()) continue;
        std::string whole;
        if (own != parts.end()) {
            const auto rest = joined(own, parts.end(), request, credentials, secret.reveal());
            if (!rest) return false;
            whole = *common + *rest;
        }
        const auto expected = digest_of(verification, secret.reveal(), own != parts.end() ? whole : *common);
        any |= equals_one(*given, verification.separator, expected);
    }
    return any;
}

}  // namespace tandem::mapping
