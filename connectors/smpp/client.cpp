#include "connectors/smpp/client.hpp"

#include "connectors/smpp/connection.hpp"
#include "connectors/smpp/status.hpp"
#include "core/async/backoff.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace tandem::smpp {

using async::Task;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

// Deliveries being stored at once; with more the socket is not read.
constexpr std::size_t kMaxDelivering = 512;
constexpr milliseconds kStopLimit{3'000};  // for what is on the way when the instance stops
constexpr milliseconds kStoreRetry{1'000};
constexpr std::chrono::seconds kExpiryCheck{5};

}  // namespace

Client::Client(Config config, net::TlsContext tls, connector::Host& host)
    : config_(std::move(config)),
      tls_(std::move(tls)),
      host_(host),
      inbox_(config_),
      reconnect_(host, config_.reconnect_first, config_.reconnect_limit),
      // Receipts of an earlier run must not be taken for ones of this.
      user_reference_(static_cast<std::uint16_t>(async::Jitter().next() * 0x10000)) {}

Client::~Client() = default;

Task<Result<void>> Client::start() {
    const auto strand = co_await boost::asio::this_coro::executor;
    group_ = std::make_unique<async::TaskGroup>(strand, [this](std::exception_ptr error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& caught) {
            host_.failed(transient(std::string("smpp: ") + caught.what()));
        }
    });
    co_await recall();
    group_->spawn(reconnect_.run([this] { return one_connection(); }));
    group_->spawn(give_up_parts());
    co_return co_await reconnect_.first_outcome();
}

// Parts of unfinished messages, and what the centre may repeat because it got no answer before the last run ended.
Task<void> Client::recall() {
    const Instant now = host_.clock().now();
    auto parts = co_await host_.recall({.content_type = std::string(kPartType), .since = inbox_.parts_since(now)});
    auto messages =
        co_await host_.recall({.content_type = std::string(kEventType), .since = Inbox::messages_since(now)});
    if (!parts || !messages) {
        host_.log().warn("earlier parts could not be read: unfinished long messages stay in pieces",
                         {{"error", (parts ? messages.error() : parts.error()).text}});
    }
    for (const auto& event : parts.value_or(std::vector<journal::Event>()))
        inbox_.restore_part(event);
    for (const auto& event : messages.value_or(std::vector<journal::Event>()))
        inbox_.restore_message(event);
}

Task<void> Client::stop() {
    reconnect_.stop();
    changed_.notify_all();
    if (group_ == nullptr) co_return;
    if (connection_ != nullptr && connection_->session.bound()) {
        const auto deadline = SteadyClock::now() + kStopLimit;
        while (connection_ != nullptr && (connection_->session.in_window() > 0 || delivering_ > 0) &&
               SteadyClock::now() < deadline)
            co_await changed_.wait_until(deadline);
        if (connection_ != nullptr) {
            connection_->session.unbind(SteadyClock::now());
            connection_->conversation.advance();
        }
        while (connection_ != nullptr && SteadyClock::now() < deadline)
            co_await changed_.wait_until(deadline);
    }
    group_->cancel();
    co_await group_->join();
    connection_.reset();
    group_.reset();
}

Task<Error> Client::one_connection() {
    auto link = co_await net::connect(link_target(config_, tls_));
    if (!link) co_return std::move(link.error());
    auto connection = std::make_shared<Connection>(*this, std::move(*link), session_options(config_), ++connections_);
    connection_ = connection;
    Error error = co_await connection->conversation.run();
    connection_.reset();
    changed_.notify_all();
    host_.count("disconnects");
    co_return error;
}

void Client::Connection::handle() {
    auto events = session.take_events();
    for (SessionEvent& event : events)
        client.handle(shared_from_this(), event);
    if (!events.empty()) client.changed_.notify_all();
}

Task<void> Client::Connection::room() {
    while (client.delivering_ >= kMaxDelivering)
        co_await client.changed_.wait();
}

