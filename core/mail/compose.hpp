// Writes a mail: RFC 5322 with MIME (RFC 2045, 2047, 2231), seven-bit but for addresses that are not ASCII (RFC 6532).
// The same draft always gives the same octets, so that a repetition is recognised as one.
#pragma once

#include "core/base/result.hpp"
#include "core/base/time.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

struct Mailbox {
    std::string address;  // addr-spec; domains as A-labels
    std::string name = {};
};

struct File {
    std::string filename;
    std::string media_type;  // what is no media type, or cannot be in base64, becomes application/octet-stream
    std::string content;
};

struct Draft {
    Mailbox from;
    std::vector<Mailbox> to;
    std::string reply_to = {};  // address
    std::string subject;
    std::string message_id;                    // without brackets
    std::string in_reply_to = {};              // the same
    std::vector<std::string> references = {};  // the same, oldest first
    Instant date{};
    std::string text;  // UTF-8; any line ends
    std::vector<File> files = {};
    bool automatic = false;  // nobody wrote it: RFC 3834, so that no machine answers
};

struct Composed {
    std::string octets;          // lines end in CRLF, the last one too
    bool international = false;  // an address is not ASCII: SMTPUTF8 is needed
};

// Rejected: an address or an id of the mail that cannot be, a control character in what becomes a header, no recipient.
// Ids of other mails that cannot be written are left out.
Result<Composed> compose(const Draft& draft);

// Whether it can stand between < and > in a header and in SMTP: local@domain, at most 254 bytes, UTF-8.
bool is_address(std::string_view text);
// What may stand between < and > of Message-ID.
bool is_message_id(std::string_view text);

// The subject of an answer: one "Re: " before it, whatever stood there.
std::string reply_subject(std::string_view subject);

// `parent` behind `references`; of more than 20 the first and the last 19 stay. Doubles and `parent` itself go.
std::vector<std::string> reply_references(std::vector<std::string> references, std::string_view parent);

}  // namespace tandem::mail
