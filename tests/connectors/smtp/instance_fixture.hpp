// An instance on a loop of its own, with a host that remembers.
#pragma once

#include "connectors/smtp/instance.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/loop_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem::smtp::test {

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

using Sent = Result<std::vector<connector::SentId>>;

class AnInstance : public ::testing::Test {
protected:
    AnInstance() {
        host_.sender_ = std::make_shared<PlainSender>();
        host_.name = "mail";
    }
    void TearDown() override { shut_down(); }

    Result<void> begin(Config config) {
        auto tls = load_contexts(config);
        if (!tls) return fail(tls.error());
        instance_ = std::make_unique<SmtpInstance>(std::move(config), std::move(*tls), host_);
        return run(instance_->start());
    }
    void shut_down() {
        if (instance_ == nullptr) return;
        run(instance_->stop());
        instance_.reset();
    }

    std::future<Sent> begin_send(std::string id, std::string to = "ann@customer.test", std::string text = "Hi") {
        return spawn(
            instance_->send({.id = std::move(id), .message = R"({"to":")" + to + R"(","text":")" + text + R"("})"}));
    }
    Sent send(std::string id, std::string to = "ann@customer.test", std::string text = "Hi") {
        return get(begin_send(std::move(id), std::move(to), std::move(text)));
    }
    // "sent", or the kind of the failure.
    static std::string said(const Sent& sent) { return sent ? "sent" : std::string(to_string(sent.error().kind)); }

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
    std::vector<journal::Event> events() {
        return on_loop([&] { return host_.events; });
    }
    std::uint64_t counter(const std::string& name) {
        return on_loop([&] { return host_.counters[name]; });
    }
    bool becomes(const std::function<bool()>& condition, std::chrono::seconds limit = std::chrono::seconds(20)) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        while (std::chrono::steady_clock::now() < deadline) {
            if (condition()) return true;
            std::this_thread::yield();
        }
        return false;
    }

    tandem::test::LoopThread loop_{1};
    async::Executor strand_ = loop_.io().strand();
    tandem::test::FakeHost host_;
    std::unique_ptr<SmtpInstance> instance_;
};

}  // namespace tandem::smtp::test
