// What is packed into a mail: the content of opaque S/MIME signatures, the mail inside of a journal report,
// winmail.dat. Private to core/mail.
#pragma once

#include "core/data/value.hpp"
#include "core/mail/attachments.hpp"
#include "core/mail/body.hpp"
#include "core/mail/limits.hpp"
#include "core/mail/mail.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

// What protects a mail (RFC 8551, RFC 3156).
struct Protection {
    std::string_view opaque;      // smime-encrypted, pgp-encrypted, or ""
    std::string_view signed_by;   // smime, pgp, or ""
    std::optional<Mail> content;  // of an opaque signature
    std::string bytes;            // that `content` looks at
};

Protection read_protection(const Mail& mail, const Limits& limits);

// The report is written by Exchange around the mail (vendors/email.md 3.2).
bool is_journal_report(const Mail& mail);
const Part* enclosed_mail(const Part& part);  // the first one, nullptr if there is none

// Attachments of winmail.dat are added to `attachments`, its text stands in for a missing one. Whether there was any.
bool read_tnef_parts(Body& body,
                     std::vector<Attachment>& attachments,
                     const Limits& limits,
                     std::string_view within,
                     std::vector<std::string>& problems);

}  // namespace tandem::mail
