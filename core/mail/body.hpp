// What of a mail is its text, and what is attached (vendors/email.md 5.3 and 5.8, RFC 8621 4.1.4). Private to
// core/mail.
#pragma once

#include "core/mail/limits.hpp"
#include "core/mail/mail.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tandem::mail {

enum class TextFrom : std::uint8_t { None, Plain, Html };

struct Body {
    std::string text;      // the whole readable text
    std::string unquoted;  // the same without what HTML marks as a quoted mail
    bool html_quoted = false;
    TextFrom from = TextFrom::None;  // of the first text
    bool pgp_signed = false;         // inline
    bool pgp_encrypted = false;
    std::string language;  // Content-Language of the first text
    std::vector<const Part*> attachments;
    std::vector<const Part*> calendars;
    std::vector<const Part*> reports;   // message/delivery-status and its like
    std::vector<const Part*> returned;  // mails or headers of mails inside a report
    std::string html_ids;               // the HTML's references to parts ("cid:…"), in lower case
};

// Adds to `problems` what was tolerated. Points into `mail`.
Body read_body(const Mail& mail, const Limits& limits, std::vector<std::string>& problems);

// A text part as clean UTF-8 with LF line ends, flowed lines joined; HTML as it is.
std::string part_text(const Part& part, const Limits& limits, std::vector<std::string>& problems);

// The name that the sender gave the part, "" if none.
std::string part_name(const Part& part, const Limits& limits);

}  // namespace tandem::mail
