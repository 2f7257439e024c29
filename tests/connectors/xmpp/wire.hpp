// A cable between gateway and server that the test can cut, and in which it can hold back what the server says.
#pragma once

#include "tests/connectors/xmpp/prosody.hpp"

#include <atomic>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <thread>

namespace tandem::xmpp::test {

class Wire {
public:
    explicit Wire(std::uint16_t target) : target_(target), wake_(::eventfd(0, EFD_CLOEXEC)) {
        std::tie(listener_, port_) = listen_anywhere();
        thread_ = std::thread([this] { run(); });
    }
    ~Wire() {
        stop_ = true;
        wake();
        thread_.join();
        drop();
        ::close(listener_);
        ::close(wake_);
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    std::uint16_t port() const { return port_; }
    // Both ends lose the connection; further ones are refused until mend().
    void cut() {
        broken_ = true;
        wake();
        while (connected_)
            std::this_thread::yield();
    }
    void mend() {
        broken_ = false;
        muted_ = false;
        wake();
    }
    // What the server says from now on is lost.
    void mute() { muted_ = true; }

private:
    void wake() const {
        const std::uint64_t one = 1;
        (void)!::write(wake_, &one, sizeof(one));
    }
    void drop() {
        for (int* fd : {&client_, &server_}) {
            if (*fd >= 0) ::close(*fd);
            *fd = -1;
        }
        connected_ = false;
    }
    bool pass(int from, int to, bool silent) {
        char octets[16'384];
        const auto size = ::recv(from, octets, sizeof(octets), 0);
        if (size <= 0) return false;
        return silent || ::send(to, octets, static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
    }
    void accept_one() {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        if (broken_ || connected_) {
            ::close(fd);
            return;
        }
        client_ = fd;
        server_ = connect_to(target_);
        connected_ = server_ >= 0;
        if (!connected_) drop();
    }
    void run() {
        while (!stop_) {
            pollfd waits[] = {{wake_, POLLIN, 0}, {listener_, POLLIN, 0}, {client_, POLLIN, 0}, {server_, POLLIN, 0}};
            ::poll(waits, connected_ ? 4 : 2, -1);
            if (waits[0].revents != 0) {
                std::uint64_t count = 0;
                (void)!::read(wake_, &count, sizeof(count));
            }
            if (connected_) {
                bool alive = !broken_;
                if (alive && waits[2].revents != 0) alive = pass(client_, server_, false);
                if (alive && waits[3].revents != 0) alive = pass(server_, client_, muted_);
                if (!alive) drop();
            }
            if (waits[1].revents != 0) accept_one();
        }
    }

    const std::uint16_t target_;
    const int wake_;
    int listener_ = -1, client_ = -1, server_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_{false}, broken_{false}, muted_{false}, connected_{false};
    std::thread thread_;
};

}  // namespace tandem::xmpp::test
