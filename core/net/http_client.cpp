#include "core/net/http_client.hpp"

#include "core/net/client_exchange.hpp"
#include "core/net/client_pool.hpp"
#include "core/net/client_request.hpp"
#include "core/net/client_stream.hpp"
#include "core/net/client_target.hpp"
#include "core/net/public_address.hpp"

#include <boost/asio/this_coro.hpp>

#include <atomic>

namespace tandem::net {

namespace asio = boost::asio;
using async::Task;

class HttpClient::Impl {
public:
    Impl(ClientDialer dialer, HttpClientOptions options)
        : dialer_(std::move(dialer)),
          options_(std::move(options)),
          pool_(std::make_shared<ClientPool>(
              dialer_.loop,
              ClientPoolLimits{options_.idle_per_origin, options_.idle_connections, options_.idle_time})) {}

    static Task<Result<ClientResponse>> send(std::shared_ptr<Impl> self, ClientRequest request);
    std::size_t idle() const { return pool_->size(); }
    void close_idle() { pool_->close_idle(); }

private:
    struct Running {
        explicit Running(std::atomic<std::size_t>& c) : count(c), number(++c) {}
        ~Running() { --count; }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        std::atomic<std::size_t>& count;
        const std::size_t number;
    };

    Task<Result<ClientResponse>> follow(ClientRequest& request, ClientTarget& target, ClientClock::time_point limit);
    Task<Result<ClientResponse>> once(const ClientRequest& request,
                                      const ClientTarget& target,
                                      ClientClock::time_point limit);
    bool keeps_alive() const { return options_.idle_per_origin > 0 && options_.idle_connections > 0; }

    const ClientDialer dialer_;
    const HttpClientOptions options_;
    const std::shared_ptr<ClientPool> pool_;
    std::atomic<std::size_t> running_{0};
};

// Every error gets the place it speaks of here, once.
Task<Result<ClientResponse>> HttpClient::Impl::send(std::shared_ptr<Impl> self, ClientRequest request) {
    const Running running(self->running_);
    if (running.number > self->options_.max_requests) {
        Error busy = full("more than " + std::to_string(self->options_.max_requests) + " requests at once");
        busy.code = "busy";
        co_return fail(std::move(busy));
    }
    if (auto problem = request_problem(request)) co_return fail(std::move(*problem));
    auto target = ClientTarget::parse(request.url);
    if (!target) co_return fail(std::move(target.error()));

    const auto limit = ClientClock::now() + request.total.value_or(self->options_.total);
    auto response = co_await self->follow(request, *target, limit);
    if (!response) {
        const std::string place = request.method + " " + target->shown(request.hide_path);
        co_return fail(std::move(response.error()).with_context(place));
    }
    co_return response;
}

// `target` is left at the place of the last request.
Task<Result<ClientResponse>> HttpClient::Impl::follow(ClientRequest& request,
                                                      ClientTarget& target,
                                                      ClientClock::time_point limit) {
    for (int followed = 0;; ++followed) {
        auto response = co_await once(request, target, limit);
        if (!response || !is_redirect(request, *response)) co_return response;
        if (followed == request.redirects.limit) {
            co_return fail(rejected("the peer redirects more than " + std::to_string(followed) + " times", "redirect"));
        }
        auto next = follow_redirect(request, target, *response);
        if (!next) co_return fail(std::move(next.error()));
        target = std::move(*next);
    }
}

Task<Result<ClientResponse>> HttpClient::Impl::once(const ClientRequest& request,
                                                    const ClientTarget& target,
                                                    ClientClock::time_point limit) {
    const std::string head = request_head(request, target, options_.user_agent, keeps_alive());
    const ExchangeInput input{.head = head,
                              .body = request.body,
                              .to_head = request.method == "HEAD",
                              .repeatable = request.repeatable.value_or(is_safe_method(request.method)),
                              .limits = request.limits.value_or(options_.limits),
                              .limit = limit};
    // A connection that was made without the address check must not serve a request that asks for it.
    const std::string origin = target.origin() + (request.public_addresses_only ? " public" : "");
    Watchdog watchdog(co_await asio::this_coro::executor);

    auto stream = pool_->take(origin);
    if (stream) {
        auto outcome = co_await exchange(*stream, input, watchdog);
        if (outcome.reusable) pool_->put(origin, std::move(stream));
        if (outcome.response || !may_retry_pooled(outcome.stage, outcome.cause, input.repeatable)) {
            co_return std::move(outcome.response);
        }
    }
    const auto connect_limit = std::min(limit, ClientClock::now() + options_.connect);
    auto fresh = co_await dial(dialer_, target, request.public_addresses_only, connect_limit, watchdog);
    if (!fresh) co_return fail(std::move(fresh.error()));
    auto outcome = co_await exchange(**fresh, input, watchdog);
    if (outcome.reusable && keeps_alive()) pool_->put(origin, std::move(*fresh));
    co_return std::move(outcome.response);
}

Result<HttpClient> HttpClient::open(async::Executor loop, const async::Pool& names, HttpClientOptions options) {
    auto tls = load_client_tls(options.more_authorities);
    if (!tls) return fail(std::move(tls.error()));
    NameLookup lookup = options.lookup ? std::move(options.lookup) : NameLookup(system_lookup);
    AddressCheck check = options.address_allowed ? std::move(options.address_allowed) : AddressCheck(is_public_address);
    ClientDialer dialer{.loop = std::move(loop),
                        .names = names,
                        .lookup = std::move(lookup),
                        .address_allowed = std::move(check),
                        .tls = std::move(*tls)};
    return HttpClient(std::make_shared<Impl>(std::move(dialer), std::move(options)));
}

HttpClient::HttpClient(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Task<Result<ClientResponse>> HttpClient::send(ClientRequest request) const {
    return Impl::send(impl_, std::move(request));
}

void HttpClient::close_idle() const {
    impl_->close_idle();
}

std::size_t HttpClient::idle_connections() const {
    return impl_->idle();
}

}  // namespace tandem::net
