#include "connectors/smtp/token.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <memory>

namespace tandem::smtp {

using async::Task;

namespace {

constexpr std::chrono::seconds kLimit{15};
constexpr std::chrono::seconds kUsualLife{3600};  // where the server says nothing

}  // namespace

Task<Result<Secret>> TokenSource::token() {
    while (fetching_)
        co_await fetched_.wait();
    if (!token_.empty() && clock_.now() < renew_at_) co_return token_;
    fetching_ = true;
    // However it ends, also when the task is cancelled.
    const std::shared_ptr<void> leave(nullptr, [this](void*) {
        fetching_ = false;
        fetched_.notify_all();
    });
    co_return co_await fetch();
}

void TokenSource::forget(const Secret& token) {
    if (token == token_) token_ = Secret();
}

std::string TokenSource::form() const {
    std::string out = "grant_type=";
    out += config_.refresh_token.empty() ? "client_credentials" : "refresh_token";
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) out += "&" + std::string(name) + "=" + percent_encode(value);
    };
    add("refresh_token", config_.refresh_token.reveal());
    add("client_id", config_.client_id);
    add("client_secret", config_.client_secret.reveal());
    add("scope", config_.scope);
    return out;
}

Task<Result<Secret>> TokenSource::fetch() {
    if (http_ == nullptr) co_return fail(config_error("this gateway makes no calls: tokens cannot be asked for"));
    net::ClientRequest request{
        .method = "POST",
        .url = config_.token_url,
        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
        .body = form(),
        .repeatable = true,
        .total = kLimit};
    const auto response = co_await http_->send(std::move(request));
    if (!response) {
        Error error = response.error();
        co_return fail(std::move(error).with_context("asking for a token"));
    }
    co_return read(*response);
}

Result<Secret> TokenSource::read(const net::ClientResponse& response) {
    data::Arena arena;
    const auto body = data::parse_json(response.body, arena);
    const bool object = body && body->is_object();
    const auto token = object ? body->string_at("access_token") : std::nullopt;
    if (response.status != 200 || !token || token->empty()) {
        const std::string said(object ? body->string_at("error").value_or("") : "");
        const std::string text = "the token server answers " + std::to_string(response.status) +
                                 (said.empty() ? "" : " " + said.substr(0, 100));
        if (response.status == 429 || response.status >= 500) return fail(transient(text));
        return fail(auth_error(text));
    }
    // Some servers give a new one with each answer and take the old one away.
    if (const auto next = body->string_at("refresh_token"); next && !next->empty() && !config_.refresh_token.empty())
        config_.refresh_token = Secret(std::string(*next));
    const auto life = body->get("expires_in");
    const auto seconds =
        life.is_number() ? std::chrono::seconds(static_cast<std::int64_t>(life.as_double())) : kUsualLife;
    token_ = Secret(std::string(*token));
    renew_at_ = clock_.now() + seconds * 4 / 5;
    return token_;
}

}  // namespace tandem::smtp
