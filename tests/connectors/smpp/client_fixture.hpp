// A Client on a loop of its own with a host that remembers.
#pragma once

#include "connectors/smpp/client.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/loop_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tandem::smpp::test {

// Holds what is emitted until it is told to let go.
class HoldingHost final : public tandem::test::FakeHost {
public:
    async::Task<Result<void>> emit(connector::Batch batch) override {
        ++emitting;
        while (hold)
            co_await let_go.wait();
        --emitting;
        co_return co_await FakeHost::emit(std::move(batch));
    }

    bool hold = false;
    int emitting = 0;
    async::Event let_go;
};

// A pack that makes of a message what the test says.
class FakeSender final : public connector::Sender {
public:
    bool repeatable() const override { return false; }
    bool by_http() const override { return false; }
    Result<connector::WireRequest> request(const connector::Outgoing&) const override {
        if (failure) return fail(*failure);
        return connector::WireRequest{.method = {}, .url = {}, .headers = {}, .body = document};
    }
    Result<std::vector<connector::SentId>> outcome(const connector::Outgoing&,
                                                   int,
                                                   const std::vector<net::Header>&,
                                                   std::string_view) const override {
        return fail(config_error("not asked"));
    }

    std::string document;
    std::optional<Error> failure;
};

class ClientTest : public ::testing::Test {
protected:
    static Config options(std::uint16_t port) {
        Config out;
        out.host = "127.0.0.1";
        out.port = port;
        out.account = "acme";
        out.system_id = "tandem";
        out.password = Secret("secret");
        out.source_address = "5550";
        out.reconnect_first = std::chrono::milliseconds(20);
        out.reconnect_limit = std::chrono::milliseconds(50);
        out.throttle_backoff = std::chrono::milliseconds(20);
        return out;
    }
    void TearDown() override {
        if (client_) run(client_->stop());
    }

    void open(Config config) {
        auto tls = *tls_context(config);
        client_ = std::make_unique<Client>(std::move(config), std::move(tls), host_);
    }
    std::future<Result<void>> start() { return spawn(client_->start()); }
    std::future<SubmitOutcome> submit(std::string text, std::string to = "+79161234567") {
        return spawn(client_->submit({.to = std::move(to), .text = std::move(text), .from = {}, .validity = {}}));
    }

    template <class T>
    std::future<T> spawn(async::Task<T> task) {
        return boost::asio::co_spawn(strand_, std::move(task), boost::asio::use_future);
    }
    template <class T>
    T run(async::Task<T> task) {
        return get(spawn(std::move(task)));
    }
    template <class T>
    static T get(std::future<T> future) {
        if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
            throw std::runtime_error("too slow");
        return future.get();
    }
    template <class Body>
    static auto call(Body body) -> async::Task<decltype(body())> {
        co_return body();
    }
    template <class Body>
    auto on_loop(Body body) -> decltype(body()) {
        return run(call(std::move(body)));
    }
    // Looks at something on the loop, again and again until it holds.
    bool becomes(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::chrono::steady_clock::now() < deadline) {
            if (on_loop(condition)) return true;
            std::this_thread::yield();
        }
        return false;
    }

    tandem::test::LoopThread loop_{1};
    async::Executor strand_ = loop_.io().strand();
    HoldingHost host_;
    std::unique_ptr<Client> client_;
};

}  // namespace tandem::smpp::test
