#include "connectors/smtp/session.hpp"

#include "core/base/text.hpp"

#include <charconv>
#include <utility>

namespace tandem::smtp {

namespace {

constexpr std::size_t kMaxAuthLine = 510;  // RFC 4954, 4: longer initial responses go on a line of their own

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return out;
}

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> out;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end > 0) out.push_back(upper(line.substr(0, end)));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return out;
}

void take_extension(std::string_view line, Extensions& out) {
    // "AUTH=LOGIN" is how some servers told it before the RFC, beside the right form.
    const auto words = words_of(line);
    if (words.empty()) return;
    const std::string& name = words[0];
    if (name == "STARTTLS") out.starttls = true;
    if (name == "PIPELINING") out.pipelining = true;
    if (name == "8BITMIME") out.eight_bit = true;
    if (name == "SMTPUTF8") out.smtputf8 = true;
    if (name == "DSN") out.dsn = true;
    if (name == "AUTH") out.auth.assign(words.begin() + 1, words.end());
    if (name == "SIZE") {
        std::uint64_t size = 0;
        if (words.size() > 1) std::from_chars(words[1].data(), words[1].data() + words[1].size(), size);
        out.size = size;
    }
}

}  // namespace

Session::Session(SessionOptions options, Time now)
    : options_(std::move(options)), secure_(options_.tls == TlsMode::Direct), deadline_(now + options_.login_limit) {}

void Session::enter(Phase phase, Time deadline) {
    phase_ = phase;
    deadline_ = deadline;
}

void Session::command(std::string_view text) {
    output_ += text;
    output_ += "\r\n";
}

void Session::receive(std::string_view octets, Time now) {
    if (closed()) return;
    reader_.feed(octets);
    // What came before TLS was not said by the server that we are about to verify (RFC 3207, 5).
    while (!closed() && !wants_tls()) {
        const auto reply = reader_.next();
        if (!reply) break;
        take(*reply, now);
    }
    if (wants_tls() && !reader_.empty()) return end(transient("the server goes on talking before TLS has begun"));
    if (!closed() && reader_.fault()) end(transient(*reader_.fault()));
}

void Session::take(const Reply& reply, Time now) {
    switch (phase_) {
        case Phase::Greeting:
            return greeting(reply, now);
        case Phase::Hello:
            return hello(reply, now);
        case Phase::StartTls:
            return start_tls(reply);
        case Phase::Auth:
            return auth(reply, now);
        case Phase::Envelope:
            return envelope(reply, now);
        case Phase::Data:
            return data(reply, now);
        case Phase::Content:
            return content(reply);
        case Phase::AfterDot:
            return after_dot(reply);
        case Phase::Resetting:
            if (!reply.good()) return end(transient("the server answers RSET with " + reply.text()));
            return become_ready();
        case Phase::Ready:
            return end(transient("the server says, unasked, " + reply.text()));
        default:
            break;
    }
}

void Session::greeting(const Reply& reply, Time) {
    if (reply.code != 220) return end(refusal(Step::Greeting, reply));
    command("EHLO " + options_.helo);
    phase_ = Phase::Hello;
}

void Session::hello(const Reply& reply, Time now) {
    if (!reply.good()) return end(refusal(Step::Hello, reply));
    extensions_ = {};
    for (std::size_t i = 1; i < reply.lines.size(); ++i)
        take_extension(reply.lines[i], extensions_);
    after_hello(now);
}

void Session::after_hello(Time now) {
    if (!secure_ && options_.tls == TlsMode::StartTls) {
        if (!extensions_.starttls)
            return end(config_error("the server offers no STARTTLS; nothing is sent in the clear"));
        command("STARTTLS");
        phase_ = Phase::StartTls;
        return;
    }
    if (options_.credentials.method == AuthMethod::None) return become_ready();
    log_in(now);
}

void Session::start_tls(const Reply& reply) {
    if (reply.code != 220) return end(refusal(Step::StartTls, reply));
    phase_ = Phase::Securing;
}

void Session::secured(Time) {
    secure_ = true;
    reader_.clear();
    extensions_ = {};
    command("EHLO " + options_.helo);
    phase_ = Phase::Hello;
}

void Session::log_in(Time) {
    auto sasl = choose_sasl(options_.credentials, extensions_.auth, options_.host);
    if (!sasl) return end(std::move(sasl.error()));
    sasl_ = std::move(*sasl);
    const std::string begin = "AUTH " + std::string(sasl_->mechanism());
    const Secret first = sasl_->first();
    const std::string initial = base64(first.reveal());
    const bool on_line = !initial.empty() && begin.size() + 1 + initial.size() <= kMaxAuthLine;
    command(on_line ? begin + " " + initial : begin);
    // The server's empty challenge asks for it then.
    phase_ = Phase::Auth;
    asked_ = on_line || initial.empty() ? 1 : 0;
}

void Session::auth(const Reply& reply, Time) {
    if (reply.code == 235) {
        if (auto good = sasl_->accepted(); !good) return end(std::move(good.error()));
        sasl_.reset();
        return become_ready();
    }
    if (reply.code != 334) return end(refusal(Step::Auth, reply));
    if (++answered_ > 4) return end(auth_error("the server asks for the login again and again"));
    const auto challenge = unbase64(reply.lines.empty() ? "" : reply.lines.back()).value_or("");
    auto answer = asked_++ == 0 ? Result<Secret>(sasl_->first()) : sasl_->answer(challenge);
    if (!answer) return end(std::move(answer.error()));
    command(base64(answer->reveal()));
}

void Session::become_ready() {
    phase_ = Phase::Ready;
    answered_ = asked_ = 0;
    deadline_ = Time::max();
}

void Session::lost(std::string_view why) {
    if (!closed()) end(transient(std::string(why)));
}

void Session::tick(Time now) {
    if (!closed() && now >= deadline_) end(transient("the server does not answer in time"));
}

// The server has the mail, or not: after the dot only it knows.
void Session::end(Error error) {
    if (phase_ == Phase::AfterDot) {
        outcome_ = fail(unknown_outcome("the connection ended before the server confirmed the mail: " + error.text));
    } else if (phase_ == Phase::Envelope || phase_ == Phase::Data || phase_ == Phase::Content) {
        outcome_ = fail(error);
    }
    phase_ = Phase::Closed;
    error_ = std::move(error);
    deadline_ = Time::max();
    output_.clear();
}

void Session::quit() {
    command("QUIT");
    phase_ = Phase::Closed;
    error_ = transient("the connection was ended here");
}

}  // namespace tandem::smtp
