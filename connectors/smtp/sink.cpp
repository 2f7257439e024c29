#include "connectors/smtp/sink.hpp"

#include "connectors/smtp/kept_mail.hpp"
#include "core/async/timeout.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <utility>

namespace tandem::smtp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kHandshake{30'000};
constexpr milliseconds kWrite{30'000};
constexpr milliseconds kAcceptPause{100};
constexpr milliseconds kStopLimit{3'000};
constexpr std::size_t kMaxPeers = 10'000;  // that are remembered
constexpr double kMinute = 60'000;

milliseconds left(SteadyClock::time_point deadline) {
    if (deadline == SteadyClock::time_point::max()) return std::chrono::hours(1);
    return std::max(std::chrono::ceil<milliseconds>(deadline - SteadyClock::now()), milliseconds(0));
}

std::string envelope_of(const SinkMail& mail, const std::string& peer, Instant now) {
    data::Arena arena;
    data::ArenaList<data::Value> recipients(arena);
    for (const std::string& one : mail.recipients)
        recipients.push_back(data::make_string(arena, one));
    return data::to_json(data::make_object(arena, {{"mailbox", data::make_string(arena, mail.recipients.front())},
                                                   {"role", data::Value::string("journal")},
                                                   {"kept", data::make_string(arena, kept_name(now, mail.octets))},
                                                   {"size", data::Value::unsigned_integer(mail.octets.size())},
                                                   {"sender", data::make_string(arena, mail.sender)},
                                                   {"recipients", data::Value::array(recipients.items())},
                                                   {"peer", data::make_string(arena, peer)}}));
}

}  // namespace

class Sink::Guest final : public Allowance {
public:
    Guest(Sink& sink, Peer& peer) : sink_(sink), peer_(peer) {
        ++peer_.connections;
        ++sink_.connections_;
    }
    ~Guest() override {
        --peer_.connections;
        --sink_.connections_;
        sink_.changed_.notify_all();
    }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    bool admit_mail() override {
        const auto most = static_cast<double>(sink_.config_.mails_per_minute);
        if (most == 0) return true;
        const auto now = SteadyClock::now();
        const std::chrono::duration<double, std::milli> passed = now - peer_.seen;
        peer_.tokens = std::min(most, peer_.tokens + passed.count() * most / kMinute);
        peer_.seen = now;
        if (peer_.tokens < 1) return false;
        peer_.tokens -= 1;
        return true;
    }
    bool take(std::size_t octets) override {
        if (std::cmp_greater(sink_.held_ + octets, sink_.config_.max_memory.count)) return false;
        sink_.held_ += octets;
        return true;
    }
    void give(std::size_t octets) override { sink_.held_ -= octets; }

private:
    Sink& sink_;
    Peer& peer_;
};

Sink::Sink(JournalConfig config, net::TlsContext tls, connector::Host& host)
    : config_(std::move(config)), tls_(std::move(tls)), host_(host) {
    for (const std::string& text : config_.peers) {
        if (auto block = net::AddressBlock::parse(text)) networks_.push_back(std::move(*block));
    }
}

Result<void> Sink::open(async::Executor strand) {
    auto listener = net::listen(std::move(strand), config_.listen.host, config_.listen.port);
    if (!listener) return fail(std::move(listener.error()));
    listener_ = std::move(*listener);
    return {};
}

void Sink::start(async::TaskGroup& group) {
    group.spawn(accept_all(group));
}

Task<void> Sink::accept_all(async::TaskGroup& group) {
    while (!closing_) {
        auto link = co_await listener_->accept();
        if (link) {
            group.spawn(serve(std::move(*link)));
        } else if (link.error().kind == ErrorKind::Cancelled) {
            co_return;
        } else {
            // Out of descriptors or a peer that left the queue: without a pause this would spin.
            host_.log().warn("accept failed", {{"error", link.error().text}});
            co_await async::sleep_for(kAcceptPause);
        }
    }
}

bool Sink::may_connect(const std::string& address) const {
    return std::ranges::any_of(networks_, [&](const net::AddressBlock& one) { return one.contains(address); });
}

// Why the peer is not let in; empty if it is.
std::string_view Sink::refusal(const std::string& address) const {
    if (!may_connect(address)) return "554 5.7.1 no mail is taken from there\r\n";
    if (closing_) return "421 4.3.2 shutting down\r\n";
    const auto known = peers_.find(address);
    const std::size_t of_peer = known == peers_.end() ? 0 : known->second.connections;
    if (std::cmp_greater_equal(connections_, config_.connections) ||
        std::cmp_greater_equal(of_peer, config_.connections_per_peer))
        return "421 4.7.0 too many connections, come again later\r\n";
    return {};
}

void Sink::forget_quiet_peers() {
    const auto since = SteadyClock::now() - std::chrono::minutes(1);
    if (peers_.size() < kMaxPeers) return;
    std::erase_if(peers_, [&](const auto& one) { return one.second.connections == 0 && one.second.seen < since; });
}

SinkOptions Sink::options(const net::Link& link, bool secure) const {
    return {.lmtp = config_.lmtp,
            .name = config_.name,
            .recipients = config_.recipients,
            .offer_tls = config_.tls == JournalTls::StartTls,
            .secure = secure,
            .certified = secure && link.peer_certified(),
            .require_tls = config_.require_tls,
            .require_certificate = !config_.client_ca.empty(),
            .max_size = static_cast<std::uint64_t>(config_.max_size.count),
            .max_recipients = static_cast<std::size_t>(config_.max_recipients),
            .command_limit = config_.command_limit,
            .mail_limit = config_.mail_limit};
}

Task<void> Sink::serve(std::shared_ptr<net::Link> link) {
    if (const auto no = refusal(link->peer()); !no.empty()) {
        host_.count("refused", may_connect(link->peer()) ? "busy" : "peer");
        if (config_.tls != JournalTls::Direct) co_await async::with_timeout(link->write(no), kWrite);
        co_return link->close();
    }
    host_.count("connections");
    forget_quiet_peers();
    const auto place = peers_.try_emplace(
        link->peer(), Peer{.tokens = static_cast<double>(config_.mails_per_minute), .seen = SteadyClock::now()});
    Guest guest(*this, place.first->second);
    const auto entry = links_.insert(links_.end(), link.get());
    const std::shared_ptr<void> leave(nullptr, [&](void*) {
        links_.erase(entry);
        link->close();
    });
    const bool direct = config_.tls == JournalTls::Direct;
    if (direct) {
        const auto secured = co_await async::with_timeout(link->accept_tls(tls_), kHandshake);
        if (!secured || !*secured) co_return host_.count("refused", "tls");
    }
    SinkSession session(options(*link, direct), guest, SteadyClock::now());
    const auto seat = sessions_.insert(sessions_.end(), &session);
    const std::shared_ptr<void> rise(nullptr, [&](void*) { sessions_.erase(seat); });
    co_await converse(*link, session);
}

Task<void> Sink::converse(net::Link& link, SinkSession& session) {
    for (;;) {
        if (const std::string octets = session.take_output(); !octets.empty()) {
            const auto written = co_await async::with_timeout(link.write(octets), kWrite);
            if (!written || !*written) co_return;
            continue;
        }
        if (session.closed()) co_return;
        if (session.wants_tls()) {
            const auto secured = co_await async::with_timeout(link.accept_tls(tls_), kHandshake);
            if (!secured || !*secured) co_return host_.count("refused", "tls");
            session.secured(link.peer_certified(), SteadyClock::now());
        } else if (auto mail = session.take_mail()) {
            const auto stored = co_await store(std::move(*mail), link.peer());
            session.stored(stored, SteadyClock::now());
        } else {
            std::string octets;
            const auto read = co_await async::with_timeout(link.read(octets), left(session.next_tick()));
            if (read && !*read) co_return;
            if (read) {
                session.receive(octets, SteadyClock::now());
            } else {
                session.tick(std::max(SteadyClock::now(), session.next_tick()));
            }
        }
        if (!session.reason().empty()) host_.count("refused", session.take_reason());
    }
}

Task<Result<void>> Sink::store(SinkMail mail, std::string peer) {
    const Instant now = host_.clock().now();
    journal::Event event{.instance = {},
                         .stream = {},
                         .vendor_id = {},
                         .received_at = now,
                         .content_type = std::string(kMailType),
                         .envelope = envelope_of(mail, peer, now),
                         .raw = std::move(mail.octets)};
    connector::Batch batch;
    batch.events.push_back(std::move(event));
    auto stored = co_await host_.emit(std::move(batch));
    if (stored) host_.count("mails");
    co_return stored;
}

Task<void> Sink::close() {
    closing_ = true;
    if (listener_ != nullptr) listener_->close();
    for (SinkSession* session : sessions_)
        session->say_goodbye();
    const auto deadline = SteadyClock::now() + kStopLimit;
    const auto storing = [this] {
        return std::ranges::any_of(sessions_, [](const SinkSession* one) { return one->storing(); });
    };
    while (storing() && SteadyClock::now() < deadline)
        co_await changed_.wait_until(std::min(deadline, SteadyClock::now() + milliseconds(100)));
    for (net::Link* link : links_)
        link->close();
}

}  // namespace tandem::smtp
