#include "connectors/smtp/verdict.hpp"

#include <utility>

namespace tandem::smtp {

namespace {

constexpr std::chrono::seconds kBusyPause{60};

// X.7.x "security or policy" and X.3.x "mail system" with 4yz are how servers say: you, or everybody, not so much
// (RFC 3463, 3.4 and 3.8; 4.7.28 is Gmail's rate limit, 4.3.2 "system not accepting").
bool too_much(Step step, const Reply& reply) {
    if (reply.code == 452 && step != Step::RcptTo) return true;
    if (reply.enhanced == "4.3.1" || reply.enhanced == "4.4.5" || reply.enhanced == "4.7.28") return true;
    return reply.code == 421 && (reply.enhanced == "4.3.2" || reply.enhanced == "4.7.0" || reply.enhanced == "4.7.1");
}

ErrorKind temporary_kind(Step step, const Reply& reply) {
    if (step == Step::Auth && reply.code == 432) return ErrorKind::Auth;  // RFC 4954, 6: the password must be changed
    return too_much(step, reply) ? ErrorKind::Throttled : ErrorKind::Transient;
}

// The sender is ours and the same for every mail: its refusal is for the operator, not about this mail.
bool refuses_sender(const Reply& reply) {
    if (reply.code != 550 && reply.code != 553 && reply.code != 554) return false;
    return reply.enhanced.empty() || reply.enhanced.starts_with("5.7.") || reply.enhanced == "5.1.8" ||
           reply.enhanced == "5.1.7" || reply.enhanced == "5.1.0";
}

ErrorKind permanent_kind(Step step, const Reply& reply) {
    switch (step) {
        case Step::Greeting:
            return ErrorKind::Transient;  // 554: it takes nothing from us now; what we want to send has no part in it
        case Step::Hello:
        case Step::StartTls:
            return ErrorKind::Config;
        case Step::Auth:
            return reply.code == 504 ? ErrorKind::Config : ErrorKind::Auth;
        default:
            break;
    }
    if (reply.code == 530 || reply.code == 535 || reply.code == 538) return ErrorKind::Auth;
    if (step == Step::MailFrom && refuses_sender(reply)) return ErrorKind::Config;
    return ErrorKind::Rejected;
}

}  // namespace

std::string_view to_string(Step step) {
    switch (step) {
        case Step::Greeting:
            return "the greeting";
        case Step::Hello:
            return "EHLO";
        case Step::StartTls:
            return "STARTTLS";
        case Step::Auth:
            return "AUTH";
        case Step::MailFrom:
            return "MAIL FROM";
        case Step::RcptTo:
            return "RCPT TO";
        case Step::Data:
            return "DATA";
        case Step::Content:
            break;
    }
    return "the mail";
}

Error refusal(Step step, const Reply& reply) {
    Error out{.kind = ErrorKind::Transient,
              .text = "the server answers " + std::string(to_string(step)) + " with " + reply.text(),
              .retry_after = std::nullopt,
              .code = reply.enhanced.empty() ? std::to_string(reply.code) : reply.enhanced};
    if (reply.temporary()) {
        out.kind = temporary_kind(step, reply);
        if (out.kind == ErrorKind::Throttled) out.retry_after = kBusyPause;
    } else if (reply.code >= 500) {
        out.kind = permanent_kind(step, reply);
    } else {
        // 2yz or 3yz where they make no sense: what the server did with the mail cannot be told.
        out.kind = step == Step::Content ? ErrorKind::UnknownOutcome : ErrorKind::Transient;
    }
    return out;
}

}  // namespace tandem::smtp
