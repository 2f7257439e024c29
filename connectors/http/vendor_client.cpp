#include "connectors/http/vendor_client.hpp"

#include "core/async/under_way.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <utility>

namespace tandem::http {

using async::Task;
using connector::WireRequest;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kTokenTimeout = std::chrono::seconds(20);
constexpr int kRedirects = 5;
constexpr milliseconds kLongestMargin = std::chrono::minutes(1);

}  // namespace

Task<Result<net::ClientResponse>> VendorClient::send(WireRequest request, bool repeatable, milliseconds timeout) {
    return send_on(std::move(request), {.repeatable = repeatable, .timeout = timeout});
}

Task<Result<net::ClientResponse>> VendorClient::download(WireRequest request,
                                                         milliseconds timeout,
                                                         std::uint64_t max_bytes) {
    return send_on(std::move(request), {.repeatable = true, .timeout = timeout, .max_bytes = max_bytes});
}

Task<Result<net::ClientResponse>> VendorClient::send_on(WireRequest request, Terms terms) {
    if (http_ == nullptr) co_return fail(config_error("this gateway makes no calls to vendors"));
    if (!request.token_prefix) co_return co_await send_once(request, nullptr, terms);
    auto token = co_await this->token();
    if (!token) co_return fail(std::move(token.error()));
    auto response = co_await send_once(request, &*token, terms);
    if (!response || response->status != 401) co_return response;
    forget(*token);
    if (!terms.repeatable) co_return response;
    token = co_await this->token();
    if (!token) co_return fail(std::move(token.error()));
    co_return co_await send_once(request, &*token, terms);
}

Task<Result<net::ClientResponse>> VendorClient::send_once(const WireRequest& request,
                                                          const Secret* token,
                                                          Terms terms) {
    auto headers = request.headers;
    auto url = request.url;
    if (token != nullptr && request.token_query.empty()) {
        headers.push_back({"Authorization", *request.token_prefix + std::string(token->reveal())});
    } else if (token != nullptr) {
        url += (url.contains('?') ? "&" : "?") + request.token_query + "=" + percent_encode(token->reveal());
    }
    // The path may hold a token (Telegram), and an address of the vendor may be in our own network (Kannel, a test).
    net::ClientRequest out{.method = request.method,
                           .url = std::move(url),
                           .headers = std::move(headers),
                           .body = request.body,
                           .repeatable = terms.repeatable,
                           .hide_path = true,
                           .total = terms.timeout};
    if (terms.max_bytes) {
        out.public_addresses_only = true;
        out.redirects = {.limit = kRedirects, .other_hosts = true};
        out.limits = net::ResponseLimits{.body_bytes = *terms.max_bytes};
    }
    co_return co_await http_->send(std::move(out));
}

Task<Result<Secret>> VendorClient::token() {
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
    if (!made) co_return fail(std::move(made.error()));
    if (token_) previous_ = std::move(token_);
    token_ = made->text;
    renew_at_ = clock_.now() + made->lifetime - std::min(made->lifetime / 10, kLongestMargin);
    co_return std::move(made->text);
}

Task<Result<connector::Token>> VendorClient::fetch() {
    if (caller_ == nullptr) co_return fail(config_error("the pack says nothing about tokens"));
    auto request = caller_->token_request();
    if (!request) co_return fail(std::move(request.error()));
    auto response = co_await send_once(*request, nullptr, {.repeatable = true, .timeout = kTokenTimeout});
    if (!response) co_return fail(std::move(response.error()).with_context("asking for a token"));
    co_return caller_->token({response->status, response->headers, response->body});
}

void VendorClient::forget(const Secret& used) {
    if (!token_ || *token_ != used) return;
    previous_ = std::move(token_);
    token_.reset();
}

std::optional<std::string> VendorClient::without_secrets(std::string_view text, std::vector<Secret> also) const {
    if (caller_ == nullptr) return std::nullopt;
    for (const auto& token : {token_, previous_}) {
        if (token) also.push_back(*token);
    }
    return caller_->without_secrets(text, also);
}

}  // namespace tandem::http
