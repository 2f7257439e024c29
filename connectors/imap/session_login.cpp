// From the greeting to the moment when commands can be given.
#include "connectors/imap/conditions.hpp"
#include "connectors/imap/session.hpp"
#include "connectors/imap/syntax.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::imap {

void Session::begin_login(Time now) {
    state_ = State::LoggingIn;
    go_on(now);
}

void Session::go_on(Time now) {
    if (!asked_capability_) return write(Work::Capability, "CAPABILITY", now);
    if (!secure_ && options_.tls == TlsMode::StartTls) return start_tls(now);
    if (!logged_in_) return authenticate(now);
    after_login(now);
}

void Session::start_tls(Time now) {
    if (!can("STARTTLS")) return end(config_error("the server offers no STARTTLS"));
    write(Work::StartTls, "STARTTLS", now);
}

std::optional<Mechanism> Session::choose() const {
    struct Choice {
        AuthMode mode;
        Mechanism mechanism;
        std::string_view capability;
        bool token;
    };
    static constexpr std::array<Choice, 5> kChoices{{
        {AuthMode::OAuthBearer, Mechanism::OAuthBearer, "AUTH=OAUTHBEARER", true},
        {AuthMode::XOAuth2, Mechanism::XOAuth2, "AUTH=XOAUTH2", true},
        {AuthMode::Scram, Mechanism::ScramSha256, "AUTH=SCRAM-SHA-256", false},
        {AuthMode::Scram, Mechanism::ScramSha1, "AUTH=SCRAM-SHA-1", false},
        {AuthMode::Plain, Mechanism::Plain, "AUTH=PLAIN", false},
    }};
    for (const Choice& one : kChoices) {
        const bool meant =
            options_.auth == AuthMode::Auto ? one.token == !options_.token.empty() : options_.auth == one.mode;
        if (meant && can(one.capability)) return one.mechanism;
    }
    return std::nullopt;
}

void Session::authenticate(Time now) {
    const auto mechanism = choose();
    if (!mechanism) return log_in_plainly(now);
    const bool token = *mechanism == Mechanism::OAuthBearer || *mechanism == Mechanism::XOAuth2;
    sasl_.emplace(*mechanism, options_.user, token ? options_.token : options_.password, options_.nonce);
    std::string text = "AUTHENTICATE " + std::string(to_string(*mechanism));
    initial_sent_ = can("SASL-IR");
    if (initial_sent_) text += " " + base64(sasl_->first());
    write(Work::Authenticate, std::move(text), now);
}

void Session::log_in_plainly(Time now) {
    const bool wanted = options_.auth == AuthMode::Login || options_.auth == AuthMode::Auto;
    if (!wanted || !options_.token.empty() || can("LOGINDISABLED"))
        return end(config_error("the server offers no login that this mailbox is configured for"));
    const auto user = quoted_string(options_.user);
    const auto password = quoted_string(options_.password.reveal());
    if (!user || !password) return end(config_error("user and password may not hold line breaks"));
    write(Work::Login, "LOGIN " + *user + " " + *password, now);
}

void Session::challenged(const Response& response, Time now) {
    heard_ = now;
    if (!initial_sent_) {
        initial_sent_ = true;
        output_ += base64(sasl_->first()) + "\r\n";
        return;
    }
    const auto challenge = unbase64(trim_ascii(response.text));
    auto answer =
        challenge ? sasl_->answer(*challenge) : Result<std::string>(fail(auth_error("no base64 in the login")));
    if (!answer) return end(std::move(answer.error()));
    output_ += base64(*answer) + "\r\n";
}

void Session::login_answered(Work work, const Response& response, Time now) {
    const bool good = response.condition == Condition::Ok;
    if (work == Work::Capability) {
        if (!good || !asked_capability_) return end(refusal(response, "CAPABILITY"));
    } else if (work == Work::StartTls) {
        if (!good) return end(refusal(response, "STARTTLS"));
        state_ = State::Securing;
        events_.push_back(WantsTls{});
        return;
    } else if (work == Work::Authenticate || work == Work::Login) {
        if (!good) {
            Error error = login_refusal(response);
            if (sasl_ && !sasl_->complaint().empty()) error.text += " " + sasl_->complaint();
            return end(std::move(error));
        }
        if (sasl_) {
            if (auto proved = sasl_->accepted(); !proved) return end(std::move(proved.error()));
        }
        logged_in_ = true;
        // What is offered after the login differs, and may have come with this answer.
        asked_capability_ =
            response.code_word() == "CAPABILITY" ||
            std::ranges::any_of(answer_.data, [](const Response& one) { return one.word == "CAPABILITY"; });
    }
    go_on(now);
}

// ENABLE and ID may be refused: nothing depends on them.
void Session::after_login(Time now) {
    if (!std::exchange(identified_, true) && can("ID")) return write(Work::Id, R"(ID ("name" "Tandem"))", now);
    if (!std::exchange(enabled_, true) && can("ENABLE") && can("CONDSTORE"))
        return write(Work::Enable, "ENABLE CONDSTORE", now);
    state_ = State::Online;
    work_ = Work::None;
    events_.push_back(Online{});
}

}  // namespace tandem::imap
