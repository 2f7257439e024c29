// An instance on a loop of its own, with a host that remembers, and a switch over loopback.
#pragma once

#include "connectors/avaya_records/instance.hpp"
#include "core/data/json.hpp"
#include "tests/support/instance_test.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/scripted_peer.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tandem::avaya_records::test {

// A switch that comes to us.
class Switch : public tandem::test::PeerConnection {
public:
    explicit Switch(std::uint16_t port) : PeerConnection(connection(port)) {}

    // The gateway has closed.
    bool closed() { return closed_by_client(); }

private:
    static int connection(std::uint16_t port) {
        const int fd = tandem::test::connect_to(port);
        if (fd < 0) throw std::runtime_error("nobody listens");
        return fd;
    }
};

class AnInstance : public tandem::test::InstanceTest<> {
protected:
    using MakeBook = std::function<std::unique_ptr<Book>()>;

    AnInstance(LineKind kind, MakeBook make)
        : InstanceTest({.condition = std::chrono::seconds(60)}), kind_(std::move(kind)), make_(std::move(make)) {}
    void TearDown() override { shut_down(); }

    static LineOptions listening() {
        LineOptions options;
        options.address = {"127.0.0.1", 0};
        options.hold = std::chrono::milliseconds(0);
        return options;
    }
    static LineOptions connecting(std::uint16_t port) {
        LineOptions options = listening();
        options.connects = true;
        options.address = {"127.0.0.1", port};
        return options;
    }
    Result<void> begin(LineOptions options) {
        instance_ = std::make_unique<LineInstance>(std::move(options), kind_, make_(), host_);
        return run(instance_->start());
    }
    void shut_down() { stop_and_drop(instance_); }
    // As after the end of the process: what was stored is what is recalled.
    void restart(const LineOptions& options) {
        shut_down();
        host_.archive.insert(host_.archive.end(), host_.events.begin(), host_.events.end());
        host_.events.clear();
        ASSERT_TRUE(begin(options));
    }
    std::uint16_t port() { return instance_->port(); }

    std::vector<std::string> raw(const std::string& type) {
        std::vector<std::string> out;
        for (const auto& event : events()) {
            if (event.content_type == type) out.push_back(event.raw);
        }
        return out;
    }
    std::vector<std::string> lines() { return raw(kind_.content_type); }
    std::vector<std::string> calls() { return raw(std::string(kCallType)); }

    const LineKind kind_;
    const MakeBook make_;
    std::unique_ptr<LineInstance> instance_;
};

}  // namespace tandem::avaya_records::test
