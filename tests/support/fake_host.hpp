// A Host that remembers: what was emitted, counted, told. For tests of a connector without supervisor and journal.
#pragma once

#include "core/async/wait.hpp"
#include "core/connector/connector.hpp"
#include "tests/support/manual_clock.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::test {

class FakeHost : public connector::Host {
public:
    async::Task<Result<void>> emit(connector::Batch batch) override {
        ++emitting;
        while (hold)
            co_await let_go.wait();
        --emitting;
        if (refusal) co_return fail(*refusal);
        if (refusals > 0) {
            --refusals;
            co_return fail(full("no room"));
        }
        for (auto& event : batch.events)
            events.push_back(std::move(event));
        if (batch.after) cursors[batch.stream].push_back(*batch.after);
        co_return Result<void>();
    }
    async::Task<Result<std::optional<connector::Cursor>>> resume(connector::StreamName stream) override {
        const auto found = cursors.find(stream);
        co_return found == cursors.end() ? std::optional<connector::Cursor>() : found->second.back();
    }
    void state(connector::State state, std::string detail) override {
        states.push_back(state);
        details.push_back(std::move(detail));
    }
    async::Task<Result<std::vector<journal::Event>>> recall(connector::Recall what) override {
        std::vector<journal::Event> out;
        for (const auto& event : archive) {
            const bool then = event.received_at >= what.since && event.received_at <= what.until;
            if (event.content_type == what.content_type && then) out.push_back(event);
        }
        co_return out;
    }
    void failed(Error error) override { failure = std::move(error); }
    void serve_hook(net::HttpHandler handler) override { hook = std::move(handler); }
    std::string public_url(const net::HttpRequest& request) const override { return "https://gw" + request.target; }
    const connector::Judge* judge() const override { return judge_.get(); }
    const connector::Sender* sender() const override { return sender_.get(); }
    const connector::Caller* caller() const override { return caller_.get(); }
    const net::HttpClient* http() const override { return client; }
    const Clock& clock() const override { return time; }
    obs::Log& log() override { return log_; }
    void count(std::string_view counter, std::string_view label, std::uint64_t by) override {
        counters[std::string(counter) + (label.empty() ? "" : ":" + std::string(label))] += by;
    }
    const std::string& instance() const override { return name; }

    std::string name = "sms";
    ManualClock time;
    net::HttpHandler hook;
    std::vector<journal::Event> events;
    std::map<std::string, std::vector<connector::Cursor>> cursors;  // of each stream, in the order they came
    std::vector<journal::Event> archive;                            // what recall() finds
    std::vector<connector::State> states;
    std::vector<std::string> details;
    std::map<std::string, std::uint64_t> counters;
    std::optional<Error> refusal;  // the answer of emit()
    int refusals = 0;              // how many times emit() has no room
    bool hold = false;             // emit() waits; after a change of mind let_go has to be notified
    async::Event let_go;
    int emitting = 0;  // how many wait
    std::optional<Error> failure;
    std::shared_ptr<const connector::Judge> judge_;
    std::shared_ptr<const connector::Sender> sender_;
    std::shared_ptr<const connector::Caller> caller_;
    const net::HttpClient* client = nullptr;
    obs::Log log_;
};

// With the time of day: for those who talk to a real server.
class TimelyHost : public FakeHost {
public:
    const Clock& clock() const override { return time_of_day_; }

private:
    SystemClock time_of_day_;
};

}  // namespace tandem::test
