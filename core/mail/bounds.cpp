#include "core/mail/bounds.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <string>

namespace tandem::mail {
namespace {

constexpr std::size_t kMaxBoundaries = 64;
// GMime's reader of addresses calls itself for every group ("a:a:a:…"), at 130 bytes of stack each.
constexpr std::size_t kMaxColons = 10'000;

// Follows the lines of a mail as its parser would, knowing only what begins a header: the start, a delimiter of a
// multipart, and the end of a header that announces an enclosed mail.
class Scanner {
public:
    explicit Scanner(const Limits& limits) : limits_(limits) {}

    // What is wrong with `line`, empty if it is within the limits.
    std::string_view take(std::string_view line) {
        if (line.starts_with("--") && delimiter(line.substr(2))) {
            if (++parts_ > limits_.parts) return "more parts than are read";
            begin_header();
            message_ = digest_;
            return {};
        }
        return in_header_ ? header_line(line) : std::string_view();
    }

private:
    void begin_header() {
        in_header_ = true;
        in_type_ = false;
        message_ = false;
    }

    bool delimiter(std::string_view text) const {
        return any_delimiter_ ||
               std::ranges::any_of(boundaries_, [&](const auto& boundary) { return text.starts_with(boundary); });
    }

    std::string_view header_line(std::string_view line) {
        if (trim_ascii(line).empty()) {
            const bool inner = message_;
            begin_header();
            in_header_ = inner;
            return inner && ++parts_ > limits_.parts ? "more parts than are read" : std::string_view();
        }
        bytes_ += line.size();
        const bool goes_on = line[0] == ' ' || line[0] == '\t';
        colons_ = (goes_on ? colons_ : 0) + static_cast<std::size_t>(std::ranges::count(line, ':'));
        if (colons_ > kMaxColons) return "too many colons in a header field";
        if (++lines_ > limits_.header_lines || bytes_ > limits_.header_bytes) return "a header that is too long";
        if (!goes_on) {
            in_type_ = iequals_ascii(trim_ascii(line.substr(0, line.find(':'))), "content-type");
        }
        if (in_type_) type_line(to_lower_ascii(line), line);
        return {};
    }

    void type_line(const std::string& lower, std::string_view line) {
        if (lower.contains("message")) message_ = true;
        if (lower.contains("digest")) digest_ = true;  // its parts are mails unless they say otherwise
        constexpr std::string_view kName = "boundary";
        for (auto at = lower.find(kName); at != std::string::npos; at = lower.find(kName, at + 1))
            boundary(trim_ascii(line.substr(at + kName.size())));
    }

    // `text` follows the word "boundary". Whatever is unusual makes every line a delimiter that looks like one.
    void boundary(std::string_view text) {
        auto value = text.starts_with('=') ? trim_ascii(text.substr(1)) : std::string_view();
        if (value.starts_with('"')) {
            value = value.substr(1, value.find('"', 1) - 1);
        } else {
            value = value.substr(0, value.find_first_of("; \t"));
        }
        const bool plain = !value.empty() && value.find_first_of("\\(*%") == std::string_view::npos &&
                           value.find("=?") == std::string_view::npos;
        if (!plain || boundaries_.size() == kMaxBoundaries) {
            any_delimiter_ = true;
        } else {
            boundaries_.emplace_back(value);
        }
    }

    const Limits& limits_;
    std::vector<std::string> boundaries_;
    bool any_delimiter_ = false;
    bool in_header_ = true;
    bool in_type_ = false;  // of a Content-Type field
    bool message_ = false;  // the header announces an enclosed mail
    bool digest_ = false;
    std::size_t parts_ = 0;
    std::size_t colons_ = 0;  // of a header field
    std::size_t lines_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace

std::size_t within_limits(std::string_view mail, const Limits& limits, std::vector<std::string>& problems) {
    Scanner scanner(limits);
    std::size_t at = 0;
    while (at < mail.size()) {
        const auto end = std::min(mail.find('\n', at), mail.size() - 1) + 1;
        if (const auto wrong = scanner.take(mail.substr(at, end - at)); !wrong.empty()) {
            problems.push_back("the mail has " + std::string(wrong) + ": left out from byte " + std::to_string(at) +
                               " on");
            return at;
        }
        at = end;
    }
    return mail.size();
}

}  // namespace tandem::mail
