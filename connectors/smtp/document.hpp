// The pack's document (README.md, "Sending") as a mail. Pure.
#pragma once

#include "connectors/smtp/config.hpp"
#include "core/connector/sender.hpp"
#include "core/mail/compose.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::smtp {

struct FileWanted {
    std::string url;
    std::string media_type;
    std::string filename;
};

struct Document {
    std::vector<std::string> to;
    std::string subject;
    std::string text;
    std::string in_reply_to;
    std::vector<std::string> references;
    std::vector<FileWanted> files;
    std::optional<Instant> at;
    std::string name_space = "mid";  // of Message-IDs
    bool automatic = false;
};

// Rejected: no JSON object, no recipient, nothing to say.
Result<Document> read_document(std::string_view json);

// What reports and copies of the mail will call it: its Message-ID and its ENVID (RFC 3461, 4.4). Empty when no mail
// can be made of the document.
std::vector<connector::SentId> names_of(std::string_view json, const SubmissionConfig& config, std::string_view id);

// Without files. `id`: of the message. `now`: where the document has no time.
mail::Draft draft_of(const Document& document, const SubmissionConfig& config, std::string_view id, Instant now);

}  // namespace tandem::smtp
