// A Client on a loop of its own with a host that remembers.
#pragma once

#include "connectors/avaya_dmcc/client.hpp"
#include "core/data/json.hpp"
#include "tests/connectors/avaya_dmcc/aes_double.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/loop_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tandem::avaya_dmcc::test {

class ClientTest : public ::testing::Test {
protected:
    ClientTest() {
        host_.log_ = obs::Log::to([this](std::string_view line) { logged_.append(line).append("\n"); },
                                  obs::Level::Trace, false);
    }
    void TearDown() override { end(); }

    static Config options(std::uint16_t port) {
        Config out;
        out.hosts = {"127.0.0.1"};
        out.port = port;
        out.tls = false;
        out.user = "tandem";
        out.password = Secret("EXAMPLE-PASSWORD");
        out.switches.resize(1);
        out.switches[0].name = "CM1";
        out.switches[0].vdns = {"7100"};
        out.switches[0].splits = {"7200"};
        out.switches[0].stations = {"5001-5002"};
        out.request_rate = 2'000;
        out.agent_poll = std::chrono::milliseconds(0);
        out.reconnect_first = std::chrono::milliseconds(5);
        out.reconnect_limit = std::chrono::milliseconds(20);
        return out;
    }
    void open(Config config) {
        auto devices = targets(config);
        ASSERT_TRUE(devices);
        auto tls = tls_context(config);
        ASSERT_TRUE(tls);
        client_ = std::make_unique<Client>(std::move(config), std::move(*devices), std::move(*tls), host_);
    }
    Result<void> start(Config config) {
        open(std::move(config));
        return run(client_->start());
    }
    void end() {
        if (client_) run(client_->stop());
        client_.reset();
    }

    template <class T>
    T run(async::Task<T> task) {
        auto future = boost::asio::co_spawn(strand_, std::move(task), boost::asio::use_future);
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
    // Looks at something on the loop, again and again until it holds.
    bool becomes(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::chrono::steady_clock::now() < deadline) {
            if (on_loop(condition)) return true;
            std::this_thread::yield();
        }
        ADD_FAILURE() << "last state: " << (host_.details.empty() ? "" : host_.details.back()) << "\n" << logged_;
        return false;
    }
    bool shows(connector::State state, const std::string& part) {
        return becomes([&] {
            return !host_.states.empty() && host_.states.back() == state && host_.details.back().contains(part);
        });
    }
    // The newest record of each call, by its id.
    std::map<std::string, std::string> calls() const {
        std::map<std::string, std::string> out;
        for (const auto& event : host_.events)
            out.insert_or_assign(event.vendor_id.substr(0, event.vendor_id.rfind('/')), event.raw);
        return out;
    }

    std::string logged_;
    tandem::test::LoopThread loop_{1};
    async::Executor strand_ = loop_.io().strand();
    tandem::test::FakeHost host_;
    std::unique_ptr<Client> client_;
};

// The value of a member of a JSON text.
inline std::string member(const std::string& json, std::string_view name) {
    data::Arena arena;
    const auto read = data::parse_json(json, arena);
    if (!read) return "no JSON: " + read.error().text;
    return data::to_json(read->get(name));
}

// With an AES that has the monitors of options().
class DmccClient : public ClientTest {
protected:
    DmccClient() {
        for (const auto& [extension, reference] :
             std::map<std::string, std::string>{{"7100", "101"}, {"7200", "102"}, {"5001", "103"}, {"5002", "104"}})
            aes_.monitor(extension, reference);
    }
    // Time for the calls: those that have ended are declared so a few seconds later.
    bool ended() {
        return becomes([&] {
            host_.time.advance(std::chrono::seconds(1));
            const auto all = calls();
            return !all.empty() &&
                   std::ranges::all_of(all, [](const auto& one) { return member(one.second, "state") == "\"ended\""; });
        });
    }

    AesDouble aes_;
};

}  // namespace tandem::avaya_dmcc::test
