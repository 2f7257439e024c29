#include "connectors/smtp/transport.hpp"

#include "core/async/timeout.hpp"

#include <utility>

namespace tandem::smtp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kFarewell{2};

}  // namespace

Transport::Transport(std::unique_ptr<net::Link> link, SessionOptions options, net::TlsContext tls, std::string name)
    : link_(std::move(link)),
      session_(std::move(options), SteadyClock::now()),
      tls_(std::move(tls)),
      certificate_name_(std::move(name)) {}

Task<Result<std::unique_ptr<Transport>>> Transport::open(const SubmissionConfig& config,
                                                         net::TlsContext tls,
                                                         Secret password) {
    auto link = co_await net::connect({.host = config.host,
                                       .port = config.connect_port(),
                                       .tls = config.tls == TlsMode::Direct ? tls : nullptr,
                                       .certificate_name = config.certificate_name(),
                                       .limit = config.connect_limit});
    if (!link) co_return fail(std::move(link.error()));
    std::unique_ptr<Transport> out(new Transport(std::move(*link), session_options(config, std::move(password)),
                                                 std::move(tls), config.certificate_name()));
    co_await out->converse();
    if (!out->ready()) co_return fail(out->session_.error());
    co_return out;
}

std::chrono::steady_clock::duration Transport::left() const {
    const auto deadline = session_.next_tick();
    if (deadline == Session::Time::max()) return std::chrono::hours(1);
    return std::max(deadline - SteadyClock::now(), SteadyClock::duration(0));
}

void Transport::late() {
    session_.tick(std::max(SteadyClock::now(), session_.next_tick()));
}

// Until the session is ready for a mail, or closed.
Task<void> Transport::converse() {
    for (;;) {
        if (!co_await write()) break;
        if (session_.wants_tls()) {
            co_await secure();
            continue;
        }
        if (session_.ready() || session_.closed()) break;
        co_await read();
    }
    if (session_.closed()) link_->close();
}

// All that there is to say; false when the session ended over it.
Task<bool> Transport::write() {
    for (;;) {
        const std::string octets = session_.take_output();
        if (octets.empty()) co_return !session_.closed();
        const auto written = co_await async::with_timeout(link_->write(octets), left());
        if (!written) {
            late();
            co_return false;
        }
        if (*written) continue;
        // The server's last words may say why.
        if (!session_.closed()) co_await read();
        session_.lost(written->error().text);
        co_return false;
    }
}

Task<void> Transport::read() {
    std::string octets;
    const auto read = co_await async::with_timeout(link_->read(octets), left());
    if (!read) co_return late();
    if (*read) {
        session_.receive(octets, SteadyClock::now());
    } else {
        session_.lost(read->error().text);
    }
}

Task<void> Transport::secure() {
    const auto secured = co_await async::with_timeout(link_->start_tls(tls_, certificate_name_), left());
    if (!secured) co_return late();
    if (*secured) {
        session_.secured(SteadyClock::now());
    } else {
        session_.refuse(secured->error());
    }
}

Task<Result<std::string>> Transport::deliver(Transaction transaction) {
    ++mails_;
    session_.submit(std::move(transaction), SteadyClock::now());
    co_await converse();
    auto outcome = session_.take_outcome();
    if (!outcome) co_return fail(transient("the server said nothing about the mail"));
    co_return std::move(*outcome);
}

Task<void> Transport::quit() {
    if (session_.ready()) {
        session_.quit();
        const std::string octets = session_.take_output();
        co_await async::with_timeout(link_->write(octets), kFarewell);
    }
    close();
}

void Transport::close() {
    link_->close();
}

Task<Result<std::string>> probe(const SubmissionConfig& config, net::TlsContext tls, Secret password) {
    auto transport = co_await Transport::open(config, std::move(tls), std::move(password));
    if (!transport) co_return fail(std::move(transport.error()));
    const Extensions& can = (*transport)->extensions();
    std::string out = config.logs_in() ? "logged in as " + config.user : "connected";
    out += " at " + config.host + ":" + std::to_string(config.connect_port());
    if (config.dsn && !can.dsn) out += "; the server sends no reports that name the message (DSN)";
    co_await (*transport)->quit();
    co_return out;
}

}  // namespace tandem::smtp
