#include "connectors/http/receiver.hpp"

#include "connectors/http/media.hpp"
#include "core/async/wait.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>

namespace tandem::http {

namespace {

using async::Task;
using connector::Reception;
using connector::Verdict;

constexpr std::chrono::milliseconds kBusyRetry{5'000};
// Of a part after the first, which must not be left lying: the message would have to be marked as unknown.
constexpr unsigned kPartTries = 4;
constexpr std::chrono::milliseconds kPartWait{1'000};
constexpr std::chrono::milliseconds kLongestPartWait{30'000};

net::HttpResponse try_later(int status, std::string_view detail, std::chrono::milliseconds wait) {
    auto response = net::problem(status, detail);
    const auto seconds = std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds(1));
    response.headers.push_back({"Retry-After", std::to_string(seconds.count())});
    return response;
}

net::HttpResponse answer_of(Reception reception) {
    net::HttpResponse response;
    response.status = reception.status;
    response.content_type = std::move(reception.content_type);
    response.body = std::move(reception.body);
    return response;
}

connector::Batch batch_of(net::HttpRequest request, std::string envelope, Instant received_at) {
    connector::Batch batch;
    journal::Event& event = batch.events.emplace_back();
    event.received_at = received_at;
    if (const std::string* type = request.header("Content-Type")) event.content_type = *type;
    event.envelope = std::move(envelope);
    event.raw = std::move(request.body);
    return batch;
}

// "GET, POST, OPTIONS"
std::string allow_header(const std::vector<std::string>& methods) {
    std::string allow;
    for (const auto& method : methods)
        allow += method + ", ";
    return allow + "OPTIONS";
}

bool soon_again(const Error& error) {
    return error.kind == ErrorKind::Transient || error.kind == ErrorKind::Throttled;
}

// Some of its parts are with the customer: repeating the message would send them twice.
Error broken_off(const Error& error, std::size_t sent, std::size_t total) {
    auto out = unknown_outcome("part " + std::to_string(sent + 1) + " of " + std::to_string(total) + ": " + error.text +
                               "; the parts before it went out");
    out.code = error.code;
    return out;
}

double capacity(const Config& config) {
    return static_cast<double>(config.burst > 0 ? config.burst : 2 * config.rate_limit);
}

}  // namespace

Receiver::Receiver(const Config& config, connector::Host& host, PollPatience patience)
    : host_(host),
      config_(config),
      patience_(patience),
      bucket_(static_cast<double>(config.rate_limit), capacity(config), host.clock().now()),
      vendor_(host.http(), host.caller(), host.clock()),
      troubles_(host) {}

Receiver::~Receiver() = default;

Task<Result<void>> Receiver::start() {
    for (const std::string& warning : host_.judge()->warnings())
        host_.log().warn("pack", {{"warning", warning}});
    if (!host_.judge()->methods().empty()) {
        host_.serve_hook([this](net::HttpRequest request) { return receive(std::move(request)); });
    }
    co_await start_polls();
    co_return Result<void>();
}

Task<void> Receiver::start_polls() {
    if (host_.caller() == nullptr) co_return;
    for (auto& poll : host_.caller()->polls()) {
        if (config_.poll_every.count() > 0) poll.every = config_.poll_every;
        if (config_.backfill_days >= 0) poll.backfill_days = config_.backfill_days;
        pollers_.push_back(std::make_unique<Poller>(std::move(poll), host_, vendor_, troubles_, patience_));
    }
    if (pollers_.empty()) co_return;
    const auto strand = co_await boost::asio::this_coro::executor;
    polling_ = std::make_unique<async::TaskGroup>(strand, [this](const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& broken) {
            host_.failed(transient(std::string("a poll ended: ") + broken.what()));
        }
    });
    for (const auto& poller : pollers_) {
        polling_->spawn(poller->live());
        polling_->spawn(poller->backfill());
    }
}

Task<void> Receiver::stop() {
    if (polling_ == nullptr) co_return;
    polling_->cancel();
    co_await polling_->join();
    polling_.reset();
}

Task<Result<std::vector<connector::SentId>>> Receiver::send(connector::Outgoing outgoing) {
    const auto* sender = host_.sender();
    if (sender == nullptr || host_.http() == nullptr) co_return fail(config_error("this instance cannot send"));
    const auto parts = sender->parts(outgoing);
    std::vector<connector::SentId> ids;
    std::size_t sent = 0;
    for (unsigned tries = 0; sent < parts.size();) {
        auto taken = co_await call(parts[sent]);
        if (taken) {
            ids.insert(ids.end(), taken->begin(), taken->end());
            ++sent;
            tries = 0;
            continue;
        }
        const Error& error = taken.error();
        if (sent == 0) co_return fail(error);
        if (!soon_again(error) || ++tries == kPartTries) {
            co_return fail(sender->repeatable() ? error : broken_off(error, sent, parts.size()));
        }
        co_await async::sleep_for(std::min(error.retry_after.value_or(kPartWait * tries), kLongestPartWait));
    }
    co_return ids;
}

Task<Result<connector::MediaBytes>> Receiver::fetch(connector::MediaWanted wanted) {
    if (host_.caller() == nullptr) co_return fail(config_error("this instance has no pack"));
    co_return co_await fetch_media(vendor_, *host_.caller(), std::move(wanted));
}

Task<Result<std::vector<connector::SentId>>> Receiver::call(const connector::Outgoing& part) {
    const auto* sender = host_.sender();
    auto request = sender->request(part);
    if (!request) co_return fail(std::move(request.error()));
    auto response = co_await vendor_.send(std::move(*request), sender->repeatable(), config_.send_timeout);
    if (!response) co_return fail(std::move(response.error()));
    co_return sender->outcome(part, response->status, response->headers, response->body);
}

Task<Result<connector::Resolution>> Receiver::resolve(connector::Outgoing outgoing) {
    const auto* sender = host_.sender();
    if (sender == nullptr || host_.http() == nullptr) co_return fail(config_error("this instance cannot send"));
    auto request = sender->query(outgoing);
    if (!request) co_return fail(std::move(request.error()));
    auto response = co_await vendor_.send(std::move(*request), true, config_.send_timeout);
    if (!response) co_return fail(std::move(response.error()));
    co_return sender->resolution(outgoing, response->status, response->headers, response->body);
}

Task<net::HttpReply> Receiver::receive(net::HttpRequest request) {
    const Instant now = host_.clock().now();
    // Before the signature is checked: a flood of forged requests is what the limit is for.
    if (const auto wait = bucket_.take(now); wait.count() > 0) {
        host_.count("throttled");
        co_return try_later(429, "this connector instance takes fewer requests per second", wait);
    }
    const auto& methods = host_.judge()->methods();
    if (std::ranges::find(methods, request.method) == methods.end()) co_return other_method(request, methods);
    Reception reception = host_.judge()->judge(request, host_.public_url(request), now);
    count(reception);
    if (!reception.store) co_return answer_of(std::move(reception));

    auto stored = co_await host_.emit(batch_of(std::move(request), std::move(reception.envelope), now));
    if (stored) co_return answer_of(std::move(reception));
    const Error& error = stored.error();
    host_.log().error("event not stored; the vendor was answered 503", {{"error", error.text}});
    // Not 500: several vendors give up on it, none on 503.
    co_return try_later(503, "the event could not be stored", error.retry_after.value_or(kBusyRetry));
}

net::HttpResponse Receiver::other_method(const net::HttpRequest& request, const std::vector<std::string>& methods) {
    const bool asked = request.method == "OPTIONS";
    if (!asked) host_.count("rejected", "method not allowed");
    auto response = asked ? net::HttpResponse{.status = 204} : net::problem(405, "the vendor uses other methods");
    response.headers.push_back({"Allow", allow_header(methods)});
    return response;
}

void Receiver::count(const Reception& reception) {
    if (reception.verdict == Verdict::Accepted) return;
    const bool rejected = reception.verdict == Verdict::Rejected;
    host_.count(rejected ? "rejected" : "ignored", reception.reason);
    if (rejected) {
        host_.log().warn("request rejected", {{"reason", reception.reason}});
    } else {
        host_.log().debug("request ignored", {{"reason", reception.reason}});
    }
}

}  // namespace tandem::http
