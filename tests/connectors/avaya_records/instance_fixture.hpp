// An instance on a loop of its own, with a host that remembers, and a switch over loopback.
#pragma once

#include "connectors/avaya_records/instance.hpp"
#include "core/data/json.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/loop_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <functional>
#include <future>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tandem::avaya_records::test {

// A switch that comes to us.
class Switch {
public:
    explicit Switch(std::uint16_t port) {
        const int on = 1;
        setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
            throw std::runtime_error("nobody listens");
    }
    ~Switch() { close(); }
    Switch(const Switch&) = delete;
    Switch& operator=(const Switch&) = delete;

    bool send(std::string_view octets) {
        while (!octets.empty()) {
            const auto size = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            octets.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    void send_in_pieces(std::string_view octets, std::size_t piece) {
        for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size())))
            send(octets.substr(0, piece));
    }
    // The other side has closed.
    bool closed() {
        char octet = 0;
        return ::recv(fd_, &octet, 1, 0) <= 0;
    }
    void reset() {
        const linger now{1, 0};
        setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        close();
    }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

class AnInstance : public ::testing::Test {
protected:
    using MakeBook = std::function<std::unique_ptr<Book>()>;

    AnInstance(LineKind kind, MakeBook make) : kind_(std::move(kind)), make_(std::move(make)) {}
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
    void shut_down() {
        if (instance_ == nullptr) return;
        run(instance_->stop());
        instance_.reset();
    }
    // As after the end of the process: what was stored is what is recalled.
    void restart(const LineOptions& options) {
        shut_down();
        host_.archive.insert(host_.archive.end(), host_.events.begin(), host_.events.end());
        host_.events.clear();
        ASSERT_TRUE(begin(options));
    }
    std::uint16_t port() { return instance_->port(); }

    template <class T>
    T run(async::Task<T> task) {
        auto future = boost::asio::co_spawn(strand_, std::move(task), boost::asio::use_future);
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
    std::vector<std::string> raw(std::string type) {
        return on_loop([&] {
            std::vector<std::string> out;
            for (const auto& event : host_.events) {
                if (event.content_type == type) out.push_back(event.raw);
            }
            return out;
        });
    }
    std::vector<std::string> lines() { return raw(kind_.content_type); }
    std::vector<std::string> calls() { return raw(std::string(kCallType)); }
    std::uint64_t counter(const std::string& name) {
        return on_loop([&] { return host_.counters[name]; });
    }
    std::string last_detail() {
        return on_loop([&] { return host_.details.empty() ? "" : host_.details.back(); });
    }
    bool becomes(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (std::chrono::steady_clock::now() < deadline) {
            if (condition()) return true;
            std::this_thread::yield();
        }
        return false;
    }

    const LineKind kind_;
    const MakeBook make_;
    tandem::test::LoopThread loop_{1};
    async::Executor strand_ = loop_.io().strand();
    tandem::test::FakeHost host_;
    std::unique_ptr<LineInstance> instance_;
};

}  // namespace tandem::avaya_records::test
