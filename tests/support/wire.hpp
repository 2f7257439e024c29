// A cable between gateway and server, for many connections at once, that the test can cut and mute, and that writes
// down what the gateway says.
#pragma once

#include "tests/support/loopback.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <vector>

namespace tandem::test {

class Wire {
public:
    // `host`: the server's, as of connect_to().
    explicit Wire(std::uint16_t target, std::uint32_t host = 1)
        : target_(target), host_(host), wake_(::eventfd(0, EFD_CLOEXEC)) {
        std::tie(listener_, port_) = listen_anywhere();
        thread_ = std::thread([this] { run(); });
    }
    ~Wire() {
        stop_ = true;
        wake();
        thread_.join();
        for (const Pair& one : pairs_) {
            ::close(one.client);
            ::close(one.server);
        }
        ::close(listener_);
        ::close(wake_);
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    std::uint16_t port() const { return port_; }
    // All connections are lost; further ones are refused until mend().
    void cut() {
        broken_ = true;
        wake();
        while (connected_ > 0)
            std::this_thread::yield();
    }
    void mend() {
        broken_ = false;
        muted_ = false;
    }
    // What the server says from now on is lost.
    void mute() { muted_ = true; }
    // Cuts the next connection after that many octets of the server, counted from now.
    void cut_after(std::int64_t octets) { fuse_ = octets; }
    bool fuse_burnt() const { return fuse_ == kNoFuse; }
    // Every line that the gateway has written, of all connections.
    std::string written() const {
        const std::lock_guard lock(mutex_);
        return written_;
    }
    int accepted() const { return accepted_; }

private:
    struct Pair {
        int client = -1, server = -1;
    };
    static constexpr std::int64_t kNoFuse = -1;

    void wake() const {
        const std::uint64_t one = 1;
        (void)!::write(wake_, &one, sizeof(one));
    }
    bool from_client(const Pair& pair) {
        char octets[16'384];
        const auto size = ::recv(pair.client, octets, sizeof(octets), 0);
        if (size <= 0) return false;
        {
            const std::lock_guard lock(mutex_);
            written_.append(octets, static_cast<std::size_t>(size));
        }
        return ::send(pair.server, octets, static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
    }
    bool from_server(const Pair& pair) {
        char octets[16'384];
        const auto size = ::recv(pair.server, octets, sizeof(octets), 0);
        if (size <= 0) return false;
        if (muted_) return true;
        auto pass = size;
        bool alive = true;
        if (fuse_ != kNoFuse) {
            pass = std::min<std::int64_t>(size, fuse_);
            fuse_ -= pass;
            if (fuse_ == 0) {
                fuse_ = kNoFuse;
                alive = false;
            }
        }
        return ::send(pair.client, octets, static_cast<std::size_t>(pass), MSG_NOSIGNAL) == pass && alive;
    }
    void accept_one() {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        ++accepted_;
        const int server = broken_ ? -1 : connect_to(target_, host_);
        if (server < 0) {
            ::close(fd);
            return;
        }
        pairs_.push_back({fd, server});
        ++connected_;
    }
    void run() {
        while (!stop_) {
            std::vector<pollfd> waits{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
            for (const Pair& one : pairs_) {
                waits.push_back({one.client, POLLIN, 0});
                waits.push_back({one.server, POLLIN, 0});
            }
            ::poll(waits.data(), waits.size(), -1);
            std::uint64_t count = 0;
            if (waits[0].revents != 0) (void)!::read(wake_, &count, sizeof(count));
            std::size_t at = 2;
            for (auto one = pairs_.begin(); one != pairs_.end(); at += 2) {
                bool alive = !broken_;
                if (alive && waits[at].revents != 0) alive = from_client(*one);
                if (alive && waits[at + 1].revents != 0) alive = from_server(*one);
                if (!alive) {
                    ::close(one->client);
                    ::close(one->server);
                    one = pairs_.erase(one);
                    --connected_;
                } else {
                    ++one;
                }
            }
            if (waits[1].revents != 0) accept_one();
        }
    }

    const std::uint16_t target_;
    const std::uint32_t host_;
    const int wake_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::list<Pair> pairs_;
    std::atomic<bool> stop_{false}, broken_{false}, muted_{false};
    std::atomic<int> connected_{0}, accepted_{0};
    std::atomic<std::int64_t> fuse_{kNoFuse};
    mutable std::mutex mutex_;
    std::string written_;
    std::thread thread_;
};

}  // namespace tandem::test
