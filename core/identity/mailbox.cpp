#include "core/base/text.hpp"
#include "core/identity/point.hpp"

#include <unicode/idna.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

namespace tandem::identity {
namespace {

constexpr std::size_t kMaxRawSize = 1024;
constexpr std::size_t kMaxLocalPart = 64;  // RFC 5321, 4.5.3.1.1
constexpr std::size_t kMaxLabel = 63;      // RFC 1035, 2.3.4
constexpr std::size_t kMaxDomain = 253;

std::unexpected<Error> refuse(std::string_view code, std::string text) {
    return fail(rejected("not a mailbox: " + std::move(text), std::string(code)));
}

bool ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Takes "Alice <alice@x>", "<alice@x>" and "mailto:alice@x?subject=y" apart (RFC 5322, RFC 6068).
std::string bare_address(std::string_view raw) {
    auto text = trim_ascii(raw);
    if (text.ends_with('>')) {
        if (const auto open = text.rfind('<'); open != std::string_view::npos) {
            text = trim_ascii(text.substr(open + 1, text.size() - open - 2));
        }
    }
    constexpr std::string_view kScheme = "mailto:";
    if (text.size() < kScheme.size() || !iequals_ascii(text.substr(0, kScheme.size()), kScheme))
        return std::string(text);
    text.remove_prefix(kScheme.size());
    const auto decoded = percent_decode(text.substr(0, text.find('?')), false);
    return std::string(trim_ascii(decoded));
}

bool local_part_allowed(std::string_view local) {
    const bool control =
        std::ranges::any_of(local, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (local.empty() || local.size() > kMaxLocalPart || control) return false;
    if (local.front() == '"') return local.size() > 2 && local.back() == '"';
    return local.find_first_of(" \"(),:;<>@[\\]") == std::string_view::npos;
}

// Empty when ICU refuses, which it does on broken UTF-16 only.
std::string fold_case(std::string_view text) {
    if (ascii(text)) return to_lower_ascii(text);
    UErrorCode status = U_ZERO_ERROR;
    const auto* nfc = icu::Normalizer2::getNFCInstance(status);
    if (U_FAILURE(status)) return {};
    const icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
    auto folded = nfc->normalize(icu::UnicodeString::fromUTF8(piece), status);
    folded.toLower(icu::Locale::getRoot());
    folded = nfc->normalize(folded, status);  // lower case may leave composition
    std::string out;
    if (U_SUCCESS(status)) folded.toUTF8String(out);
    return out;
}

// Letters, digits and the exceptions of RFC 5892, 2.1, 2.6 and A: UTS 46 alone also lets symbols through.
bool valid_in_idna2008(UChar32 c) {
    constexpr char32_t kValid[] = {0x00B7, 0x00DF, 0x0375, 0x03C2, 0x05F3, 0x05F4, 0x06FD,
                                   0x06FE, 0x0F0B, 0x200C, 0x200D, 0x3007, 0x30FB};
    constexpr char32_t kDisallowed[] = {0x0640, 0x07FA, 0x302E, 0x302F, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B};
    if (c < 0x80) return true;  // UTS 46 with STD 3 rules has checked these
    if (std::ranges::binary_search(kValid, static_cast<char32_t>(c))) return true;
    if (std::ranges::binary_search(kDisallowed, static_cast<char32_t>(c))) return false;
    constexpr auto kLetterDigits =
        U_GC_LL_MASK | U_GC_LU_MASK | U_GC_LO_MASK | U_GC_LM_MASK | U_GC_ND_MASK | U_GC_MN_MASK | U_GC_MC_MASK;
    return (U_GET_GC_MASK(c) & kLetterDigits) != 0;
}

const icu::IDNA* idna() {
    static const std::unique_ptr<icu::IDNA> instance = [] {
        UErrorCode status = U_ZERO_ERROR;
        constexpr std::uint32_t kOptions = UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                                           UIDNA_CHECK_CONTEXTO | UIDNA_NONTRANSITIONAL_TO_ASCII |
                                           UIDNA_NONTRANSITIONAL_TO_UNICODE;
        return std::unique_ptr<icu::IDNA>(icu::IDNA::createUTS46Instance(kOptions, status));
    }();
    return instance.get();
}

// Empty when it is no domain name.
std::string international_domain(std::string_view domain) {
    if (idna() == nullptr) return {};
    const icu::StringPiece piece(domain.data(), static_cast<std::int32_t>(domain.size()));
    const auto source = icu::UnicodeString::fromUTF8(piece);
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString readable;
    icu::UnicodeString encoded;
    icu::IDNAInfo readable_info;
    icu::IDNAInfo encoded_info;
    idna()->nameToUnicode(source, readable, readable_info, status);
    idna()->nameToASCII(source, encoded, encoded_info, status);
    if (U_FAILURE(status) || readable_info.hasErrors() || encoded_info.hasErrors()) return {};
    for (std::int32_t at = 0; at < readable.length(); at = readable.moveIndex32(at, 1)) {
        if (!valid_in_idna2008(readable.char32At(at))) return {};
    }
    std::string out;
    encoded.toUTF8String(out);
    return out;
}

bool plain_label(std::string_view label) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' && label.back() != '-' &&
           label.substr(std::min<std::size_t>(2, label.size()), 2) != "--" && std::ranges::all_of(label, allowed);
}

bool plain_domain(std::string_view domain) {
    if (domain.size() > kMaxDomain) return false;
    while (true) {
        const auto dot = domain.find('.');
        if (!plain_label(domain.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        domain.remove_prefix(dot + 1);
    }
}

Result<std::string> normalise_domain(std::string_view raw) {
    auto domain = to_lower_ascii(raw);
    if (domain.ends_with('.')) domain.pop_back();
    if (!plain_domain(domain)) {
        domain = international_domain(domain);
        if (domain.ends_with('.')) domain.pop_back();  // the ideographic full stop has become one
    }
    if (domain.empty()) return refuse("domain", "no valid domain after the @");
    if (!domain.contains('.')) return refuse("domain_no_dot", "the domain has no dot");
    return domain;
}

}  // namespace

Result<std::string> normalise_mailbox(std::string_view raw) {
    if (raw.size() > kMaxRawSize || !valid_utf8(raw)) return refuse("local_part", "too long or not UTF-8");
    const auto address = bare_address(raw);
    const auto at = address.rfind('@');
    if (at == std::string::npos) return refuse("no_at", "it has no @");
    auto local = fold_case(std::string_view(address).substr(0, at));
    if (!local_part_allowed(local))
        return refuse("local_part", "the part before the @ is empty, too long or malformed");
    auto domain = normalise_domain(std::string_view(address).substr(at + 1));
    if (!domain) return std::unexpected(std::move(domain.error()));
    return std::move(local) + "@" + *domain;
}

}  // namespace tandem::identity
