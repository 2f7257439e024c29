// Bounces that are text only. Each layout is known by a sentence that its program always writes.
#include "core/base/text.hpp"
#include "core/mail/text/delivery_report.hpp"
#include "core/mail/text/report_fields.hpp"
#include "core/mail/text/unicode.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::mail {
namespace {

constexpr std::size_t kMaxRecipients = 1'000;
constexpr std::size_t kMaxLines = 2'000;
constexpr std::size_t kMaxDiagnostic = 4'000;

enum class Layout { Qmail, Exim, Gmail, Exchange, Administrators, OpenSmtpd };

struct Sentence {
    std::string_view folded;
    Layout layout;
    std::string_view action;
};

constexpr auto kSentences = std::to_array<Sentence>({
    {"this is the qmail-send program at", Layout::Qmail, "failed"},
    {"the following address(es) failed:", Layout::Exim, "failed"},
    {"the message has not yet been delivered", Layout::Exim, "delayed"},
    {"delivery to the following recipient failed permanently:", Layout::Gmail, "failed"},
    {"delivery to the following recipients failed permanently:", Layout::Gmail, "failed"},
    {"delivery to the following recipient has been delayed:", Layout::Gmail, "delayed"},
    {"did not reach the following recipient(s):", Layout::Exchange, "failed"},
    {"diagnostic information for administrators:", Layout::Administrators, "failed"},
    {"the following list of recipients:", Layout::OpenSmtpd, "failed"},
});

// From here on the mail that came back, or its headers: addresses there mean nothing.
constexpr auto kCopies = std::to_array<std::string_view>({
    "this is a copy of",
    "below this line is a copy",
    "below is a copy of",
    "original message",
    "original message headers",
    "unsent message follows",
    "returned message follows",
});

bool begins_copy(std::string_view folded) {
    const std::size_t begin = std::min(folded.find_first_not_of("- "), folded.size());
    const auto text = folded.substr(begin);
    return std::ranges::any_of(kCopies, [&](std::string_view copy) { return text.starts_with(copy); });
}

// A status code in what a server said: "550 5.1.1 User unknown", "(#5.5.0)". Empty if there is none.
std::string status_in(std::string_view text) {
    const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    for (std::size_t at = 0; at + 4 < text.size(); ++at) {
        if ((text[at] != '4' && text[at] != '5') || text[at + 1] != '.') continue;
        // Not inside a version or an address: "Exim 4.5.6" has no reply code before, "10.5.1.1" has a dot.
        if (at > 0 && !std::string_view(" #(-<'").contains(text[at - 1])) continue;
        std::size_t end = at + 2;
        while (digit(end))
            ++end;
        const std::size_t second = end;
        if (second == at + 2 || second > at + 5 || second >= text.size() || text[second] != '.') continue;
        ++end;
        while (digit(end))
            ++end;
        const bool address = end < text.size() && text[end] == '.' && digit(end + 1);
        if (end > second + 1 && end <= second + 4 && !address) return std::string(text.substr(at, end - at));
    }
    return {};
}

// "<a@b.test>:", "a@b.test", "a@b.test on Thu, 29 Apr…", "a@b.test: 550 …" at the start of a line.
std::optional<std::string> address_at_start(std::string_view line) {
    line = trim_ascii(line);
    const auto word = line.substr(0, line.find_first_of(" \t"));
    auto address = word;
    while (address.ends_with(':') || address.ends_with(','))
        address.remove_suffix(1);
    address = without_brackets(address);
    return looks_like_address(address) ? std::optional(std::string(address)) : std::nullopt;
}

std::size_t indent(std::string_view line) {
    return std::min(line.find_first_not_of(" \t"), line.size());
}

class BounceReader {
public:
    std::vector<DeliveryReport> read(std::string_view text) {
        for (std::size_t i = 0; i < kMaxLines && !text.empty(); ++i) {
            const auto line = take_line(text);
            const std::string folded = to_lower_ascii(collapse_blanks(line.substr(0, 500)));
            if (begins_copy(folded) && layout_) break;
            if (!layout_) {
                find_layout(folded);
            } else {
                add(line, folded);
            }
        }
        for (auto& report : reports_)
            report.status = status_in(report.diagnostic);
        return std::move(reports_);
    }

private:
    void find_layout(std::string_view folded) {
        for (const auto& sentence : kSentences) {
            if (!folded.contains(sentence.folded)) continue;
            layout_ = sentence.layout;
            action_ = sentence.action;
        }
    }

