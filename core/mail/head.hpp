// The header of a mail, decoded. Private to core/mail.
#pragma once

#include "core/base/time.hpp"
#include "core/mail/address.hpp"
#include "core/mail/limits.hpp"
#include "core/mail/mail.hpp"
#include "core/mail/members.hpp"
#include "core/mail/text/base_subject.hpp"
#include "core/mail/trace.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::mail {

struct Head {
    std::string message_id;  // without brackets, "" if there is none
    std::vector<std::string> in_reply_to;
    std::vector<std::string> references;
    std::optional<Instant> date;
    std::string date_text;
    std::string subject;
    BaseSubject base;
    std::vector<Address> from, sender, reply_to, to, cc, bcc;
    std::vector<std::string> recipients;     // addresses of to and cc
    std::optional<std::string> return_path;  // "" is <>
    std::vector<std::string> delivered_to;
    std::vector<Hop> received;  // outermost first
    std::string language;
    std::vector<std::pair<std::string, std::string>> headers;  // bounded
};

Head read_head(const Mail& mail, const Limits& limits, std::vector<std::string>& problems);

// Its members of the document.
void add_head(const Head& head, Members& out);

}  // namespace tandem::mail
