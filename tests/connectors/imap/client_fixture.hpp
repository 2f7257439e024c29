// A Client on a loop of its own, at a real server, with a host that keeps what a store would keep.
#pragma once

#include "connectors/imap/client.hpp"
#include "tests/connectors/imap/agent.hpp"
#include "tests/connectors/imap/dovecot.hpp"
#include "tests/connectors/imap/wire.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/loop_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>

namespace tandem::imap::test {

// Cursors and events outlive the client.
class KeepingHost final : public tandem::test::FakeHost {
public:
    KeepingHost() { name = "mail"; }
    const Clock& clock() const override { return system; }
    async::Task<Result<std::optional<connector::Cursor>>> resume(connector::StreamName stream) override {
        if (lags && cursors.contains(stream)) co_return cursors[stream].front();
        co_return co_await FakeHost::resume(std::move(stream));
    }
    SystemClock system;
    bool lags = false;  // what is journalled does not reach the store
};

class AtDovecot : public ::testing::Test {
protected:
    void TearDown() override { shut_down(); }

    Config options(Server server = Server::Rich) {
        if (!wire_) wire_ = std::make_unique<Wire>(dovecot_.port(), server);
        Config out;
        out.host = "127.0.0.1";
        out.port = wire_->port();
        out.tls = TlsMode::None;
        out.password = Secret("secret");
        out.mailboxes = {{.user = kUser}};
        out.backfill = std::chrono::milliseconds(0);
        out.backfill_rate = 0;
        out.poll = std::chrono::milliseconds(200);
        out.reconnect_first = std::chrono::milliseconds(20);
        out.reconnect_limit = std::chrono::milliseconds(50);
        return out;
    }
    Result<void> begin(Config config) {
        for (MailboxConfig& one : config.mailboxes) {
            if (one.password.empty() && !one.oauth2) one.password = config.password;
            if (one.host.empty()) one.host = config.host;
            if (one.port == 0) one.port = config.port;
            if (one.include.empty()) one.include = config.include;
        }
        auto tls = tls_context(config);
        if (!tls) return fail(tls.error());
        client_ = std::make_unique<Client>(std::move(config), *tls, host_);
        return run(client_->start());
    }
    void shut_down() {
        if (client_ == nullptr) return;
        run(client_->stop());
        client_.reset();
    }

    // Message-IDs of what is journalled, each as often as it is.
    std::map<std::string, int> ids() {
        std::map<std::string, int> out;
        for (const auto& event : events())
            ++out[event.vendor_id];
        return out;
    }
    std::vector<journal::Event> events() {
        return on_loop([&] { return host_.events; });
    }
    bool arrives(const std::string& id) {
        const bool came = becomes([&] { return ids().contains("<" + id + "@customer.test>"); });
        EXPECT_TRUE(came) << id << " did not arrive; " << ids().size() << " did; the state is " << detail();
        return came;
    }
    std::uint64_t counter(const std::string& counter_name) {
        return on_loop([&] { return host_.counters[counter_name]; });
    }
    std::string detail() {
        return on_loop([&] { return host_.details.empty() ? std::string() : host_.details.back(); });
    }
    bool becomes(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::chrono::steady_clock::now() < deadline) {
            if (condition()) return true;
            std::this_thread::yield();
        }
        return false;
    }

    template <class T>
    std::future<T> spawn(async::Task<T> task) {
        return boost::asio::co_spawn(strand_, std::move(task), boost::asio::use_future);
    }
    template <class T>
    T run(async::Task<T> task) {
        auto future = spawn(std::move(task));
        if (future.wait_for(std::chrono::seconds(60)) != std::future_status::ready)
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

    static constexpr const char* kUser = "support@example.test";
    Dovecot dovecot_;
    std::unique_ptr<Wire> wire_;
    tandem::test::LoopThread loop_{1};
    async::Executor strand_ = loop_.io().strand();
    KeepingHost host_;
    std::unique_ptr<Client> client_;
};

}  // namespace tandem::imap::test
