#include "connectors/smpp/client.hpp"
#include "connectors/smpp/status.hpp"
#include "core/async/timeout.hpp"

namespace tandem::smpp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

Task<Result<void>> bind_and_unbind(const Config& config, net::TlsContext tls) {
    auto link = co_await net::connect(link_target(config, std::move(tls)));
    if (!link) co_return fail(std::move(link.error()));
    Session session(session_options(config), SteadyClock::now());
    Result<void> outcome = fail(transient("the link ended before the bind was answered"));
    while (!session.closed()) {
        const std::string output = session.take_output();
        if (auto written = co_await (*link)->write(output); !written) break;
        std::string octets;
        if (auto read = co_await (*link)->read(octets); !read) break;
        session.receive(octets, SteadyClock::now());
        for (const auto& event : session.take_events()) {
            if (const auto* refused = std::get_if<BindRefused>(&event))
                outcome = fail(status::bind_error(refused->status));
            if (!std::holds_alternative<Bound>(event)) continue;
            outcome = {};
            session.unbind(SteadyClock::now());
        }
    }
    co_return outcome;
}

}  // namespace

Task<Result<void>> probe(Config config, net::TlsContext tls) {
    auto outcome = co_await async::with_timeout(bind_and_unbind(config, std::move(tls)), config.response_timeout);
    if (!outcome) co_return fail(transient("no answer to the bind"));
    co_return std::move(*outcome);
}

}  // namespace tandem::smpp
