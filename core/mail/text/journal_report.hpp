// The envelope that Exchange and Microsoft 365 write before a journalled mail (vendors/email.md 3.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

enum class RecipientRole : std::uint8_t { To, Cc, Bcc, Unknown };

std::string_view to_string(RecipientRole role);  // to, cc, bcc, unknown

struct JournalRecipient {
    std::string address;
    RecipientRole role = RecipientRole::Unknown;
    std::string expanded_from;   // the list that it stood on, empty if none
    std::string forwarded_from;  // the mailbox that forwarded to it, empty if none
};

struct JournalReport {
    std::string sender;
    std::string on_behalf_of;  // empty if none
    std::string subject;
    std::string message_id;                    // without angle brackets
    std::vector<JournalRecipient> recipients;  // at most 10,000
};

// The decoded text part of a journal report, LF or CRLF; nullopt if it names no sender and no recipient. Addresses as
// written, but without angle brackets and "SMTP:".
std::optional<JournalReport> read_journal_report(std::string_view text);

}  // namespace tandem::mail
