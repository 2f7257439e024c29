#include "core/mail/body_writer.hpp"

#include "core/base/text.hpp"
#include "core/mail/header_writer.hpp"

#include <algorithm>
#include <array>

namespace tandem::mail {

namespace {

constexpr std::size_t kLine = 76;  // RFC 2045, 6.7 and 6.8
constexpr std::string_view kOctets = "application/octet-stream";

// CRLF, CR and LF alone end a line; the last line ends too. Other control characters but tab are nobody's text.
std::string canonical(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 40 + 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r' || c == '\n') {
            if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
            out += "\r\n";
        } else if (c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) {
            out += c;
        }
    }
    if (!out.empty() && !out.ends_with("\r\n")) out += "\r\n";
    return out;
}

bool is_seven_bit(std::string_view text) {
    std::size_t column = 0;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80) return false;
        column = c == '\n' ? 0 : column + 1;
        if (column > kLine + 3) return false;  // CR counts
    }
    // Servers put a '>' before such lines.
    return !text.starts_with("From ") && text.find("\nFrom ") == std::string_view::npos;
}

void write_base64(std::string& out, std::string_view content) {
    constexpr std::size_t kOctetsOfLine = kLine / 4 * 3;
    for (; !content.empty(); content.remove_prefix(std::min(kOctetsOfLine, content.size()))) {
        out += base64(content.substr(0, kOctetsOfLine));
        out += "\r\n";
    }
}

class QuotedPrintable {
public:
    explicit QuotedPrintable(std::string& out) : out_(out) {}

    void write(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = text.find("\r\n");
            line(text.substr(0, end));
            out_ += "\r\n";
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
        }
    }

private:
    void line(std::string_view text) {
        column_ = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            const bool last = i + 1 == text.size();
            const bool blank = c == ' ' || c == '\t';
            const bool from = i == 0 && text.starts_with("From ");
            const bool plain = c != '=' && static_cast<unsigned char>(c) < 0x7F && !from && !(blank && last);
            if (plain) {
                put(std::string_view(&c, 1), last);
            } else {
                escape(c, last);
            }
        }
    }
    void escape(char c, bool last) {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        const auto octet = static_cast<unsigned char>(c);
        const std::array<char, 3> text = {'=', kDigits[octet >> 4U], kDigits[octet & 15U]};
        put({text.data(), text.size()}, last);
    }
    // The last column of a line that goes on is for its '='.
    void put(std::string_view text, bool last) {
        if (column_ + text.size() > (last ? kLine : kLine - 1)) {
            out_ += "=\r\n";
            column_ = 0;
        }
        out_ += text;
        column_ += text.size();
    }

    std::string& out_;
    std::size_t column_ = 0;
};

bool is_token(std::string_view text) {
    const auto allowed = [](char c) {
        return c > 0x20 && c < 0x7F && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
    };
    return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, allowed);
}

std::string_view known_type(std::string_view media_type) {
    const std::string_view type = trim_ascii(media_type.substr(0, media_type.find(';')));
    const auto slash = type.find('/');
    if (slash == std::string_view::npos || !is_token(type.substr(0, slash)) || !is_token(type.substr(slash + 1)))
        return kOctets;
    // RFC 2046, 5: these may not be in base64.
    const std::string_view major = type.substr(0, slash);
    return iequals_ascii(major, "multipart") || iequals_ascii(major, "message") ? kOctets : type;
}

}  // namespace

void write_text_part(std::string& out, std::string_view text) {
    const std::string body = canonical(sanitize_utf8(text));
    const auto high = std::ranges::count_if(body, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    const bool seven_bit = is_seven_bit(body);
    const bool quoted = static_cast<std::size_t>(high) * 6 < body.size();
    write_header(out, "Content-Type", seven_bit ? "text/plain; charset=us-ascii" : "text/plain; charset=utf-8");
    write_header(out, "Content-Transfer-Encoding", seven_bit ? "7bit" : quoted ? "quoted-printable" : "base64");
    out += "\r\n";
    if (seven_bit) {
        out += body;
    } else if (quoted) {
        QuotedPrintable(out).write(body);
    } else {
        write_base64(out, body);
    }
}

void write_file_part(std::string& out, const File& file) {
    write_header(out, "Content-Type", known_type(file.media_type));
    const std::string name = file.filename.empty() ? "" : encode_parameter("filename", sanitize_utf8(file.filename));
    write_header(out, "Content-Disposition", "attachment" + name);
    write_header(out, "Content-Transfer-Encoding", "base64");
    out += "\r\n";
    write_base64(out, file.content);
}

}  // namespace tandem::mail
