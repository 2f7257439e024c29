#include "core/net/oauth2.hpp"

#include "core/async/under_way.hpp"
#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <utility>

namespace tandem::net {

using async::Task;

namespace {

constexpr std::chrono::seconds kTimeout{20};
constexpr std::chrono::seconds kUsualLifetime{3'600};  // where the server does not say
constexpr std::chrono::seconds kLongestLifetime = std::chrono::hours(24 * 30);

std::chrono::seconds lifetime_of(const data::Value& answer) {
    const data::Value value = answer.get("expires_in");
    if (!value.is_integer() || value.kind() == data::Kind::Uint || value.as_int() <= 0) return kUsualLifetime;
    return std::min(std::chrono::seconds(value.as_int()), kLongestLifetime);
}

}  // namespace

ClientRequest oauth2_request(const OAuth2Options& options) {
    const bool refresh = !options.refresh_token.empty();
    std::string body = refresh
                           ? "grant_type=refresh_token&refresh_token=" + percent_encode(options.refresh_token.reveal())
                           : "grant_type=client_credentials";
    body += "&client_id=" + percent_encode(options.client_id);
    if (!options.client_secret.empty()) body += "&client_secret=" + percent_encode(options.client_secret.reveal());
    if (!options.scope.empty()) body += "&scope=" + percent_encode(options.scope);
    return {.method = "POST",
            .url = options.token_url,
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
            .body = std::move(body),
            .repeatable = true,
            .total = kTimeout};
}

Result<OAuth2Token> oauth2_token(const ClientResponse& response) {
    data::Arena arena;
    const auto answer = data::parse_json(response.body, arena);
    const auto text = answer ? answer->string_at("access_token") : std::nullopt;
    if (response.status / 100 == 2 && text && !text->empty()) {
        return OAuth2Token{.text = Secret(std::string(*text)),
                           .lifetime = lifetime_of(*answer),
                           .refresh_token = Secret(std::string(answer->string_at("refresh_token").value_or("")))};
    }
    const auto why = answer ? answer->string_at("error") : std::nullopt;
    const std::string said = "the token end point answers " + std::to_string(response.status) +
                             (why ? " " + sanitize_utf8(why->substr(0, 60)) : std::string());
    if (response.status == 429) return fail(throttled(said));
    if (response.status == 400 || response.status == 401 || response.status == 403) return fail(auth_error(said));
    return fail(transient(said));
}

OAuth2::OAuth2(OAuth2Options options, const HttpClient* http, const Clock& clock)
    : options_(std::move(options)), http_(http), clock_(clock) {}

Task<Result<Secret>> OAuth2::token() {
    if (fetching_) {
        const auto before = fetches_;
        while (fetching_ && fetches_ == before)
            co_await fetched_.wait();
        if (fetches_ != before && last_failure_) co_return fail(*last_failure_);
    }
    if (token_ && clock_.now() < renew_at_) co_return *token_;
    const async::UnderWay fetching(fetching_, fetched_);
    auto made = co_await fetch();
    ++fetches_;
    last_failure_ = made ? std::nullopt : std::optional(made.error());
    co_return made;
}

Task<Result<Secret>> OAuth2::fetch() {
    if (http_ == nullptr) co_return fail(config_error("this gateway makes no calls to vendors"));
    auto response = co_await http_->send(oauth2_request(options_));
    if (!response) co_return fail(std::move(response.error()).with_context("asking for a token"));
    auto made = oauth2_token(*response);
    if (!made) co_return fail(std::move(made.error()));
    if (!made->refresh_token.empty()) options_.refresh_token = made->refresh_token;
    token_ = made->text;
    renew_at_ = clock_.now() + made->lifetime * 4 / 5;
    co_return std::move(made->text);
}

void OAuth2::forget(const Secret& refused) {
    if (token_ && *token_ == refused) token_.reset();
}

}  // namespace tandem::net
