// A Client on a loop of its own, at a real server, with a host that keeps what a store would keep.
#pragma once

#include "connectors/xmpp/client.hpp"
#include "tests/connectors/xmpp/prosody.hpp"
#include "tests/connectors/xmpp/support.hpp"
#include "tests/connectors/xmpp/visitor.hpp"
#include "tests/connectors/xmpp/wire.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/loop_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <optional>

namespace tandem::xmpp::test {

// A pack that takes a message for the connector's document.
class PlainSender final : public connector::Sender {
public:
    bool repeatable() const override { return false; }
    bool by_http() const override { return false; }
    Result<connector::WireRequest> request(const connector::Outgoing& outgoing) const override {
        return connector::WireRequest{.method = {}, .url = {}, .headers = {}, .body = outgoing.message};
    }
    Result<std::vector<connector::SentId>> outcome(const connector::Outgoing&,
                                                   int,
                                                   const std::vector<net::Header>&,
                                                   std::string_view) const override {
        return fail(config_error("not asked"));
    }
};

// Keeps cursors and events over restarts of the client; can hold back commits.
class KeepingHost final : public tandem::test::FakeHost {
public:
    KeepingHost() {
        sender_ = std::make_shared<PlainSender>();
        name = "chat";
    }
    async::Task<Result<void>> emit(connector::Batch batch) override {
        while (hold)
            co_await let_go.wait();
        if (refusal) co_return fail(*refusal);
        if (batch.after) cursor = batch.after;
        co_return co_await FakeHost::emit(std::move(batch));
    }
    const Clock& clock() const override { return system; }
    async::Task<Result<std::optional<connector::Cursor>>> resume(connector::StreamName) override { co_return cursor; }
    async::Task<Result<std::vector<journal::Event>>> recall(connector::Recall) override { co_return events; }

    std::optional<connector::Cursor> cursor;
    bool hold = false;
    async::Event let_go;
    SystemClock system;
};

class AtProsody : public ::testing::Test {
protected:
    explicit AtProsody(Prosody::Options options = {}) : prosody_(options), wire_(prosody_.port()) {}
    void TearDown() override { shut_down(); }

    Config options() const {
        Config out;
        out.jid = "agent@localhost";
        out.password = Secret("agent-pw");
        out.host = "127.0.0.1";
        out.port = wire_.port();
        out.tls_ca = prosody_.certificate();
        out.reconnect_first = std::chrono::milliseconds(20);
        out.reconnect_limit = std::chrono::milliseconds(50);
        out.page_size = 3;
        return out;
    }
    Result<void> begin(const std::function<void(Config&)>& change = {}) {
        Config config = options();
        if (change) change(config);
        auto tls = tls_context(config);
        if (!tls) return fail(tls.error());
        client_ = std::make_unique<Client>(config, *tls, host_);
        return run(client_->start());
    }
    void shut_down() {
        if (client_ == nullptr) return;
        on_loop([&] {
            host_.hold = false;
            host_.let_go.notify_all();
            return 0;
        });
        run(client_->stop());
        client_.reset();
    }

    // As a kill would: nobody says goodbye, and what is not durable is gone.
    void shut_down_hard() {
        wire_.cut();
        run(client_->stop());
        client_.reset();
        on_loop([&] { return host_.hold = false; });
        wire_.mend();
    }

    std::future<Result<std::vector<connector::SentId>>> send(std::string id,
                                                             std::string text,
                                                             std::string to = "visitor@localhost") {
        return spawn(
            client_->send({.id = std::move(id), .message = R"({"to":")" + to + R"(","text":")" + text + R"("})"}));
    }
    // Texts of the messages that are journalled.
    std::vector<std::string> bodies() {
        std::vector<std::string> out;
        for (const auto& document : documents()) {
            const std::string kind = text_at(document, "kind");
            if (kind == "message" || kind == "correction") out.push_back(text_at(document, "body"));
        }
        std::ranges::sort(out);
        return out;
    }
    std::vector<std::string> documents(std::string_view kind = {}) {
        const auto events = on_loop([&] { return host_.events; });
        std::vector<std::string> out;
        for (const auto& event : events) {
            if (kind.empty() || text_at(event.raw, "kind") == kind) out.push_back(event.raw);
        }
        return out;
    }
    // In any order: what comes live overtakes the archive.
    bool bodies_become(std::vector<std::string> expected) {
        std::ranges::sort(expected);
        const bool came = becomes([&] { return bodies() == expected; });
        EXPECT_EQ(bodies(), expected);
        return came;
    }
    std::uint64_t counter(const std::string& counter_name) {
        return on_loop([&] { return host_.counters[counter_name]; });
    }
    bool becomes(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::chrono::steady_clock::now() < deadline) {
            if (condition()) return true;
            std::this_thread::yield();
        }
        return false;
    }
    bool connected_again(std::string_view how, std::uint64_t times = 1) {
        return becomes([&] { return counter("sessions:" + std::string(how)) >= times; });
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
        if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready)
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

    Prosody prosody_;
    Wire wire_;
    tandem::test::LoopThread loop_{1};
    async::Executor strand_ = loop_.io().strand();
    KeepingHost host_;
    std::unique_ptr<Client> client_;
};

}  // namespace tandem::xmpp::test