void Client::handle(const std::shared_ptr<Connection>& connection, SessionEvent& event) {
    const auto answer = [&](std::uint32_t sequence, Result<std::optional<std::string>> outcome) {
        const auto found = connection->waiting.find(sequence);
        if (found == connection->waiting.end()) return;
        found->second->outcome = std::move(outcome);
        found->second->settled.notify_all();
    };
    if (const auto* bound = std::get_if<Bound>(&event)) {
        connection->tlvs = bound->tlvs;
        became_bound();
    } else if (const auto* refused = std::get_if<BindRefused>(&event)) {
        connection->error = status::bind_error(refused->status);
    } else if (auto* delivered = std::get_if<Delivered>(&event)) {
        group_->spawn(deliver(connection, std::move(*delivered)));
    } else if (auto* answered = std::get_if<SubmitAnswered>(&event)) {
        if (answered->status == status::kOk) {
            answer(answered->sequence, std::move(answered->message_id));
        } else {
            answer(answered->sequence, fail(status::submit_error(answered->status, config_.throttle_backoff)));
        }
    } else if (const auto* doubt = std::get_if<SubmitInDoubt>(&event)) {
        host_.count("submits_in_doubt");
        answer(doubt->sequence, fail(unknown_outcome(std::string(doubt->reason))));
    } else if (auto* late = std::get_if<AnsweredLate>(&event)) {
        std::optional<std::string> id;
        if (late->message_id) id = id_of_answer(*late->message_id, config_.message_id);
        if (doubts_.answered(connection->number, late->sequence, std::move(id))) host_.count("settled", "answer");
    } else if (const auto* ignored = std::get_if<Ignored>(&event)) {
        host_.count("ignored", ignored->what);
    } else if (const auto* closed = std::get_if<Closed>(&event)) {
        if (!connection->error) connection->error = transient(closed->reason);
    }
}

void Client::became_bound() {
    reconnect_.let_in();
    if (reconnect_.ready()) host_.state(connector::State::Ready, "");
}

Task<void> Client::deliver(std::shared_ptr<Connection> connection, Delivered delivered) {
    const Command command = delivered.pdu.command;
    const std::uint32_t sequence = delivered.pdu.sequence;
    ++delivering_;
    const Inbox::Taken taken = inbox_.take(delivered, host_.clock().now(), connection->number);
    host_.count("received_sms", taken.what);
    if (taken.repeated) host_.count("repeated", taken.what);
    if (delivered.fault)
        host_.log().warn("a PDU is not as it should be",
                         {{"fault", delivered.fault->text}, {"offset", std::to_string(delivered.fault->offset)}});
    const auto reference = delivered.pdu.tlv_number(Tag::UserMessageReference);
    const bool settles =
        reference && !taken.receipt_id.empty() &&
        doubts_.reported(delivered.pdu.source_addr, static_cast<std::uint16_t>(*reference), taken.receipt_id);
    if (settles) host_.count("settled", "receipt");
    bool stored = co_await store(taken);
    while (!stored && config_.when_full == WhenFull::Hold && !connection->session.closed()) {
        co_await async::sleep_for(kStoreRetry);
        stored = co_await store(taken);
    }
    if (stored) {
        inbox_.stored(taken);
    } else {
        inbox_.not_stored(taken);
    }
    --delivering_;
    connection->session.answer(command, sequence, stored ? taken.status : status::kTemporaryAppError);
    connection->conversation.advance();
    changed_.notify_all();
}

Task<bool> Client::store(const Inbox::Taken& taken) {
    connector::Batch batch;
    batch.events = taken.events;
    const auto stored = co_await host_.emit(std::move(batch));
    if (!stored) host_.log().error("a short message was not stored", {{"error", stored.error().text}});
    co_return stored.has_value();
}

// Shows long messages whose missing parts did not come in time.
Task<void> Client::give_up_parts() {
    for (;;) {
        const auto next = inbox_.next_expiry();
        const auto now = host_.clock().now();
        const auto wait = next ? std::clamp<Instant::duration>(*next - now, milliseconds(100), kExpiryCheck)
                               : Instant::duration(kExpiryCheck);
        co_await async::sleep_for(wait);
        const Inbox::Taken taken = inbox_.expire(host_.clock().now());
        if (taken.events.empty()) continue;
        host_.count("received_sms", taken.what, taken.events.size());
        if (!co_await store(taken)) inbox_.not_stored(taken);
    }
}

}  // namespace tandem::smpp
