#include "core/mail/text/journal_report.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/report_fields.hpp"
#include "core/mail/text/unicode.hpp"

#include <algorithm>
#include <cstddef>

namespace tandem::mail {
namespace {

constexpr std::size_t kMaxRecipients = 10'000;
constexpr std::size_t kMaxLine = 4'000;

// "<a@b.test>", "SMTP:a@b.test", "Name <a@b.test>" as "a@b.test".
std::string address_of(std::string_view value) {
    value = trim_ascii(value);
    if (const std::size_t open = value.rfind('<'); open != std::string_view::npos) {
        value = value.substr(open + 1, value.find('>', open) - open - 1);
    }
    constexpr std::string_view kScheme = "smtp:";
    if (iequals_ascii(value.substr(0, kScheme.size()), kScheme)) value.remove_prefix(kScheme.size());
    return std::string(trim_ascii(value));
}

std::optional<RecipientRole> role_of(std::string_view name) {
    if (name == "to") return RecipientRole::To;
    if (name == "cc") return RecipientRole::Cc;
    if (name == "bcc") return RecipientRole::Bcc;
    if (name == "recipient") return RecipientRole::Unknown;
    return std::nullopt;
}

// "a@b.test, Expanded: list@b.test", "a@b.test, Forwarded: c@b.test".
JournalRecipient recipient_of(RecipientRole role, std::string_view value) {
    JournalRecipient recipient{.address = {}, .role = role, .expanded_from = {}, .forwarded_from = {}};
    bool first = true;
    while (!value.empty() || first) {
        const std::size_t end = std::min(value.find(','), value.size());
        const auto item = trim_ascii(value.substr(0, end));
        value.remove_prefix(std::min(end + 1, value.size()));
        const std::size_t colon = item.find(':');
        const auto name = to_lower_ascii(trim_ascii(item.substr(0, colon)));
        if (first) {
            recipient.address = address_of(item);
        } else if (colon == std::string_view::npos) {
            continue;
        } else if (name == "expanded") {
            recipient.expanded_from = address_of(item.substr(colon + 1));
        } else if (name == "forwarded") {
            recipient.forwarded_from = address_of(item.substr(colon + 1));
        }
        first = false;
    }
    return recipient;
}

void set_once(std::string& place, std::string value) {
    if (place.empty()) place = std::move(value);
}

}  // namespace

std::string_view to_string(RecipientRole role) {
    switch (role) {
        case RecipientRole::To:
            return "to";
        case RecipientRole::Cc:
            return "cc";
        case RecipientRole::Bcc:
            return "bcc";
        case RecipientRole::Unknown:
            return "unknown";
    }
    return "unknown";
}

std::optional<JournalReport> read_journal_report(std::string_view text) {
    JournalReport report;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    while (!text.empty()) {
        const auto line = take_line(text).substr(0, kMaxLine);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string name = to_lower_ascii(trim_ascii(line.substr(0, colon)));
        const auto value = trim_ascii(line.substr(colon + 1));
        if (name == "sender") set_once(report.sender, address_of(value));
        if (name == "on-behalf-of") set_once(report.on_behalf_of, address_of(value));
        if (name == "subject") set_once(report.subject, collapse_blanks(value));
        if (name == "message-id") set_once(report.message_id, std::string(without_brackets(value)));
        const auto role = role_of(name);
        if (!role || report.recipients.size() >= kMaxRecipients) continue;
        auto recipient = recipient_of(*role, value);
        if (!recipient.address.empty()) report.recipients.push_back(std::move(recipient));
    }
    if (report.sender.empty() && report.recipients.empty()) return std::nullopt;
    return report;
}

}  // namespace tandem::mail
