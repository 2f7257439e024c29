// By what the copies of one mail are known, and the mails of one conversation (vendors/email.md 5.6 and 5.7). Never raw
// bytes, sizes, UIDs or arrival times: copies differ in all of them.
#pragma once

#include "core/base/time.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

// Addresses in normal form (domain lower case, A-labels), the rest decoded UTF-8; empty stands for "has none".
struct KeyParts {
    std::string_view message_id;  // without angle brackets
    std::string_view from;
    std::span<const std::string> recipients;  // of To and Cc, in any order
    std::string_view base_subject;
    std::optional<Instant> date;  // of the Date header
    std::string_view text;        // the whole readable text
    std::span<const std::string> attachment_hashes;
    std::string_view newest_received;  // the outermost Received line as written
};

// Hex SHA-256 each.
struct Keys {
    std::optional<std::string> id;           // message id, From, base subject, date in seconds; none without an id
    std::optional<std::string> id_any_date;  // the same without the date: equal here only means that the id is reused
    std::string content;   // From, recipients, base subject, first 8 KiB of the text, attachments; no time
    std::string delivery;  // for mails without id: content, date and newest Received line
};

Keys keys(const KeyParts& parts);

struct Thread {
    std::optional<std::string> root;         // oldest ancestor that the mail names, else itself; none without any id
    std::vector<std::string> ids;            // ancestors in their order, then its own; each once, at most 1,000
    std::optional<std::string> subject_key;  // hex SHA-256; none for base subjects below 5 characters
};

// Ids without angle brackets, compared byte by byte. Of more than 1,000 the first and the newest are kept.
Thread thread_of(std::string_view message_id,
                 std::span<const std::string> references,
                 std::span<const std::string> in_reply_to,
                 std::string_view base_subject);

}  // namespace tandem::mail
