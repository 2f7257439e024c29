#include "connectors/xmpp/client.hpp"
#include "core/async/timeout.hpp"

namespace tandem::xmpp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

Task<Result<void>> log_in_and_out(const Config& config, net::TlsContext tls) {
    auto link = co_await net::connect(link_target(config, tls));
    if (!link) co_return fail(std::move(link.error()));
    Ledger ledger;
    SessionOptions options = session_options(config, fresh_nonce());
    // The running gateway keeps its resource.
    if (config.link == LinkMode::Client) options.jid.resource += "-check-" + fresh_nonce().substr(0, 6);
    Session session(std::move(options), ledger, SteadyClock::now());
    Result<void> outcome = fail(transient("the stream ended before the login"));
    bool closing = false;
    while (!closing) {
        const std::string output = session.take_output();
        if (auto written = co_await (*link)->write(output); !written) break;
        std::string octets;
        if (auto read = co_await (*link)->read(octets); !read) break;
        session.receive(octets, SteadyClock::now());
        for (const auto& event : session.take_events()) {
            if (std::holds_alternative<WantsTls>(event)) {
                auto secured = co_await (*link)->start_tls(tls, config.certificate_name());
                if (!secured) co_return secured;
                session.secured(SteadyClock::now());
            } else if (std::holds_alternative<Online>(event)) {
                outcome = {};
                closing = true;
                session.close();
            } else if (const auto* closed = std::get_if<Closed>(&event)) {
                if (!closing) outcome = fail(closed->error);
                closing = true;
            }
        }
    }
    const std::string farewell = session.take_output();
    if (!farewell.empty()) co_await (*link)->write(farewell);
    co_return outcome;
}

}  // namespace

Task<Result<void>> probe(Config config, net::TlsContext tls) {
    auto outcome = co_await async::with_timeout(log_in_and_out(config, std::move(tls)), config.login_limit);
    if (!outcome) co_return fail(transient("the login was not finished in time"));
    co_return std::move(*outcome);
}

}  // namespace tandem::xmpp
