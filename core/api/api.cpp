#include "core/api/api.hpp"

#include "core/api/endpoint.hpp"
#include "core/api/services.hpp"
#include "core/base/text.hpp"
#include "core/identity/point.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <expected>
#include <stdexcept>
#include <utility>

namespace tandem::api {

struct Api::State {
    State(ApiOptions options,
          ApiSources sources,
          store::Store& store,
          const async::Pool& pool,
          const Clock& clock,
          obs::Log log)
        : services(std::move(options), std::move(sources), store, pool, clock, std::move(log)) {}

    Services services;
    std::vector<Endpoint> endpoints;
    std::atomic<std::size_t> running = 0;
};

namespace {

constexpr std::string_view kJson = "application/json";

// Counts a request in as long as it lives.
class Running {
public:
    explicit Running(std::atomic<std::size_t>& count) : count_(&count), number_(++count) {}
    Running(Running&& other) noexcept : count_(std::exchange(other.count_, nullptr)), number_(other.number_) {}
    ~Running() {
        if (count_ != nullptr) --*count_;
    }
    std::size_t number() const { return number_; }

private:
    std::atomic<std::size_t>* count_;
    std::size_t number_;
};

std::expected<Principal, Problem> admit(Services& services, const Endpoint& endpoint, const net::HttpRequest& request) {
    if (endpoint.access != Access::Token) return Principal{};
    auto principal = bearer(services, request);
    if (principal && !principal->scopes.has(endpoint.scope)) return refuse(missing_scope(to_string(endpoint.scope)));
    return principal;
}

// "application/json; charset=utf-8" is application/json (RFC 9110, 8.3.1).
bool is_json(const net::HttpRequest& request) {
    const auto* type = request.header("Content-Type");
    return type != nullptr && iequals_ascii(trim_ascii(std::string_view(*type).substr(0, type->find(';'))), kJson);
}

Answer answer(Services& services,
              const Endpoint& endpoint,
              const net::HttpRequest& request,
              const net::PathParameters& path) {
    const auto principal = admit(services, endpoint, request);
    if (!principal) return refuse(principal.error());
    const auto query = Query::parse(request.query());
    if (auto problem = check(query, endpoint.parameters, endpoint.tolerant)) return refuse(std::move(*problem));
    if (endpoint.request_type == kJson && !is_json(request)) return refuse(unsupported_media_type(kJson));
    return endpoint.handle({request, path, query, *principal});
}

// On a pool thread. Whatever goes wrong becomes an answer: a request never ends the gateway.
net::HttpReply run(Services& services,
                   const Endpoint& endpoint,
                   const net::HttpRequest& request,
                   const net::PathParameters& path) {
    Problem problem;
    try {
        auto reply = answer(services, endpoint, request, path);
        if (reply) return std::move(*reply);
        problem = std::move(reply.error());
    } catch (const std::exception& error) {
        services.log.error("request failed", {{"endpoint", std::string(endpoint.id)}, {"error", error.what()}});
        problem = internal_problem();
    }
    if (endpoint.show_problem) return endpoint.show_problem(problem, request);
    return to_response(problem);
}

template <class State>
async::Task<net::HttpReply> dispatch(std::shared_ptr<State> state,
                                     const Endpoint& endpoint,
                                     net::HttpRequest request,
                                     net::PathParameters path) {
    if (endpoint.on_loop) co_return run(state->services, endpoint, request, path);
    auto running = std::make_unique<Running>(state->running);
    if (running->number() > state->services.options.max_running) {
        co_return to_response(overloaded("too many requests at once"));
    }
    co_return co_await async::offload(
        state->services.pool, [state, &endpoint, request = std::move(request), path = std::move(path),
                               running = std::move(running)] { return run(state->services, endpoint, request, path); });
}

bool is_local_number(std::string_view text) {
    constexpr std::size_t kShortest = 6;  // what is shorter is an extension
    constexpr std::size_t kLongest = 15;  // ITU-T E.164
    return text.size() >= kShortest && text.size() <= kLongest &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view Call::segment(std::string_view name) const {
    for (const auto& [key, value] : path) {
        if (key == name) return value;
    }
    return {};
}

net::HttpResponse json_response(std::string body, int status) {
    net::HttpResponse response;
    response.status = status;
    response.content_type = "application/json";
    response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
    response.body = std::move(body);
    return response;
}

Services::Services(ApiOptions new_options,
                   ApiSources new_sources,
                   store::Store& new_store,
                   const async::Pool& new_pool,
                   const Clock& new_clock,
                   obs::Log new_log)
    : options(std::move(new_options)),
      sources(std::move(new_sources)),
      store(new_store),
      pool(new_pool),
      clock(new_clock),
      log(std::move(new_log)),
      tokens(options.tokens, options.token_file),
      sessions(options.session_key),
      feed(Feed::make(store, pool, options.feed)) {}

std::expected<Principal, Problem> bearer(Services& services, const net::HttpRequest& request) {
    const auto* header = request.header("Authorization");
    if (header == nullptr) return refuse(unauthorized("send the token as 'Authorization: Bearer ...'"));
    const std::string_view value = *header;
    const auto space = std::min(value.find(' '), value.size());
    if (!iequals_ascii(value.substr(0, space), "bearer")) {
        return refuse(unauthorized("only the scheme Bearer is understood"));
    }
    auto principal = services.tokens.verify(trim_ascii(value.substr(space)));
    if (!principal) {
        auto problem = unauthorized("the token is not known");
        problem.headers = {{"WWW-Authenticate", "Bearer realm=\"tandem\", error=\"invalid_token\""}};
        return refuse(std::move(problem));
    }
    return *principal;
}

Result<store::PartyPoint> read_point(const Services& services, std::string_view text) {
    auto point = identity::parse_point(text, services.options.region);
    if (!point && text.find('+') != std::string_view::npos) {
        // A console that encodes forms wrote its spaces as '+'.
        std::string spaced(text);
        for (char& c : spaced)
            c = c == '+' ? ' ' : c;
        if (auto second = identity::parse_point(spaced, services.options.region)) point = std::move(second);
    }
    if (!point && is_local_number(text)) {
        // What a switch writes of a caller in its own town is no number of the country; a call has it in the same form.
        point = identity::Point{"tel", "", std::string(text)};
    }
    if (!point) return fail(std::move(point.error()));
    auto normal = identity::normalise(point->scheme, point->scope, point->value, services.options.region);
    const auto id = identity::point_id(services.options.point_key, normal.point);
    store::PartyPoint found;
    found.id = id;
    found.point = std::move(normal.point);
    found.point_class = normal.point_class;
    return found;
}

bool valid_frame_ancestor(std::string_view source) {
    if (source == "'self'" || source == "'none'") return true;
    if (source.empty() || source.size() > 255) return false;
    return source.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:/*_[]") ==
           std::string_view::npos;
}

Api::Api(ApiOptions options,
         ApiSources sources,
         store::Store& store,
         const async::Pool& pool,
         const Clock& clock,
         obs::Log log) {
    for (const auto& source : options.frame_ancestors) {
        if (!valid_frame_ancestor(source)) throw std::invalid_argument("not a frame ancestor: " + source);
    }
    state_ = std::make_shared<State>(std::move(options), std::move(sources), store, pool, clock, std::move(log));
    add_customers(state_->endpoints, state_->services);
    add_interactions(state_->endpoints, state_->services);
    add_media(state_->endpoints, state_->services);
    add_messages(state_->endpoints, state_->services);
    add_operations(state_->endpoints, state_->services);
    add_page(state_->endpoints, state_->services);
    add_openapi(state_->endpoints, state_->services);
}

Api::~Api() {
    close();
}

void Api::close() {
    state_->services.feed->close();
}

std::vector<net::Route> Api::routes() const {
    std::vector<net::Route> routes;
    for (const auto& endpoint : state_->endpoints) {
        auto handler = [state = state_, &endpoint](net::HttpRequest request,
                                                   net::PathParameters path) -> async::Task<net::HttpReply> {
            return dispatch(state, endpoint, std::move(request), std::move(path));
        };
        routes.push_back({std::string(endpoint.method), std::string(endpoint.pattern), std::move(handler)});
    }
    return routes;
}

}  // namespace tandem::api
