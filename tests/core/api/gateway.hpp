// An Api over a fake store, asked through its own route table as core/net would, without sockets.
#pragma once

#include "core/api/api.hpp"
#include "core/async/offload.hpp"
#include "core/data/json.hpp"
#include "core/net/router.hpp"
#include "tests/support/fake_store.hpp"
#include "tests/support/manual_clock.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tandem::test {

class Gateway {
public:
    static api::ApiOptions options() {
        api::ApiOptions options;
        const auto token = [](std::string name, std::string secret, std::vector<api::Scope> scopes) {
            api::ConfiguredToken entry{std::move(name), Secret(std::move(secret)), {}};
            for (const auto scope : scopes)
                entry.scopes.add(scope);
            return entry;
        };
        using enum api::Scope;
        options.tokens = {token("reader", "r-secret", {Read}), token("writer", "w-secret", {Read, Write}),
                          token("console", "p-secret", {Pop}), token("console-links", "pw-secret", {Pop, Write}),
                          token("ops", "a-secret", {Admin})};
        options.region = "RU";
        options.point_key = Secret("test key");
        options.session_key = Secret("session key of the tests");
        options.version = "1.2.3";
        return options;
    }

    // `real`: instead of the fake store.
    explicit Gateway(api::ApiOptions with = options(), api::ApiSources sources = {}, store::Store* real = nullptr)
        : pool("api", 2),
          api(std::move(with), std::move(sources), real != nullptr ? *real : store, pool, clock, obs::Log()) {
        for (auto& route : api.routes())
            router.add(std::move(route));
    }

    // What core/net answers by itself (404, 405) is status only.
    net::HttpReply ask(net::HttpRequest request);
    net::HttpResponse get(const std::string& target,
                          std::string_view token = {},
                          std::vector<net::Header> headers = {});
    net::HttpResponse send(const std::string& method,
                           const std::string& target,
                           std::string_view token,
                           std::string body = {},
                           std::vector<net::Header> headers = {});

    // Before the pool: its threads let go of the loop a little after the answer has come.
    boost::asio::io_context io{1};
    FakeStore store;
    ManualClock clock;
    async::Pool pool;
    api::Api api;
    net::Router router;
};

std::string header_of(const net::HttpResponse& response, std::string_view name);

// A document that lives as long as this does.
class Json {
public:
    explicit Json(std::string text);
    data::Value value;
    data::Value at(std::string_view key) const { return value.get(key); }
    std::string text_at(std::string_view key) const { return std::string(value.string_at(key).value_or("(none)")); }

private:
    std::string text_;
    data::Arena arena_;
};

// One customer with two points, a suggestion, and a timeline of five interactions (four WhatsApp messages, one call).
CustomerId fill_with_alice(FakeStore& store);
store::InteractionView message(std::uint8_t number,
                               std::string_view started_at,
                               std::string_view direction,
                               std::string_view text,
                               std::string_view more = "");

}  // namespace tandem::test
