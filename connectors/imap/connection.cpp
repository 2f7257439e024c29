#include "connectors/imap/connection.hpp"

#include "core/async/timeout.hpp"

#include <algorithm>
#include <utility>

namespace tandem::imap {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

Connection::Connection(std::unique_ptr<net::Link> link, ConnectOptions options)
    : link_(std::move(link)), options_(std::move(options)), session_(options_.session, SteadyClock::now()) {}

Task<Result<std::shared_ptr<Connection>>> Connection::open(ConnectOptions options, Spawn spawn) {
    const auto limit = options.limit;
    auto link = co_await net::connect({.host = options.host,
                                       .port = options.port,
                                       .tls = options.session.tls == TlsMode::Implicit ? options.tls : nullptr,
                                       .certificate_name = options.certificate_name});
    if (!link) co_return fail(std::move(link.error()));
    const std::shared_ptr<Connection> self(new Connection(std::move(*link), std::move(options)));
    std::optional<Result<void>> good;
    try {
        good = co_await async::with_timeout(log_in(self, std::move(spawn)), limit);
    } catch (...) {
        self->shut();
        throw;
    }
    if (good && *good) co_return self;
    self->shut();
    if (!good) co_return fail(transient("the login was not finished in time"));
    co_return fail(std::move(good->error()));
}

Task<Result<void>> Connection::log_in(std::shared_ptr<Connection> self, Spawn spawn) {
    spawn(read_all(self));
    while (!self->online_ && !self->error_)
        co_await self->step();
    if (self->error_) co_return fail(*self->error_);
    co_return Result<void>();
}

// Writes what is to be written, then waits for something to happen.
Task<void> Connection::step() {
    const auto before = happened_;
    co_await flush();
    if (happened_ != before || error_) co_return;
    const auto tick = session_.next_tick();
    if (tick == Session::Time::max()) {
        co_await changed_.wait();
    } else if (!co_await changed_.wait_until(tick)) {
        session_.tick(SteadyClock::now());
        collect();
    }
}

Task<void> Connection::flush() {
    const std::string octets = session_.take_output();
    if (octets.empty() || error_) co_return;
    const auto written = co_await link_->write(octets);
    if (written) co_return;
    session_.lost(written.error().text);
    collect();
}

Task<void> Connection::read_all(std::shared_ptr<Connection> self) {
    std::string octets;
    while (!self->session_.closed()) {
        octets.clear();
        const auto read = co_await self->link_->read(octets);
        if (read) {
            self->session_.receive(octets, SteadyClock::now());
        } else {
            self->session_.lost(read.error().text);
        }
        self->collect();
        if (self->wants_tls_) co_await self->secure();
        ++self->happened_;
        self->changed_.notify_all();
    }
    self->link_->close();
}

Task<void> Connection::secure() {
    wants_tls_ = false;
    auto secured = co_await link_->start_tls(options_.tls, options_.certificate_name);
    if (secured) {
        session_.secured(SteadyClock::now());
    } else {
        error_ = std::move(secured.error());
        session_.lost();
    }
    collect();
}

void Connection::collect() {
    for (SessionEvent& event : session_.take_events()) {
        if (std::holds_alternative<WantsTls>(event)) wants_tls_ = true;
        if (std::holds_alternative<Online>(event)) online_ = true;
        if (std::holds_alternative<Idling>(event)) idling_ = true;
        if (auto* answer = std::get_if<Answer>(&event)) answer_ = std::move(*answer);
        if (auto* closed = std::get_if<Closed>(&event); closed != nullptr && !error_) error_ = std::move(closed->error);
    }
}

Error Connection::gone() const {
    return error_.value_or(transient("the connection is closed"));
}

Task<Result<Answer>> Connection::request(std::string command) {
    if (error_ || session_.closed()) co_return fail(gone());
    answer_.reset();
    if (!session_.command(std::move(command), SteadyClock::now()))
        co_return fail(config_error("a command that might change the mailbox was not sent"));
    while (!answer_ && !error_)
        co_await step();
    if (!answer_) co_return fail(gone());
    co_return std::exchange(answer_, std::nullopt).value();
}

Task<Result<bool>> Connection::idle(Time until) {
    if (error_ || session_.closed()) co_return fail(gone());
    answer_.reset();
    idling_ = woken_ = false;
    session_.idle(SteadyClock::now());
    while (!idling_ && !answer_ && !error_)
        co_await step();
    if (answer_) co_return answer_->ok();
    while (!error_ && !answer_ && !woken_ && !session_.news().selected && !session_.news().others &&
           SteadyClock::now() < until)
        co_await changed_.wait_until(until);
    session_.done(SteadyClock::now());
    while (!answer_ && !error_)
        co_await step();
    if (!answer_) co_return fail(gone());
    co_return true;
}

void Connection::wake() {
    woken_ = true;
    changed_.notify_all();
}

void Connection::shut() {
    session_.lost("closed by us");
    collect();
    ++happened_;
    link_->close();
    changed_.notify_all();
}

}  // namespace tandem::imap
