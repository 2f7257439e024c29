#include "core/mail/address.hpp"

#include "core/base/text.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/header.hpp"

#include <utility>

namespace tandem::mail {
namespace {

constexpr std::size_t kLongestAddress = 1024;
constexpr std::size_t kLongestName = 1024;

// What stands between two commas, taken apart while it is read.
struct Mailbox {
    std::string phrase;   // outside of <>, as it came, quotes removed
    std::string route;    // inside of <>
    std::string comment;  // the last one
    bool angle = false;   // there was a <
};

class Lister {
public:
    Lister(std::string_view fallback, std::size_t limit) : fallback_(fallback), limit_(limit) {}

    std::vector<Address> run(std::string_view value) {
        for (std::size_t i = 0; i < value.size() && out_.size() < limit_; ++i)
            take(value, i);
        flush();
        return std::move(out_);
    }

private:
    void take(std::string_view value, std::size_t& i) {
        switch (value[i]) {
            case '"':
                quoted(value, i);
                break;
            case '(':
                comment(value, i);
                break;
            case '<':
                box_.angle = inside_ = true;
                break;
            case '>':
                inside_ = false;
                break;
            case ',':
                if (inside_ && box_.route.starts_with('@')) break;  // of a route
                flush();
                break;
            case ';':
                flush();
                break;
            case ':':
                colon();
                break;
            default:
                target() += value[i];
        }
    }

    std::string& target() { return inside_ ? box_.route : box_.phrase; }

    // A quoted local part keeps its quotes, a quoted name loses them.
    void quoted(std::string_view value, std::size_t& i) {
        std::string text;
        std::size_t at = i + 1;
        for (; at < value.size() && value[at] != '"'; ++at) {
            if (value[at] == '\\' && at + 1 < value.size()) ++at;
            text += value[at];
        }
        const bool local = inside_ || (at + 1 < value.size() && value[at + 1] == '@');
        target() += local ? '"' + text + '"' : text;
        i = at;
    }

    void comment(std::string_view value, std::size_t& i) {
        std::string text;
        std::size_t depth = 0;
        for (; i < value.size(); ++i) {
            if (value[i] == '\\' && i + 1 < value.size()) {
                text += value[++i];
                continue;
            }
            if (value[i] == '(' && depth++ == 0) continue;
            if (value[i] == ')' && --depth == 0) break;
            text += value[i];
        }
        box_.comment = std::move(text);
    }

    // The end of a group's name, or of a route ("@a,@b:c@d"), or a part of a broken address.
    void colon() {
        if (inside_ && box_.route.starts_with('@')) {
            box_.route.clear();
        } else if (!inside_ && box_.phrase.find('@') == std::string::npos) {
            box_ = {};
        } else {
            target() += ':';
        }
    }

    void flush() {
        const auto box = std::exchange(box_, {});
        inside_ = false;
        Address out;
        std::string_view name;
        if (box.angle) {
            out.address = normal_address(box.route);
            name = box.phrase;
        } else if (const auto phrase = trim_ascii(box.phrase);
                   phrase.contains('@') || phrase.find_first_of(" =") == std::string_view::npos) {
            out.address = normal_address(phrase);
        } else {
            name = phrase;
        }
        if (trim_ascii(name).empty()) name = box.comment;
        out.name = decode_text(std::string_view(name).substr(0, 8 * kLongestName), fallback_);
        out.name.resize(cut_utf8(out.name, kLongestName).size());
        if (out.address.empty() && out.name.empty()) return;
        if (out.address.empty() && whole_in_words(out.name)) return;
        out_.push_back(std::move(out));
    }

    // Some programs encode the address together with the name.
    bool whole_in_words(const std::string& decoded) {
        const auto open = decoded.rfind('<');
        if (open == std::string::npos || !decoded.ends_with('>') || decoded.find('@', open) == std::string::npos) {
            return false;
        }
        out_.push_back({normal_address(std::string_view(decoded).substr(open)),
                        std::string(trim_ascii(std::string_view(decoded).substr(0, open)))});
        return true;
    }

    std::string_view fallback_;
    std::size_t limit_;
    std::vector<Address> out_;
    Mailbox box_;
    bool inside_ = false;  // of <>
};

}  // namespace

std::vector<Address> parse_addresses(std::string_view value, std::string_view fallback, std::size_t limit) {
    return Lister(fallback, limit).run(value);
}

std::string normal_address(std::string_view value) {
    value = trim_ascii(value);
    if (value.starts_with('<')) value.remove_prefix(1);
    if (value.ends_with('>')) value.remove_suffix(1);
    const auto utf8 = clean_line(to_utf8(value.substr(0, kLongestAddress), {}, {}));
    const auto at = utf8.rfind('@');
    std::string local;
    bool quoted = false;
    for (const char c : std::string_view(utf8).substr(0, at)) {
        if (c == '"') quoted = !quoted;
        if (quoted || (c != ' ' && c != '\t')) local += c;
    }
    if (at == std::string::npos) return local;
    std::string domain;
    for (const char c : std::string_view(utf8).substr(at + 1)) {
        if (c != ' ' && c != '\t') domain += c;
    }
    while (domain.ends_with('.'))
        domain.pop_back();
    return local + "@" + ascii_domain(domain);
}

}  // namespace tandem::mail
