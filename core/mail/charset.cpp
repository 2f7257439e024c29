#include "core/mail/charset.hpp"

#include "core/base/text.hpp"
#include "core/data/decode.hpp"

#include <unicode/idna.h>
#include <unicode/normalizer2.h>
#include <unicode/ucsdet.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace tandem::mail {
namespace {

constexpr std::string_view kUtf8 = "utf-8";

// Labels that mean something other than their name says, or that ICU does not know; compared without - _ : and blanks.
constexpr std::pair<std::string_view, std::string_view> kLabels[] = {
    {"usascii", "us-ascii"},
    {"ascii", "us-ascii"},
    {"ansix3.41968", "us-ascii"},
    {"646", "us-ascii"},
    {"iso646us", "us-ascii"},
    {"iso88591", "windows-1252"},
    {"latin1", "windows-1252"},
    {"l1", "windows-1252"},
    {"cp819", "windows-1252"},
    {"ibm819", "windows-1252"},
    {"ansi", "windows-1252"},
    {"iso88599", "windows-1254"},
    {"latin5", "windows-1254"},
    {"iso885911", "windows-874"},
    {"tis620", "windows-874"},
    {"iso88598i", "iso-8859-8"},
    {"iso88598e", "iso-8859-8"},
    {"gb2312", "gb18030"},
    {"gb231280", "gb18030"},
    {"gbk", "gb18030"},
    {"xgbk", "gb18030"},
    {"cp936", "gb18030"},
    {"chinese", "gb18030"},
    {"csgb2312", "gb18030"},
    {"big5", "big5-hkscs"},
    {"cnbig5", "big5-hkscs"},
    {"xxbig5", "big5-hkscs"},
    {"ksc56011987", "windows-949"},
    {"ksc56011989", "windows-949"},
    {"ksc5601", "windows-949"},
    {"euckr", "windows-949"},
    {"korean", "windows-949"},
    {"cp949", "windows-949"},
    {"uhc", "windows-949"},
    {"shiftjis", "windows-31j"},
    {"sjis", "windows-31j"},
    {"xsjis", "windows-31j"},
    {"mskanji", "windows-31j"},
    {"cp932", "windows-31j"},
    {"xeucjp", "euc-jp"},
    {"hzgb2312", "hz"},
    {"koi8", "koi8-r"},
    {"koi", "koi8-r"},
    {"koi8ru", "koi8-u"},
    {"dos866", "ibm866"},
    {"866", "ibm866"},
    {"xmacukrainian", "x-mac-cyrillic"},
    {"maccyrillic", "x-mac-cyrillic"},
    {"xmacroman", "macintosh"},
    {"mac", "macintosh"},
    {"unicode11utf8", kUtf8},
    {"xunicode20utf8", kUtf8},
    {"utf8mb4", kUtf8},
    {"cp65001", kUtf8},
    {"65001", kUtf8},
    {"utf8", kUtf8},
    {"unicode11utf7", "utf-7"},
    {"csunicode11utf7", "utf-7"},
    {"xunicode20utf7", "utf-7"},
    {"unicode", "utf-16"},
    {"ucs2", "utf-16"},
    {"unknown8bit", ""},
    {"xunknown", ""},
    {"unknown", ""},
    {"8bit", ""},
    {"binary", ""},
    {"default", ""},
    {"none", ""},
    {"xuserdefined", ""},
};

constexpr std::size_t kLongestLabel = 64;

// windows-1251 under its many names: cp1251, win-1251, x-cp1251, windows1251.
std::string windows_page(std::string_view squeezed) {
    for (const std::string_view prefix : {"xcp", "cp", "windows", "win", "mswin"}) {
        const auto page = squeezed.starts_with(prefix) ? squeezed.substr(prefix.size()) : std::string_view();
        if (page == "874" || (page.size() == 4 && page.starts_with("125"))) return "windows-" + std::string(page);
    }
    return {};
}

std::string squeeze(std::string_view label) {
    std::string out;
    for (const char c : to_lower_ascii(label)) {
        if (c != '-' && c != '_' && c != ':' && c != ' ' && c != '"' && c != '\'') out += c;
    }
    return out;
}

// The name to ask ICU for, "" if the label tells nothing.
std::string canonical(std::string_view label) {
    label = trim_ascii(label);
    if (label.empty() || label.size() > kLongestLabel) return {};
    const auto squeezed = squeeze(label);
    for (const auto& [name, charset] : kLabels) {
        if (name == squeezed) return std::string(charset);
    }
    if (auto page = windows_page(squeezed); !page.empty()) return page;
    return to_lower_ascii(label);
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool convert(std::string_view octets, const std::string& charset, std::string& out) {
    data::Arena arena(octets.size() + 1024);
    const auto text = data::decode_octets(charset, octets, arena);
    if (!text) return false;
    out = *text;
    return true;
}

// A text that is UTF-8 but for some damaged characters, rather than one in another charset.
bool mostly_utf8(std::string_view octets) {
    std::size_t good = 0;
    std::size_t bad = 0;
    while (!octets.empty()) {
        const auto valid = octets.substr(0, valid_utf8_prefix(octets));
        good += static_cast<std::size_t>(
            std::ranges::count_if(valid, [](char c) { return static_cast<unsigned char>(c) >= 0xC0; }));
        octets.remove_prefix(valid.size());
        if (!octets.empty()) {
            ++bad;
            octets.remove_prefix(1);
        }
    }
    return good > bad;
}

// ISO-2022 without a declaration shows by its escapes.
bool looks_japanese(std::string_view octets) {
    return octets.find("\x1B$B") != std::string_view::npos || octets.find("\x1B$@") != std::string_view::npos;
}

std::string detected(std::string_view octets) {
    constexpr std::size_t kEnough = 60;
    constexpr std::int32_t kConfidence = 40;
    if (octets.size() < kEnough) return {};
    const auto sample = octets.substr(0, 64 * 1024);
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<UCharsetDetector, void (*)(UCharsetDetector*)> detector(ucsdet_open(&status), ucsdet_close);
    if (U_FAILURE(status)) return {};
    ucsdet_setText(detector.get(), sample.data(), static_cast<std::int32_t>(sample.size()), &status);
    const auto* match = ucsdet_detect(detector.get(), &status);
    if (U_FAILURE(status) || match == nullptr || ucsdet_getConfidence(match, &status) < kConfidence) return {};
    const char* name = ucsdet_getName(match, &status);
    return U_FAILURE(status) || name == nullptr ? std::string() : canonical(name);
}

std::string undeclared(std::string_view octets, std::string_view fallback) {
    if (looks_japanese(octets)) {
        std::string out;
        if (convert(octets, "iso-2022-jp", out)) return out;
    }
    if (valid_utf8(octets)) return std::string(octets);
    if (mostly_utf8(octets)) return sanitize_utf8(octets);
    for (const auto& charset : {canonical(fallback), detected(octets), std::string("windows-1252")}) {
        std::string out;
        if (!charset.empty() && convert(octets, charset, out)) return out;
    }
    return sanitize_utf8(octets);
}

const icu::Normalizer2* nfc() {
    static const auto* instance = [] {
        UErrorCode status = U_ZERO_ERROR;
        const auto* found = icu::Normalizer2::getNFCInstance(status);
        return U_FAILURE(status) ? nullptr : found;
    }();
    return instance;
}

std::string normalised(std::string text) {
    if (nfc() == nullptr || is_ascii(text)) return text;
    UErrorCode status = U_ZERO_ERROR;
    std::string out;
    icu::StringByteSink<std::string> sink(&out);
    nfc()->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr,
                         status);
    return U_FAILURE(status) ? text : out;
}

const icu::IDNA* idna() {
    static const std::unique_ptr<icu::IDNA> instance = [] {
        UErrorCode status = U_ZERO_ERROR;
        return std::unique_ptr<icu::IDNA>(icu::IDNA::createUTS46Instance(
            UIDNA_CHECK_BIDI | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE, status));
    }();
    return instance.get();
}

}  // namespace

