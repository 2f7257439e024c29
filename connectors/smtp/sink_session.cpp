#include "connectors/smtp/sink_session.hpp"

#include "core/base/text.hpp"
#include "core/mail/compose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tandem::smtp {

namespace {

constexpr std::size_t kMaxLine = 4'096;  // RFC 5321 asks for 512 and more for parameters
constexpr std::size_t kMaxPath = 320;

// "<local@domain>" at the begin of an argument; nullopt when there is none. A route before it is dropped (RFC 5321, C).
struct Path {
    std::string address;
    std::string_view rest;
};

std::optional<Path> path_of(std::string_view argument) {
    argument = trim_ascii(argument);
    if (!argument.starts_with('<')) return std::nullopt;
    bool quoted = false;
    for (std::size_t i = 1; i < argument.size(); ++i) {
        if (argument[i] == '\\' && quoted) {
            ++i;
        } else if (argument[i] == '"') {
            quoted = !quoted;
        } else if (argument[i] == '>' && !quoted) {
            std::string_view address = argument.substr(1, i - 1);
            if (address.starts_with('@')) address.remove_prefix(std::min(address.find(':'), address.size() - 1) + 1);
            if (address.size() > kMaxPath) return std::nullopt;
            return Path{std::string(address), argument.substr(i + 1)};
        }
    }
    return std::nullopt;
}

// The argument behind "FROM:" or "TO:".
std::optional<std::string_view> after(std::string_view argument, std::string_view word) {
    if (argument.size() < word.size() || !iequals_ascii(argument.substr(0, word.size()), word)) return std::nullopt;
    return argument.substr(word.size());
}

}  // namespace

SinkSession::SinkSession(SinkOptions options, Allowance& allowance, Time now)
    : options_(std::move(options)),
      allowance_(allowance),
      deadline_(now + options_.command_limit),
      secure_(options_.secure),
      certified_(options_.certified) {
    reply("220 " + options_.name + (options_.lmtp ? " LMTP" : " ESMTP") + " Tandem");
}

SinkSession::~SinkSession() {
    give_back();
}

void SinkSession::reply(std::string_view text) {
    output_ += text;
    output_ += "\r\n";
}

void SinkSession::refuse(std::string_view text, std::string_view reason) {
    reason_ = reason;
    reply(text);
    if (++errors_ < options_.max_errors) return;
    reply("421 4.7.0 " + options_.name + " too many errors");
    phase_ = Phase::Closed;
}

void SinkSession::give_back() {
    allowance_.give(std::exchange(held_, 0));
}

void SinkSession::reset() {
    give_back();
    mail_.reset();
    reader_ = {};
    too_large_ = no_room_ = false;
}

void SinkSession::listen(Time now) {
    phase_ = Phase::Command;
    deadline_ = now + options_.command_limit;
    if (!leaving_) return;
    reply("421 4.3.2 " + options_.name + " is shutting down");
    phase_ = Phase::Closed;
}

void SinkSession::receive(std::string_view octets, Time now) {
    if (closed()) return;
    input_ += octets;
    if (phase_ == Phase::Command || phase_ == Phase::Data) {
        deadline_ = now + options_.command_limit;
        if (phase_ == Phase::Data) deadline_ = std::min(deadline_, mail_deadline_);
    }
    proceed(now);
}

void SinkSession::proceed(Time now) {
    for (bool more = true; more && !input_.empty();) {
        if (phase_ == Phase::Command) {
            more = read_line(now);
        } else if (phase_ == Phase::Data) {
            more = read_data(now);
        } else {
            return;
        }
    }
}

// False when there is no whole line yet.
bool SinkSession::read_line(Time now) {
    const auto end = input_.find("\r\n");
    if (end == std::string::npos) {
        // A CR at the end may be half of the line's.
        if (input_.size() <= kMaxLine + 1) return false;
        skipping_ = true;
        input_.erase(0, input_.ends_with('\r') ? input_.size() - 1 : input_.size());
        return false;
    }
    const std::string line = input_.substr(0, end);
    input_.erase(0, end + 2);
    if (std::exchange(skipping_, false) || line.size() > kMaxLine) {
        refuse("500 5.5.2 the line is too long", "syntax");
    } else if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
        refuse("500 5.5.2 lines end in CRLF and hold no other controls", "syntax");
    } else {
        obey(line, now);
    }
    return true;
}

