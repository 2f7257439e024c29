#include "connectors/imap/part.hpp"

#include "connectors/imap/response.hpp"
#include "core/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace tandem::imap {

namespace {

constexpr std::string_view kScheme = "mail:imap/";

// The unfolded value of a header field, in lower case.
std::string field(std::string_view header, std::string_view name) {
    std::string out;
    bool inside = false;
    while (!header.empty()) {
        const auto end = std::min(header.find('\n'), header.size());
        const std::string_view line = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        const bool folded = line.starts_with(' ') || line.starts_with('\t');
        if (inside && !folded) break;
        if (!inside && (line.size() <= name.size() || line[name.size()] != ':' ||
                        !iequals_ascii(line.substr(0, name.size()), name)))
            continue;
        out += inside ? line : line.substr(name.size() + 1);
        inside = true;
    }
    return to_lower_ascii(trim_ascii(out));
}

int base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::string without_base64(std::string_view text) {
    std::string out;
    out.reserve(text.size() / 4 * 3);
    unsigned bits = 0;
    int have = 0;
    for (const char c : text) {
        if (c == '=') have = 0;
        const int digit = base64_digit(c);
        if (digit < 0) continue;
        bits = (bits << 6U | static_cast<unsigned>(digit)) & 0xFFFFFFU;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        out += static_cast<char>(bits >> static_cast<unsigned>(have) & 0xFFU);
    }
    return out;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string without_quoted_printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            out += text[i];
            continue;
        }
        const auto rest = text.substr(i + 1);
        if (rest.size() >= 2 && hex_digit(rest[0]) >= 0 && hex_digit(rest[1]) >= 0) {
            out += static_cast<char>(hex_digit(rest[0]) * 16 + hex_digit(rest[1]));
            i += 2;
        } else if (const auto end = rest.find_first_not_of(" \t\r");
                   end == std::string_view::npos || rest[end] == '\n') {
            i += end == std::string_view::npos ? rest.size() : end + 1;  // a soft line break
        } else {
            out += '=';
        }
    }
    return out;
}

bool is_part(std::string_view text) {
    if (text.empty() || text.size() > 200 || text.front() == '.' || text.back() == '.') return false;
    return text.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

std::optional<PartPlace> parse_part_url(std::string_view url) {
    if (!url.starts_with(kScheme)) return std::nullopt;
    url.remove_prefix(kScheme.size());
    std::vector<std::string> pieces;
    for (;;) {
        const auto slash = url.find('/');
        pieces.push_back(percent_decode(url.substr(0, slash), false));
        if (slash == std::string_view::npos || pieces.size() > 5) break;
        url.remove_prefix(slash + 1);
    }
    if (pieces.size() != 5 || !is_part(pieces[4])) return std::nullopt;
    const auto uidvalidity = parse_number(pieces[2]);
    const auto uid = parse_number(pieces[3]);
    if (!uidvalidity || !uid || *uidvalidity > UINT32_MAX || *uid > UINT32_MAX || *uid == 0) return std::nullopt;
    return PartPlace{.mailbox = pieces[0],
                     .folder = pieces[1],
                     .uidvalidity = static_cast<std::uint32_t>(*uidvalidity),
                     .uid = static_cast<Uid>(*uid),
                     .part = pieces[4]};
}

std::string part_header_command(const PartPlace& place) {
    return fmt::format("UID FETCH {} (UID BODY.PEEK[{}.MIME])", place.uid, place.part);
}

std::string part_piece_command(const PartPlace& place, std::uint64_t offset, std::uint64_t size) {
    return fmt::format("UID FETCH {} (UID BODY.PEEK[{}]<{}.{}>)", place.uid, place.part, offset, size);
}

std::string without_transfer_encoding(std::string_view header, std::string octets) {
    const std::string encoding = field(header, "Content-Transfer-Encoding");
    if (encoding == "base64") return without_base64(octets);
    if (encoding == "quoted-printable") return without_quoted_printable(octets);
    return octets;
}

std::string part_media_type(std::string_view header) {
    const std::string type = field(header, "Content-Type");
    return std::string(trim_ascii(std::string_view(type).substr(0, type.find(';'))));
}

}  // namespace tandem::imap