bool known_charset(std::string_view label) {
    const auto charset = canonical(label);
    std::string out;
    return !charset.empty() && convert("a", charset, out);
}

bool declares_charset(std::string_view label) {
    return canonical(label) != "us-ascii" && known_charset(label);
}

bool has_shifts(std::string_view label) {
    const auto charset = canonical(label);
    return charset.starts_with("iso-2022") || charset == "hz" || charset == "utf-7";
}

std::string to_utf8(std::string_view octets, std::string_view label, std::string_view fallback) {
    const auto charset = canonical(label);
    if (charset == kUtf8) {
        const bool believed = valid_utf8(octets) || mostly_utf8(octets);
        return believed ? sanitize_utf8(octets) : undeclared(octets, fallback);
    }
    if (charset.empty() || charset == "us-ascii") return undeclared(octets, fallback);
    std::string out;
    return convert(octets, charset, out) ? out : undeclared(octets, fallback);
}

std::string clean_text(std::string_view utf8) {
    std::string out;
    out.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const char c = utf8[i];
        if (c == '\r') {
            if (i + 1 == utf8.size() || utf8[i + 1] != '\n') out += '\n';
        } else if (c == '\xEF' && utf8.substr(i, 3) == "\xEF\xBB\xBF") {
            i += 2;
        } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n') {
            if (c != '\x7F') out += c;
        }
    }
    return normalised(valid_utf8(out) ? std::move(out) : sanitize_utf8(out));
}

std::string clean_line(std::string_view utf8) {
    auto text = clean_text(utf8);
    std::ranges::replace(text, '\n', ' ');
    std::ranges::replace(text, '\t', ' ');
    const auto trimmed = trim_ascii(text);
    return trimmed.size() == text.size() ? text : std::string(trimmed);
}

std::string ascii_domain(std::string_view utf8) {
    constexpr std::size_t kLongest = 1024;
    auto lower = to_lower_ascii(utf8);
    if (is_ascii(lower) || idna() == nullptr || lower.size() > kLongest) return lower;
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString out;
    icu::IDNAInfo info;
    idna()->nameToASCII(icu::UnicodeString::fromUTF8(lower), out, info, status);
    if (U_FAILURE(status) || info.hasErrors()) return lower;
    std::string ascii;
    out.toUTF8String(ascii);
    return ascii;
}

std::string_view cut_utf8(std::string_view utf8, std::size_t limit) {
    if (utf8.size() <= limit) return utf8;
    while (limit > 0 && (static_cast<unsigned char>(utf8[limit]) & 0xC0U) == 0x80)
        --limit;
    return utf8.substr(0, limit);
}

}  // namespace tandem::mail