    void add(std::string_view line, std::string_view folded) {
        if (folded.empty()) {
            after_blank_ = true;
            return;
        }
        if (const auto address = recipient(line)) {
            if (reports_.size() < kMaxRecipients) {
                reports_.push_back({});
                reports_.back().recipient = *address;
                reports_.back().action = action_;
            }
            // OpenSMTPD and some Exims write the reason behind the address.
            if (*layout_ == Layout::OpenSmtpd) say(line.substr(line.find(':') + 1));
        } else if (belongs()) {
            say(line);
        }
        after_blank_ = false;
    }

    std::optional<std::string> recipient(std::string_view line) const {
        const auto address = address_at_start(line);
        if (!address) return std::nullopt;
        const auto plain = trim_ascii(line);
        const bool alone = !plain.contains(' ');
        switch (*layout_) {
            case Layout::Qmail:
                return plain.starts_with('<') && plain.ends_with(">:") ? address : std::nullopt;
            case Layout::Exim:
                return indent(line) > 0 && indent(line) < 4 && (alone || plain.contains(" (generated from "))
                           ? address
                           : std::nullopt;
            case Layout::Gmail:
                return alone && reports_.size() < kMaxRecipients && !explained_ ? address : std::nullopt;
            case Layout::Exchange:
                return indent(line) == 0 ? address : std::nullopt;
            case Layout::Administrators:
                return alone && after_blank_ ? address : std::nullopt;
            case Layout::OpenSmtpd:
                return plain.contains(": ") ? address : std::nullopt;
        }
        return std::nullopt;
    }

    // Whether a line that is no recipient tells about the last one. Paragraphs below it are advice, except Gmail's.
    bool belongs() const { return !reports_.empty() && (!after_blank_ || *layout_ == Layout::Gmail); }

    void say(std::string_view line) {
        const std::string text = collapse_blanks(line.substr(0, kMaxDiagnostic));
        // Gmail tells once for all its recipients, and the server's own words come last.
        const bool gmail = *layout_ == Layout::Gmail;
        if (gmail) {
            explained_ = true;
            if (text.ends_with(':')) {
                for (auto& report : reports_)
                    report.diagnostic.clear();
                return;
            }
        }
        for (std::size_t i = gmail ? 0 : reports_.size() - 1; i < reports_.size(); ++i) {
            auto& diagnostic = reports_[i].diagnostic;
            if (diagnostic.size() + text.size() > kMaxDiagnostic) continue;
            if (!diagnostic.empty()) diagnostic += ' ';
            diagnostic += text;
        }
    }

    std::optional<Layout> layout_;
    std::string action_;
    std::vector<DeliveryReport> reports_;
    bool after_blank_ = true;
    bool explained_ = false;
};

}  // namespace

std::vector<DeliveryReport> read_text_bounce(std::string_view text, std::string_view failed_recipients) {
    auto reports = BounceReader().read(text);
    while (!failed_recipients.empty() && reports.size() < kMaxRecipients) {
        const std::size_t end = std::min(failed_recipients.find(','), failed_recipients.size());
        const auto address = without_brackets(failed_recipients.substr(0, end));
        failed_recipients.remove_prefix(std::min(end + 1, failed_recipients.size()));
        const bool known = std::ranges::any_of(
            reports, [&](const DeliveryReport& report) { return iequals_ascii(report.recipient, address); });
        if (known || !looks_like_address(address)) continue;
        reports.push_back({});
        reports.back().recipient = address;
        reports.back().action = "failed";
    }
    return reports;
}

}  // namespace tandem::mail
