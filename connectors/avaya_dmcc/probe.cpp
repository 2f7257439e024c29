#include "connectors/avaya_dmcc/client.hpp"
#include "core/async/timeout.hpp"
#include "core/net/link.hpp"

#include <fmt/format.h>

#include <utility>

namespace tandem::avaya_dmcc {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kLimit{30};

// Asks for the clock of each switch, which shows whether AES knows its name.
class Conversation {
public:
    explicit Conversation(const Config& config) : config_(config) {}

    bool done() const { return finished_; }
    Result<std::string> outcome() const { return outcome_; }

    void handle(Session& session, SessionEvent& event) {
        if (const auto* opened = std::get_if<Opened>(&event)) {
            said_ = fmt::format("signed in as {}, {}", config_.user,
                                opened->protocol.substr(opened->protocol.find_last_of('/') + 1));
            ask(session);
        } else if (const auto* answer = std::get_if<Answered>(&event)) {
            const auto error = answer->answer ? read_error(answer->answer->root()) : std::nullopt;
            if (answer->answer)
                said_ += "; " + config_.switches[next_ - 1].name + ": " + (error ? to_error(*error).text : "known");
            if (error && !refused_) refused_ = to_error(*error);
            ask(session);
        } else if (const auto* closed = std::get_if<Closed>(&event)) {
            finished_ = true;
            if (!said_.empty()) outcome_ = said_;
            if (said_.empty()) outcome_ = fail(closed->error);
            if (refused_) {
                refused_->text = said_;
                outcome_ = fail(std::move(*refused_));
            }
        }
    }

private:
    void ask(Session& session) {
        if (next_ >= config_.switches.size()) return session.stop(SteadyClock::now());
        session.request(get_time_of_day(config_.switches[next_++].name), SteadyClock::now());
    }

    const Config& config_;
    std::size_t next_ = 0;
    std::string said_;
    std::optional<Error> refused_;  // a switch that AES does not know
    bool finished_ = false;
    Result<std::string> outcome_ = fail(transient("the session ended before the login"));
};

Task<Result<std::string>> converse(const Config& config, net::TlsContext tls, std::string host) {
    auto link = co_await net::connect({.host = host,
                                       .port = config.connect_port(),
                                       .tls = std::move(tls),
                                       .certificate_name = config.tls_name.empty() ? host : config.tls_name});
    if (!link) co_return fail(std::move(link.error()));
    Session session(session_options(config), {}, SteadyClock::now());
    Conversation conversation(config);
    while (!conversation.done()) {
        const std::string output = session.take_output();
        if (!output.empty()) {
            if (auto written = co_await (*link)->write(output); !written) session.lost(written.error().text);
        }
        std::string octets;
        if (!session.closed()) {
            if (auto read = co_await (*link)->read(octets); !read) session.lost(read.error().text);
        }
        session.receive(octets, SteadyClock::now());
        for (SessionEvent& event : session.take_events())
            conversation.handle(session, event);
    }
    co_return conversation.outcome();
}

}  // namespace

Task<Result<std::string>> probe(Config config, net::TlsContext tls) {
    Error last;
    for (const std::string& host : config.hosts) {
        auto outcome = co_await async::with_timeout(converse(config, tls, host), kLimit);
        if (!outcome) outcome = fail(transient("AES does not answer"));
        if (*outcome) co_return host + ": " + **outcome;
        last = std::move(outcome->error());
        if (!last.text.contains(host)) last = Error(std::move(last).with_context(host));
        if (last.kind == ErrorKind::Auth) break;
    }
    co_return fail(std::move(last));
}

}  // namespace tandem::avaya_dmcc
