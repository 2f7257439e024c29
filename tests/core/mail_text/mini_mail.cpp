#include "tests/core/mail_text/mini_mail.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/html_quote.hpp"

#include <algorithm>
#include <map>
#include <regex>

namespace tandem::testing {
namespace {

std::string without_cr(const std::string& text) {
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c != '\r'; });
    return out;
}

std::string unquote_printable(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            out += text[i];
        } else if (text.compare(i, 2, "=\n") == 0) {
            ++i;
        } else if (const auto byte = unhex(text.substr(i + 1, 2)); byte && byte->size() == 1) {
            out += *byte;
            i += 2;
        } else {
            out += '=';
        }
    }
    return out;
}

std::string parameter(const std::string& value, const std::string& name) {
    std::smatch match;
    const std::regex pattern(name + "\\s*=\\s*(\"([^\"]*)\"|[^;\\s]+)", std::regex::icase);
    if (!std::regex_search(value, match, pattern)) return {};
    return match[2].matched ? match[2].str() : match[1].str();
}

MiniPart parse(std::string text) {
    MiniPart part;
    while (text.starts_with("\n"))
        text.erase(0, 1);
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    part.header = "\n" + text.substr(0, end) + "\n";
    part.body = end < text.size() ? text.substr(end + 2) : "";
    const std::string type = part.value("content-type");
    part.media_type = type.empty() ? "text/plain" : to_lower_ascii(trim_ascii(type.substr(0, type.find(';'))));
    if (part.media_type.starts_with("multipart/")) {
        const std::string line = "\n--" + parameter(type, "boundary");
        const std::string body = "\n" + part.body;
        std::size_t at = body.find(line);
        while (at != std::string::npos && body.compare(at + line.size(), 2, "--") != 0) {
            const std::size_t begin = body.find('\n', at + 1);
            const std::size_t next = body.find(line, at + 1);
            if (begin != std::string::npos) {
                const auto inner = body.substr(begin + 1, next == std::string::npos ? next : next - begin - 1);
                // A part without headers begins with a blank line.
                part.parts.push_back(inner.starts_with("\n") ? parse("x: y\n" + inner) : parse(inner));
            }
            at = next;
        }
        return part;
    }
    const std::string encoding = to_lower_ascii(part.value("content-transfer-encoding"));
    if (encoding == "quoted-printable") part.body = unquote_printable(part.body);
    if (encoding == "base64") {
        std::erase_if(part.body, [](char c) { return c == '\n'; });
        part.body = without_cr(unbase64(part.body).value_or(""));
    }
    return part;
}

std::string entity(const std::string& name) {
    static const std::map<std::string, std::string> known = {
        {"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"nbsp", " "}};
    const auto found = known.find(name);
    return found == known.end() ? "&" + name + ";" : found->second;
}

class HtmlText {
public:
    explicit HtmlText(bool drop_quotes) : drop_quotes_(drop_quotes) {}

    std::string run(const std::string& html) {
        for (std::size_t at = 0; at < html.size();) {
            if (html.compare(at, 4, "<!--") == 0) {
                at = std::min(html.find("-->", at), html.size() - 3) + 3;
            } else if (html[at] == '<') {
                const std::size_t end = std::min(html.find('>', at), html.size());
                tag(html.substr(at + 1, end - at - 1));
                at = end + 1;
            } else {
                const std::size_t end = std::min(html.find('<', at), html.size());
                text(html.substr(at, end - at));
                at = end;
            }
        }
        return out_;
    }

private:
    void tag(const std::string& inside) {
        const bool closing = inside.starts_with("/");
        std::smatch match;
        if (!std::regex_search(inside, match, std::regex("^/?([a-zA-Z0-9:]+)"))) return;
        const std::string name = to_lower_ascii(match[1].str());
        const bool empty = name == "br" || name == "meta" || name == "base" || name == "hr" || inside.ends_with("/");
        if (!empty) depth_ += closing ? -1 : 1;
        if (name == "style" || name == "script" || name == "head") silent_ = !closing;
        if (dropped_ >= 0 && depth_ < dropped_) dropped_ = -1;
        if (!closing && !empty && dropped_ < 0 && drop_quotes_ && quote(name, inside)) dropped_ = depth_;
        static const std::regex block("br|p|div|tr|table|blockquote|li|body");
        if (std::regex_match(name, block) && (!closing || name == "p") && (name == "br" || !out_.ends_with('\n')))
            line();
        if (name == "td") out_ += ' ';
    }

    static bool quote(const std::string& name, const std::string& inside) {
        static const std::regex pattern("([a-zA-Z-]+)\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s>]+))");
        std::vector<std::string> values;
        for (std::sregex_iterator it(inside.begin(), inside.end(), pattern), last; it != last; ++it) {
            values.push_back((*it)[1].str());
            values.push_back((*it)[2].str() + (*it)[3].str() + (*it)[4].str());
        }
        std::vector<std::pair<std::string_view, std::string_view>> attributes;
        for (std::size_t i = 0; i < values.size(); i += 2)
            attributes.emplace_back(values[i], values[i + 1]);
        return mail::begins_quote(name, attributes);
    }

    void line() {
        if (dropped_ < 0 && !silent_) out_ += '\n';
    }

    void text(const std::string& raw) {
        if (dropped_ >= 0 || silent_) return;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            const std::size_t end = raw.find(';', i);
            if (raw[i] == '&' && end != std::string::npos && end - i < 8) {
                out_ += entity(raw.substr(i + 1, end - i - 1));
                i = end;
            } else if (std::string_view(" \t\n").contains(raw[i])) {
                if (!out_.empty() && !out_.ends_with(' ') && !out_.ends_with('\n')) out_ += ' ';
            } else {
                out_ += raw[i];
            }
        }
    }

    bool drop_quotes_;
    bool silent_ = false;
    int depth_ = 0;
    int dropped_ = -1;
    std::string out_;
};

}  // namespace

std::string MiniPart::value(std::string_view name) const {
    const std::string lowered = to_lower_ascii(header);
    const std::size_t at = lowered.find("\n" + std::string(name) + ":");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 2;
    std::size_t end = header.find('\n', begin);
    while (end + 1 < header.size() && (header[end + 1] == ' ' || header[end + 1] == '\t'))
        end = header.find('\n', end + 1);
    std::string value = header.substr(begin, end - begin);
    std::ranges::replace(value, '\n', ' ');
    return std::string(trim_ascii(value));
}

const MiniPart* MiniPart::find(std::string_view type) const {
    if (media_type == type) return this;
    for (const auto& part : parts) {
        if (const auto* found = part.find(type)) return found;
    }
    return nullptr;
}

MiniPart parse_mini(const std::string& mail) {
    return parse(without_cr(mail));
}

std::string mini_html_text(const std::string& html, bool drop_quotes) {
    return HtmlText(drop_quotes).run(without_cr(html));
}

std::string latin1_to_utf8(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out += c;
        } else {
            out += static_cast<char>(0xC0 | (byte >> 6U));
            out += static_cast<char>(0x80 | (byte & 0x3FU));
        }
    }
    return out;
}

}  // namespace tandem::testing