void SinkSession::obey(std::string_view line, Time now) {
    const std::string_view text = trim_ascii(line);
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string verb = to_lower_ascii(text.substr(0, blank));
    const std::string_view argument = trim_ascii(text.substr(blank));
    if (verb == "ehlo" || verb == "helo" || verb == "lhlo") {
        hello(verb, argument);
    } else if (verb == "starttls") {
        start_tls(argument);
    } else if (verb == "mail") {
        mail(argument);
    } else if (verb == "rcpt") {
        rcpt(argument);
    } else if (verb == "data") {
        data(argument, now);
    } else {
        other(verb);
    }
}

void SinkSession::hello(std::string_view verb, std::string_view argument) {
    if ((verb == "lhlo") != options_.lmtp)
        return refuse(options_.lmtp ? "500 5.5.1 this is LMTP: LHLO" : "500 5.5.1 this is SMTP: EHLO", "syntax");
    if (argument.empty()) return refuse("501 5.5.4 a name is needed", "syntax");
    reset();
    greeted_ = true;
    helo_ = sanitize_utf8(argument.substr(0, 255));
    if (verb == "helo") return reply("250 " + options_.name);
    reply("250-" + options_.name);
    reply("250-PIPELINING");
    reply(fmt::format("250-SIZE {}", options_.max_size));
    if (options_.offer_tls && !secure_) reply("250-STARTTLS");
    reply("250-ENHANCEDSTATUSCODES");
    reply("250-8BITMIME");
    reply("250 SMTPUTF8");
}

void SinkSession::start_tls(std::string_view argument) {
    if (!options_.offer_tls || secure_) return refuse("503 5.5.1 there is no STARTTLS now", "sequence");
    if (!argument.empty()) return refuse("501 5.5.4 STARTTLS has no argument", "syntax");
    reply("220 2.0.0 go ahead");
    reset();
    greeted_ = false;
    helo_.clear();
    // What was sent along with it is not from inside TLS, whoever sent it (RFC 3207, 4.2).
    input_.clear();
    phase_ = Phase::Securing;
}

void SinkSession::secured(bool certified, Time now) {
    secure_ = true;
    certified_ = certified;
    listen(now);
}

// Why these parameters of MAIL cannot be.
std::optional<std::string> SinkSession::parameter_problem(std::string_view parameters) {
    parameters = trim_ascii(parameters);
    while (!parameters.empty()) {
        const std::size_t end = std::min(parameters.find(' '), parameters.size());
        const std::string word = to_lower_ascii(parameters.substr(0, end));
        parameters = trim_ascii(parameters.substr(end));
        if (word == "smtputf8" || word == "body=7bit" || word == "body=8bitmime") continue;
        if (!word.starts_with("size=")) return "555 5.5.4 there is no such parameter";
        std::uint64_t size = 0;
        const char* const last = word.data() + word.size();
        const auto [stop, error] = std::from_chars(word.data() + 5, last, size);
        if (error != std::errc() || stop != last) return "501 5.5.4 SIZE is a number";
        if (size > options_.max_size) return "552 5.3.4 the mail is too large";
    }
    return std::nullopt;
}

void SinkSession::mail(std::string_view argument) {
    if (!greeted_) return refuse("503 5.5.1 say hello first", "sequence");
    if (options_.require_tls && !secure_) return refuse("530 5.7.0 STARTTLS first", "no tls");
    if (options_.require_certificate && !certified_)
        return refuse("530 5.7.0 a certificate is needed", "no certificate");
    if (mail_) return refuse("503 5.5.1 one mail after the other", "sequence");
    const auto from = after(argument, "from:");
    const auto path = from ? path_of(*from) : std::nullopt;
    if (!path) return refuse("501 5.5.4 MAIL FROM:<address> is needed", "syntax");
    if (!path->address.empty() && !mail::is_address(path->address))
        return refuse("501 5.1.7 that is no address", "syntax");
    if (const auto problem = parameter_problem(path->rest)) {
        return refuse(*problem, problem->starts_with("552") ? "too large" : "syntax");
    }
    if (mails_ >= options_.max_mails) {
        reply("421 4.7.0 " + options_.name + " enough for one connection");
        phase_ = Phase::Closed;
        return;
    }
    if (!allowance_.admit_mail()) return refuse("451 4.7.1 too many mails, come again later", "rate");
    mail_ = SinkMail{.sender = path->address, .recipients = {}, .octets = {}, .helo = helo_, .secure = secure_};
    reply("250 2.1.0 ok");
}

bool SinkSession::taken_here(std::string_view address) const {
    return std::ranges::any_of(options_.recipients, [&](const std::string& known) {
        if (known.starts_with('@')) return iequals_ascii(address.substr(address.rfind('@')), known);
        return iequals_ascii(address, known);
    });
}

