#include "connectors/imap/session.hpp"

#include "connectors/imap/conditions.hpp"
#include "connectors/imap/syntax.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::imap {

namespace {

// Of one answer; the client asks for less.
constexpr std::size_t kMaxData = 50'000;
constexpr std::size_t kMaxAnswerOctets = 24U << 20;

// Others are not kept: a thousand idle connections would.
constexpr std::array<std::string_view, 18> kUsed{"STARTTLS",
                                                 "LOGINDISABLED",
                                                 "SASL-IR",
                                                 "AUTH=SCRAM-SHA-256",
                                                 "AUTH=SCRAM-SHA-1",
                                                 "AUTH=PLAIN",
                                                 "AUTH=XOAUTH2",
                                                 "AUTH=OAUTHBEARER",
                                                 "ID",
                                                 "ENABLE",
                                                 "CONDSTORE",
                                                 "IDLE",
                                                 "NOTIFY",
                                                 "ESEARCH",
                                                 "LIST-STATUS",
                                                 "LIST-EXTENDED",
                                                 "SPECIAL-USE",
                                                 "X-GM-EXT-1"};

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return out;
}

std::size_t octets_of(const std::vector<Value>& values) {
    std::size_t sum = 0;
    for (const Value& one : values)
        sum += sizeof(Value) + one.text.size() + octets_of(one.items);
    return sum;
}

}  // namespace

Session::Session(SessionOptions options, Time now)
    : options_(std::move(options)), secure_(options_.tls == TlsMode::Implicit), heard_(now), begun_(now) {}

void Session::receive(std::string_view octets, Time now) {
    if (closed()) return;
    heard_ = now;
    // After STARTTLS a single byte in the clear may be somebody else's (RFC 3501, 6.2.1; CVE-2011-0411).
    if (state_ == State::Securing) return end(transient("the server goes on in the clear after STARTTLS"));
    reader_.feed(octets);
    auto responses = reader_.take();
    for (std::size_t i = 0; i < responses.size() && !closed(); ++i) {
        handle(std::move(responses[i]), now);
        if (state_ == State::Securing && (i + 1 < responses.size() || reader_.partial()))
            end(transient("the server goes on in the clear after STARTTLS"));
    }
    if (!closed() && reader_.fault()) end(transient("the server's words make no sense: " + *reader_.fault()));
}

void Session::secured(Time now) {
    heard_ = begun_ = now;
    secure_ = true;
    state_ = State::LoggingIn;
    capabilities_.clear();
    asked_capability_ = false;
    go_on(now);
}

void Session::lost(std::string_view why) {
    if (!closed()) end(transient(std::string(why)));
}

void Session::end(Error error) {
    state_ = State::Closed;
    work_ = Work::None;
    events_.push_back(Closed{std::move(error)});
}

void Session::tick(Time now) {
    if (closed() || now < next_tick()) return;
    end(transient(now >= begun_ + options_.command ? "a command takes too long" : "the server is silent"));
}

Session::Time Session::next_tick() const {
    if (closed() || (state_ == State::Online && (work_ == Work::None || work_ == Work::Idle))) return Time::max();
    return std::min(heard_ + options_.silence, begun_ + options_.command);
}

void Session::write(Work work, std::string text, Time now) {
    heard_ = begun_ = now;
    work_ = work;
    answer_ = {};
    answer_octets_ = 0;
    tag_ = "t" + std::to_string(++last_tag_);
    output_ += tag_ + " " + text + "\r\n";
}

bool Session::command(std::string text, Time now) {
    if (!harmless(text)) return false;
    about_folders_ = text.starts_with("STATUS ") || text.starts_with("LIST ");
    write(Work::Command, std::move(text), now);
    return true;
}

void Session::idle(Time now) {
    write(Work::IdleAsked, "IDLE", now);
}

void Session::done(Time now) {
    if (work_ != Work::Idle) return;
    heard_ = begun_ = now;
    work_ = Work::IdleDone;
    output_ += "DONE\r\n";
}

void Session::handle(Response response, Time now) {
    if (state_ == State::Greeting) return handle_greeting(response, now);
    if (response.continuation()) return handle_continuation(response, now);
    if (response.untagged()) return handle_untagged(std::move(response));
    if (response.tag.empty()) return;  // an empty line
    if (response.tag == tag_ && work_ != Work::None) return handle_tagged(std::move(response), now);
    end(transient("the server answers what was not asked"));
}

void Session::handle_greeting(const Response& response, Time now) {
    if (!response.untagged()) return end(transient("this is no IMAP server"));
    take_capabilities(response);
    if (response.condition == Condition::Bye) return end(refusal(response, "the server refuses the connection"));
    const bool known = response.condition == Condition::PreAuth;
    if (!known && response.condition != Condition::Ok) return end(transient("this is no IMAP server"));
    // Somebody on the way could spare the login, and with it TLS, by these words.
    if (known && !secure_ && options_.tls != TlsMode::None)
        return end(transient("the server knows us before the connection is secure"));
    logged_in_ = known;
    begin_login(now);
}

void Session::handle_continuation(const Response& response, Time now) {
    if (work_ == Work::IdleAsked) {
        work_ = Work::Idle;
        events_.push_back(Idling{});
    } else if (work_ == Work::Authenticate) {
        challenged(response, now);
    }
}

void Session::handle_untagged(Response response) {
    if (response.condition == Condition::Bye) {
        auto error = refusal(response, "the server ends the connection");
        if (error.kind == ErrorKind::Rejected) error.kind = ErrorKind::Transient;
        return end(std::move(error));
    }
    take_capabilities(response);
    notice(response);
    if (work_ == Work::None || work_ == Work::Idle) return;
    keep(std::move(response));
}

void Session::notice(const Response& response) {
    static constexpr std::array<std::string_view, 3> kHere{"EXISTS", "EXPUNGE", "VANISHED"};
    if (!online()) return;
    if (std::ranges::find(kHere, response.word) != kHere.end()) news_.selected = true;
    if (response.word == "FETCH" && work_ != Work::Command) news_.selected = true;
    if ((response.word == "STATUS" || response.word == "LIST") && !about_folders_) news_.others = true;
}

void Session::keep(Response response) {
    answer_octets_ += sizeof(Response) + response.text.size() + octets_of(response.values);
    answer_.data.push_back(std::move(response));
    if (answer_.data.size() > kMaxData || answer_octets_ > kMaxAnswerOctets)
        end(transient("the server answers without end"));
}

void Session::handle_tagged(Response response, Time now) {
    take_capabilities(response);
    const Work work = std::exchange(work_, Work::None);
    about_folders_ = false;
    if (state_ != State::Online) return login_answered(work, response, now);
    answer_.result = std::move(response);
    events_.push_back(std::exchange(answer_, {}));
}

void Session::take_capabilities(const Response& response) {
    if (response.word == "CAPABILITY") {
        std::string words;
        for (const Value& one : response.values)
            words += one.text + " ";
        take_capabilities(words);
    } else if (response.code_word() == "CAPABILITY") {
        take_capabilities(response.code_rest());
    }
}

void Session::take_capabilities(std::string_view words) {
    capabilities_.clear();
    asked_capability_ = true;
    while (!words.empty()) {
        const auto space = std::min(words.find(' '), words.size());
        const std::string word = upper(words.substr(0, space));
        if (std::ranges::find(kUsed, word) != kUsed.end()) capabilities_.insert(word);
        words.remove_prefix(std::min(space + 1, words.size()));
    }
}

}  // namespace tandem::imap
