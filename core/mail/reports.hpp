// Mails about other mails: bounces and delivery reports, read receipts, complaints; and invitations. Private to
// core/mail.
#pragma once

#include "core/data/value.hpp"
#include "core/mail/body.hpp"
#include "core/mail/limits.hpp"
#include "core/mail/mail.hpp"

#include <string>
#include <string_view>

namespace tandem::mail {

struct Reports {
    std::string_view kind = "mail";  // mail, bounce, delivery_report, read_receipt, feedback
    data::Value list;                // of `reports`
    data::Value about;               // `report_of`, null if it is no report
};

Reports read_reports(const Mail& mail, const Body& body, const Limits& limits, data::Arena& arena);

// `calendar`; empty if there is none.
data::Value read_calendars(const Body& body,
                           const Limits& limits,
                           std::vector<std::string>& problems,
                           data::Arena& arena);

}  // namespace tandem::mail