void SinkSession::rcpt(std::string_view argument) {
    if (!mail_) return refuse("503 5.5.1 MAIL first", "sequence");
    const auto to = after(argument, "to:");
    const auto path = to ? path_of(*to) : std::nullopt;
    if (!path) return refuse("501 5.5.4 RCPT TO:<address> is needed", "syntax");
    if (!mail::is_address(path->address)) return refuse("501 5.1.3 that is no address", "syntax");
    if (!trim_ascii(path->rest).empty()) return refuse("555 5.5.4 there is no such parameter", "syntax");
    if (!taken_here(path->address))
        return refuse("550 5.7.1 nothing is taken for this address or passed on", "recipient");
    if (mail_->recipients.size() >= options_.max_recipients)
        return refuse("452 4.5.3 too many recipients", "too many recipients");
    mail_->recipients.push_back(path->address);
    reply("250 2.1.5 ok");
}

void SinkSession::data(std::string_view argument, Time now) {
    if (!argument.empty()) return refuse("501 5.5.4 DATA has no argument", "syntax");
    if (!mail_ || mail_->recipients.empty()) return refuse("503 5.5.1 MAIL and RCPT first", "sequence");
    reply("354 end with CRLF . CRLF");
    phase_ = Phase::Data;
    mail_deadline_ = now + options_.mail_limit;
    deadline_ = std::min(now + options_.command_limit, mail_deadline_);
}

void SinkSession::other(std::string_view verb) {
    if (verb == "noop") return reply("250 2.0.0 ok");
    if (verb == "rset") {
        reset();
        return reply("250 2.0.0 ok");
    }
    if (verb == "quit") {
        reply("221 2.0.0 bye");
        phase_ = Phase::Closed;
        return;
    }
    if (verb == "vrfy") return reply("252 2.5.2 send some mail");
    if (verb == "expn" || verb == "help" || verb == "auth") return refuse("502 5.5.1 not here", "syntax");
    refuse("500 5.5.2 what?", "syntax");
}

// False when the end of the mail has not come.
bool SinkSession::read_data(Time now) {
    std::string& octets = mail_->octets;
    const std::size_t before = octets.size();
    input_.erase(0, reader_.feed(input_, octets));
    const std::size_t size = octets.size();
    if (!too_large_ && !no_room_ && size > before) {
        if (size > options_.max_size) {
            too_large_ = true;
        } else if (allowance_.take(size - before)) {
            held_ += size - before;
        } else {
            no_room_ = true;
        }
    }
    // The rest is read all the same, for the answer.
    if (too_large_ || no_room_) {
        octets = {};
        give_back();
    }
    if (!reader_.done()) return false;
    end_of_data(now);
    return true;
}

void SinkSession::end_of_data(Time now) {
    answers_ = options_.lmtp ? mail_->recipients.size() : 1;
    if (!too_large_ && !no_room_) {
        phase_ = Phase::Storing;
        deadline_ = Time::max();
        return;
    }
    reason_ = too_large_ ? "too large" : "full";
    for (std::size_t i = 0; i < answers_; ++i)
        reply(too_large_ ? "552 5.3.4 the mail is too large" : "452 4.3.1 no room now, come again later");
    reset();
    listen(now);
}

std::optional<SinkMail> SinkSession::take_mail() {
    if (phase_ != Phase::Storing || !mail_) return std::nullopt;
    return std::exchange(mail_, std::nullopt);
}

void SinkSession::stored(const Result<void>& result, Time now) {
    if (phase_ != Phase::Storing) return;
    if (result) ++mails_;
    if (!result) reason_ = result.error().kind == ErrorKind::Full ? "full" : "not stored";
    const std::string_view refusal = !result && result.error().kind == ErrorKind::Full
                                         ? "452 4.3.1 no room now, come again later"
                                         : "451 4.3.0 it could not be stored, come again later";
    for (std::size_t i = 0; i < answers_; ++i)
        reply(result ? "250 2.0.0 stored" : refusal);
    reset();
    listen(now);
    proceed(now);
}

void SinkSession::tick(Time now) {
    if (closed() || now < deadline_) return;
    reason_ = "timeout";
    reply("421 4.4.2 " + options_.name + " you are too slow");
    phase_ = Phase::Closed;
}

void SinkSession::say_goodbye() {
    leaving_ = true;
    if (phase_ == Phase::Command && !mail_) {
        reply("421 4.3.2 " + options_.name + " is shutting down");
        phase_ = Phase::Closed;
    }
}

std::string SinkSession::take_output() {
    return std::exchange(output_, {});
}

}  // namespace tandem::smtp
