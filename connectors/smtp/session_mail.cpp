// The transaction of a Session: envelope, content, and what the server says to them.
#include "connectors/smtp/session.hpp"
#include "core/base/text.hpp"
#include "core/mail/compose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::smtp {

namespace {

constexpr std::size_t kPiece = 64 * 1024;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// RFC 3461, 4.
std::string xtext(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c > 0x20 && c < 0x7F && c != '+' && c != '=') {
            out += c;
        } else {
            out += fmt::format("+{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        }
    }
    return out;
}

}  // namespace

// Why the mail cannot go to this server, before anything of it is said.
std::optional<Error> Session::problem(const Transaction& transaction) const {
    if (!transaction.sender.empty() && !mail::is_address(transaction.sender))
        return config_error("the sender is no mail address");
    if (transaction.recipients.empty()) return rejected("the mail has no recipient");
    const auto wrong = [](const std::string& one) { return !mail::is_address(one); };
    if (std::ranges::any_of(transaction.recipients, wrong) || std::ranges::any_of(transaction.copies, wrong))
        return rejected("the recipient is no mail address");
    if (transaction.international && !extensions_.smtputf8)
        return rejected("the server takes no addresses beyond ASCII (SMTPUTF8)", "5.6.7");
    if (extensions_.size.value_or(0) != 0 && transaction.octets.size() > *extensions_.size) {
        return rejected(
            fmt::format("the mail has {} octets, the server takes {}", transaction.octets.size(), *extensions_.size),
            "5.3.4");
    }
    return std::nullopt;
}

void Session::submit(Transaction transaction, Time now) {
    outcome_.reset();
    if (auto wrong = problem(transaction)) {
        outcome_ = fail(std::move(*wrong));
        return;
    }
    transaction_ = std::move(transaction);
    asked_ = answered_ = sent_ = refused_copies_ = 0;
    refused_.reset();
    enter(Phase::Envelope, now + options_.command_limit);
    next_command();
}

std::string Session::mail_from() const {
    std::string out = "MAIL FROM:<" + transaction_.sender + ">";
    if (extensions_.size) out += fmt::format(" SIZE={}", transaction_.octets.size());
    if (transaction_.international) out += extensions_.eight_bit ? " BODY=8BITMIME SMTPUTF8" : " SMTPUTF8";
    if (reports()) out += " RET=HDRS ENVID=" + xtext(transaction_.id);
    return out;
}

// `number`: of the command; the first is MAIL.
std::string Session::rcpt_to(std::size_t number) const {
    const auto& known = transaction_.recipients;
    const std::string& recipient = is_copy(number) ? transaction_.copies[number - 1 - known.size()] : known[number - 1];
    std::string out = "RCPT TO:<" + recipient + ">";
    if (!reports()) return out;
    // What becomes of a copy is nobody's news about the message.
    if (is_copy(number)) return out + " NOTIFY=NEVER";
    out += " NOTIFY=FAILURE,DELAY";
    if (is_ascii(recipient)) out += " ORCPT=rfc822;" + xtext(recipient);
    return out;
}

// All commands at once where the server allows it (RFC 2920).
void Session::next_command() {
    while (asked_ < commands() && (asked_ == answered_ || extensions_.pipelining)) {
        command(asked_ == 0 ? mail_from() : rcpt_to(asked_));
        ++asked_;
    }
}

void Session::envelope(const Reply& reply, Time now) {
    const Step step = answered_ == 0 ? Step::MailFrom : Step::RcptTo;
    if (reply.code == 421) return end(refusal(step, reply));
    if (!reply.good() && is_copy(answered_)) {
        ++refused_copies_;
    } else if (!reply.good() && !refused_) {
        refused_ = refusal(step, reply);
    }
    ++answered_;
    deadline_ = now + options_.command_limit;
    // A mail goes to all of its recipients or to none.
    if (refused_ && answered_ == asked_) return give_up(std::move(*refused_), now);
    if (answered_ < commands()) return next_command();
    command("DATA");
    enter(Phase::Data, now + options_.command_limit);
}

void Session::data(const Reply& reply, Time now) {
    if (reply.code == 354) return enter(Phase::Content, transaction_.deadline);
    Error error = refusal(Step::Data, reply);
    if (reply.code == 421) return end(std::move(error));
    give_up(std::move(error), now);
}

// Before the final dot: whatever it is, the server does not have the mail.
void Session::content(const Reply& reply) {
    if (reply.temporary() || reply.code >= 500) return end(refusal(Step::Content, reply));
    end(transient("the server answers in the middle of the mail: " + reply.text()));
}

void Session::after_dot(const Reply& reply) {
    if (reply.good()) {
        outcome_ = reply.text();
        return become_ready();
    }
    outcome_ = fail(refusal(Step::Content, reply));
    if (reply.temporary() || reply.code >= 500) {
        become_ready();
        if (reply.code != 421) return;
    }
    phase_ = Phase::Ready;  // the outcome stands
    end(transient("the server answers the mail with " + reply.text()));
}

void Session::give_up(Error error, Time now) {
    outcome_ = fail(std::move(error));
    command("RSET");
    enter(Phase::Resetting, now + options_.command_limit);
}

std::string Session::take_output() {
    if (!output_.empty() || phase_ != Phase::Content) return std::exchange(output_, {});
    return next_piece();
}

// Lines that begin with a dot get another one (RFC 5321, 4.5.2).
std::string Session::next_piece() {
    const std::string_view mail = transaction_.octets;
    const std::size_t end = std::min(sent_ + kPiece, mail.size());
    std::string out;
    out.reserve(end - sent_ + 16);
    for (; sent_ < end; ++sent_) {
        if (mail[sent_] == '.' && (sent_ == 0 || mail[sent_ - 1] == '\n')) out += '.';
        out += mail[sent_];
    }
    if (sent_ == mail.size()) {
        if (!mail.ends_with("\r\n")) out += "\r\n";
        out += ".\r\n";
        phase_ = Phase::AfterDot;
    }
    return out;
}

std::optional<Result<std::string>> Session::take_outcome() {
    return std::exchange(outcome_, std::nullopt);
}

}  // namespace tandem::smtp
