#include "connectors/smpp/alphabet.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace tandem::smpp {

namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr unsigned char kEscape = 0x1B;

// 3GPP TS 23.038 6.2.1; the place of the escape holds U+001B.
constexpr std::u32string_view kGsm =
    U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1BÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    U"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
static_assert(kGsm.size() == 128);

constexpr std::array<std::pair<unsigned char, char32_t>, 10> kGsmExtension{{{0x0A, U'\f'},
                                                                            {0x14, U'^'},
                                                                            {0x28, U'{'},
                                                                            {0x29, U'}'},
                                                                            {0x2F, U'\\'},
                                                                            {0x3C, U'['},
                                                                            {0x3D, U'~'},
                                                                            {0x3E, U']'},
                                                                            {0x40, U'|'},
                                                                            {0x65, U'€'}}};

// 0x80..0xBF of Windows-1251; above it the Russian letters follow in order.
constexpr std::u32string_view kWindows1251 =
    U"ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\xFFFD™љ›њќћџ\u00A0ЎўЈ¤Ґ¦§Ё©Є«¬\u00AD®Ї°±Ііґµ¶·ё№є»јЅѕї";
static_assert(kWindows1251.size() == 64);

void append_utf8(std::string& out, char32_t c) {
    const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | c >> 6);
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3F));
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

// The code points of valid UTF-8.
std::u32string code_points(std::string_view text) {
    std::u32string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t c = size == 1 ? lead : lead & (0xFFU >> (size + 1));
        for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
            c = c << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3F);
        out += c;
        i += size;
    }
    return out;
}

DecodedText decode_gsm(std::string_view octets) {
    DecodedText out;
    bool escaped = false;
    for (const char octet : octets) {
        const auto value = static_cast<unsigned char>(octet);
        if (value > 0x7F) {
            out.clean = false;
            append_utf8(out.text, kReplacement);
        } else if (value == kEscape) {
            escaped = true;
            continue;
        } else {
            // A code that the extension lacks shows the character of the default table, as the standard says.
            const auto* found = std::ranges::find(kGsmExtension, value, &std::pair<unsigned char, char32_t>::first);
            append_utf8(out.text, escaped && found != kGsmExtension.end() ? found->second : kGsm[value]);
        }
        escaped = false;
    }
    return out;
}

DecodedText decode_ucs2(std::string_view octets) {
    DecodedText out;
    if (octets.starts_with("\xFE\xFF")) octets.remove_prefix(2);
    if (octets.size() % 2 != 0) {
        out.clean = false;
        octets.remove_suffix(1);
    }
    const auto unit = [octets](std::size_t at) -> char32_t {
        return static_cast<char32_t>(static_cast<unsigned char>(octets[at]) << 8 |
                                     static_cast<unsigned char>(octets[at + 1]));
    };
    for (std::size_t i = 0; i < octets.size(); i += 2) {
        char32_t c = unit(i);
        if (c >= 0xD800 && c < 0xDC00 && i + 2 < octets.size() && unit(i + 2) >= 0xDC00 && unit(i + 2) < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
            i += 2;
        } else if (c >= 0xD800 && c < 0xE000) {
            out.clean = false;
            c = kReplacement;
        }
        append_utf8(out.text, c);
    }
    return out;
}

char32_t iso8859_5(unsigned char octet) {
    if (octet <= 0xA0 || octet == 0xAD) return octet;
    if (octet == 0xF0) return U'№';
    if (octet == 0xFD) return U'§';
    return 0x0400U + (octet - 0xA0U);
}

char32_t iso8859_8(unsigned char octet) {
    if (octet >= 0xE0 && octet <= 0xFA) return 0x05D0U + (octet - 0xE0U);
    if (octet == 0xAA) return U'×';
    if (octet == 0xBA) return U'÷';
    if (octet == 0xDF) return U'‗';
    if (octet == 0xFD) return 0x200E;
    if (octet == 0xFE) return 0x200F;
    return octet == 0xA1 || octet > 0xBE ? kReplacement : octet;
}

char32_t windows1251(unsigned char octet) {
    if (octet < 0x80) return octet;
    return octet < 0xC0 ? kWindows1251[octet - 0x80U] : 0x0410U + (octet - 0xC0U);
}

char32_t single(unsigned char octet, Alphabet alphabet) {
    switch (alphabet) {
        case Alphabet::Ascii:
            return octet < 0x80 ? octet : kReplacement;
        case Alphabet::Iso8859_5:
            return iso8859_5(octet);
        case Alphabet::Iso8859_8:
            return iso8859_8(octet);
        case Alphabet::Windows1251:
            return windows1251(octet);
        default:
            return octet;
    }
}

std::optional<std::string> gsm_unit(char32_t c) {
    const auto at = kGsm.find(c);
    if (at != std::u32string_view::npos && at != kEscape) return std::string(1, static_cast<char>(at));
    const auto* found = std::ranges::find(kGsmExtension, c, &std::pair<unsigned char, char32_t>::second);
    if (found == kGsmExtension.end()) return std::nullopt;
    return std::string{static_cast<char>(kEscape), static_cast<char>(found->first)};
}

