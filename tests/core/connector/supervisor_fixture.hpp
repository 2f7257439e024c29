// A supervisor over scripted instances, a journal in memory and a clock that stands still.
#pragma once

#include "core/connector/supervisor.hpp"
#include "tests/support/becomes.hpp"
#include "tests/support/loop_thread.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_journal.hpp"
#include "tests/support/scripted_connector.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tandem::connector {

using namespace std::chrono_literals;
using async::Task;
using test::Script;

class MemoryCursors final : public Cursors {
public:
    Task<Result<std::optional<Cursor>>> load(std::string instance, StreamName stream) override {
        const auto found = cursors.find(instance + "/" + stream);
        co_return found == cursors.end() ? std::nullopt : std::optional<Cursor>(found->second);
    }
    void advance(const std::string& instance,
                 const StreamName& stream,
                 Cursor cursor,
                 journal::Position position) override {
        cursors[instance + "/" + stream] = cursor;
        positions[instance + "/" + stream] = position;
    }
    std::map<std::string, Cursor> cursors;
    std::map<std::string, journal::Position> positions;
};

class SupervisorTest : public ::testing::Test {
protected:
    // One script per instance name; call before the first apply().
    std::shared_ptr<Script> script(const std::string& name) {
        return scripts_.emplace(name, std::make_shared<Script>()).first->second;
    }

    static InstanceSpec spec(const std::string& name, const std::string& fingerprint = "1") {
        InstanceSpec made;
        made.name = name;
        made.connector = "scripted";
        made.fingerprint = fingerprint;
        return made;
    }

    SupervisorOptions options() {
        SupervisorOptions made{.public_url = {}, .clock = clock_};
        made.start_limit = 10s;
        made.stop_limit = 10s;
        made.backoff = {.first = 1ms, .limit = 5ms};
        return made;
    }

    Supervisor& supervisor() {
        if (!supervisor_) build(options());
        return *supervisor_;
    }
    void build(SupervisorOptions options, Manifest manifest = receiving()) {
        registry_ = std::make_unique<Registry>();
        registry_->add(std::make_unique<test::ScriptedConnector>(std::move(manifest), scripts_));
        supervisor_ = std::make_unique<Supervisor>(loop_.io(), *registry_, journal_, std::move(options));
    }
    static Manifest receiving() {
        Manifest manifest;
        manifest.name = "scripted";
        manifest.capabilities.receive = true;
        manifest.streams = {"", "mail"};
        return manifest;
    }

    void apply(std::vector<InstanceSpec> specs) { loop_.run(supervisor().apply(std::move(specs))); }
    std::vector<std::string> stop() { return loop_.run(supervisor().stop()); }
    void TearDown() override {
        journal_.release();
        if (supervisor_) stop();
    }

    InstanceStatus status(const std::string& name) {
        for (auto& one : supervisor().status()) {
            if (one.name == name) return one;
        }
        return {};
    }
    bool becomes(const std::string& name, State state) {
        return happens([&] { return status(name).state == state; });
    }
    template <class Condition>
    static bool happens(Condition condition) {
        return test::becomes(condition);
    }

    net::HttpResponse hook(const std::string& instance, std::string body = {}) {
        net::HttpRequest request;
        request.method = "POST";
        request.target = "/hooks/" + instance;
        request.body = std::move(body);
        const auto routes = supervisor().routes();
        auto reply = loop_.run(routes.at(0).handler(std::move(request), {{"instance", instance}}));
        return std::get<net::HttpResponse>(reply);
    }
    static std::string header(const net::HttpResponse& response, const std::string& name) {
        for (const auto& one : response.headers) {
            if (one.name == name) return one.value;
        }
        return {};
    }
    static net::HttpHandler answering(std::string text) {
        return [text](net::HttpRequest) -> Task<net::HttpReply> { co_return net::HttpResponse{.body = text}; };
    }

    test::LoopThread loop_{1};
    test::ManualClock clock_;
    test::MemoryJournal journal_{[this](auto work) { loop_.io().post(std::move(work)); }};
    std::map<std::string, std::shared_ptr<Script>> scripts_;
    std::unique_ptr<Registry> registry_;
    std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace tandem::connector
