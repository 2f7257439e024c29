// A Client on a loop of its own with a host that remembers.
#pragma once

#include "connectors/avaya_dmcc/client.hpp"
#include "core/data/json.hpp"
#include "tests/connectors/avaya_dmcc/aes_double.hpp"
#include "tests/support/instance_test.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace tandem::avaya_dmcc::test {

class ClientTest : public tandem::test::InstanceTest<> {
protected:
    ClientTest() : InstanceTest({.task = std::chrono::seconds(30)}) {
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
    void end() { stop_and_drop(client_); }
    // Looks at something on the loop, again and again until it holds.
    bool becomes(const std::function<bool()>& condition) {
        if (becomes_on_loop(condition)) return true;
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