std::string ucs2_unit(char32_t c) {
    const auto two = [](char32_t unit) {
        return std::string{static_cast<char>(unit >> 8), static_cast<char>(unit & 0xFF)};
    };
    if (c < 0x10000) return two(c);
    return two(0xD800 + ((c - 0x10000) >> 10)) + two(0xDC00 + ((c - 0x10000) & 0x3FF));
}

std::optional<std::string> unit_of(char32_t c, Alphabet alphabet) {
    if (alphabet == Alphabet::Gsm7) return gsm_unit(c);
    if (alphabet == Alphabet::Ucs2) return ucs2_unit(c);
    if (alphabet == Alphabet::Binary) return std::nullopt;
    for (unsigned octet = 0; octet < 256; ++octet) {
        const char32_t known = single(static_cast<unsigned char>(octet), alphabet);
        if (known == c && known != kReplacement) return std::string(1, static_cast<char>(octet));
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Alphabet alphabet) {
    switch (alphabet) {
        case Alphabet::Gsm7:
            return "gsm7";
        case Alphabet::Latin1:
            return "latin1";
        case Alphabet::Ucs2:
            return "ucs2";
        case Alphabet::Ascii:
            return "ascii";
        case Alphabet::Iso8859_5:
            return "iso-8859-5";
        case Alphabet::Iso8859_8:
            return "iso-8859-8";
        case Alphabet::Windows1251:
            return "windows-1251";
        case Alphabet::Binary:
            return "binary";
    }
    return "";
}

DecodedText decode_text(std::string_view octets, Alphabet alphabet) {
    if (alphabet == Alphabet::Gsm7) return decode_gsm(octets);
    if (alphabet == Alphabet::Ucs2) return decode_ucs2(octets);
    DecodedText out;
    if (alphabet == Alphabet::Binary) return out;
    for (const char octet : octets) {
        const char32_t c = single(static_cast<unsigned char>(octet), alphabet);
        out.clean = out.clean && c != kReplacement;
        append_utf8(out.text, c);
    }
    return out;
}

std::optional<std::vector<std::string>> encode_units(std::string_view text, Alphabet alphabet) {
    std::vector<std::string> out;
    for (const char32_t c : code_points(text)) {
        auto unit = unit_of(c, alphabet);
        if (!unit) return std::nullopt;
        out.push_back(std::move(*unit));
    }
    return out;
}

std::optional<std::string> encode_text(std::string_view text, Alphabet alphabet) {
    const auto units = encode_units(text, alphabet);
    if (!units) return std::nullopt;
    std::string out;
    for (const auto& unit : *units)
        out += unit;
    return out;
}

std::string pack_septets(std::string_view septets, unsigned fill_bits) {
    std::string out;
    unsigned bits = 0;
    unsigned held = fill_bits;
    for (const char septet : septets) {
        bits |= (static_cast<unsigned char>(septet) & 0x7FU) << held;
        held += 7;
        for (; held >= 8; held -= 8, bits >>= 8)
            out += static_cast<char>(bits & 0xFF);
    }
    if (held > 0 && !septets.empty()) out += static_cast<char>(bits & 0xFF);
    return out;
}

std::string unpack_septets(std::string_view octets, unsigned fill_bits, std::optional<std::size_t> count) {
    const std::size_t bits = octets.size() * 8;
    const std::size_t available = bits > fill_bits ? (bits - fill_bits) / 7 : 0;
    std::string out;
    for (std::size_t i = 0; i < std::min(count.value_or(available), available); ++i) {
        const std::size_t bit = fill_bits + i * 7;
        unsigned value = static_cast<unsigned char>(octets[bit / 8]);
        if (bit / 8 + 1 < octets.size())
            value |= static_cast<unsigned>(static_cast<unsigned char>(octets[bit / 8 + 1])) << 8;
        out += static_cast<char>(value >> bit % 8 & 0x7F);
    }
    const bool full = (bits - fill_bits) % 7 == 0;
    if (!count && full && !out.empty() && out.back() == '\0') out.pop_back();
    return out;
}

Coding coding_of(std::uint8_t data_coding, Alphabet standard) {
    const unsigned group = data_coding >> 4;
    const int message_class = data_coding & 0x03;
    // The general group of 3GPP TS 23.038: bit 4 says that the two lowest bits are a class.
    if (group == 1) {
        constexpr Alphabet kGeneral[] = {Alphabet::Gsm7, Alphabet::Binary, Alphabet::Ucs2, Alphabet::Binary};
        return {kGeneral[data_coding >> 2 & 0x03], true, message_class};
    }
    if (group == 0x0F) return {(data_coding & 0x04) != 0 ? Alphabet::Binary : Alphabet::Gsm7, true, message_class};
    if (group == 0x0C || group == 0x0D) return {Alphabet::Gsm7};
    if (group == 0x0E) return {Alphabet::Ucs2};
    switch (data_coding) {
        case 0x00:
            return {standard};
        case 0x01:
            return {Alphabet::Ascii};
        case 0x02:
        case 0x04:
            return {Alphabet::Binary};
        case 0x03:
            return {Alphabet::Latin1};
        case 0x06:
            return {Alphabet::Iso8859_5};
        case 0x07:
            return {Alphabet::Iso8859_8};
        case 0x08:
            return {Alphabet::Ucs2};
        default:
            return {Alphabet::Binary, false};
    }
}

}  // namespace tandem::smpp
