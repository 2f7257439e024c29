// A message centre that does what the test says, PDU by PDU, over a real socket. Written from the protocol's
// description; of the connector it uses the codec only. Every wait has a limit, so a client that says nothing fails the
// test instead of hanging it.
#pragma once

#include "connectors/smpp/frame.hpp"
#include "connectors/smpp/pdu.hpp"
#include "tests/support/loopback.hpp"

#include <cstdint>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace tandem::smpp::test {

inline constexpr int kWaitMs = 20'000;

inline bool readable(int fd, int limit_ms) {
    pollfd wait{fd, POLLIN, 0};
    return ::poll(&wait, 1, limit_ms) > 0;
}

class PeerConnection {
public:
    explicit PeerConnection(int fd) : fd_(fd) {}
    PeerConnection(PeerConnection&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)), reader_(std::move(other.reader_)) {}
    ~PeerConnection() { drop(); }

    // The next PDU; throws when none comes. nullopt: the client has closed.
    std::optional<Pdu> hear() {
        for (;;) {
            if (const auto frame = reader_.next()) return decode(*frame).pdu;
            if (!readable(fd_, kWaitMs)) throw std::runtime_error("the client says nothing");
            char octets[4'096];
            const auto size = ::recv(fd_, octets, sizeof(octets), 0);
            if (size <= 0) return std::nullopt;
            reader_.feed(std::string_view(octets, static_cast<std::size_t>(size)));
        }
    }
    Pdu expect(Command command) {
        const auto pdu = hear();
        if (!pdu) throw std::runtime_error("closed instead of " + std::string(name_of(command)));
        if (pdu->command != command) {
            throw std::runtime_error(std::string(name_of(pdu->command)) + " instead of " +
                                     std::string(name_of(command)));
        }
        return *pdu;
    }
    // Whether the client stays silent for a moment: for what must not happen before something else has.
    bool silent() { return !reader_.next() && !readable(fd_, 100); }

    void say(const Pdu& pdu) { say_octets(encode(pdu)); }
    void say_octets(std::string_view octets) {
        if (::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(octets.size()))
            throw std::runtime_error("the client has gone");
    }
    void accept_bind() {
        const auto bind = hear();
        if (!bind) throw std::runtime_error("no bind");
        say({.command = response_to(bind->command),
             .sequence = bind->sequence,
             .system_id = "PEER",
             .tlvs = {{Tag::ScInterfaceVersion, "\x34"}}});
    }
    void drop() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_;
    FrameReader reader_;
};

class Peer {
public:
    Peer() { std::tie(fd_, port_) = tandem::test::listen_anywhere(); }
    ~Peer() { ::close(fd_); }

    std::uint16_t port() const { return port_; }
    PeerConnection accept() {
        if (!readable(fd_, kWaitMs)) throw std::runtime_error("the client does not connect");
        return PeerConnection(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
    }

private:
    int fd_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace tandem::smpp::test
