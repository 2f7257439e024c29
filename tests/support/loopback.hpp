// TCP that stays on this machine: blocking sockets, which the caller closes, and ports that are free.
#pragma once

#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace tandem::test {

// A place at 127.0.0.`host`.
inline sockaddr_in loopback_address(std::uint16_t port, std::uint32_t host = 1) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host - 1);
    address.sin_port = htons(port);
    return address;
}

// -1 when nobody listens there.
inline int connect_to(std::uint16_t port, std::uint32_t host = 1) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback_address(port, host);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return fd;
    ::close(fd);
    return -1;
}

inline bool listens(std::uint16_t port) {
    const int fd = connect_to(port);
    if (fd >= 0) ::close(fd);
    return fd >= 0;
}

// A listening socket on a port that nobody uses.
inline std::pair<int, std::uint16_t> listen_anywhere() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback_address(0);
    socklen_t size = sizeof(address);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(fd, 64) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        ::close(fd);
        throw std::runtime_error("no port");
    }
    return {fd, ntohs(address.sin_port)};
}

// For a server that cannot choose its ports itself: calls `start` with new ones until it is true. They are free when
// they are looked for; somebody may be faster, so it is called five times at most. False when none was.
template <std::size_t kCount, class Start>
bool start_on_free_ports(std::array<std::uint16_t, kCount>& ports, Start start) {
    for (int attempt = 0; attempt < 5; ++attempt) {
        std::array<int, kCount> held{};
        for (std::size_t i = 0; i < kCount; ++i)
            std::tie(held[i], ports[i]) = listen_anywhere();
        for (const int fd : held)
            ::close(fd);
        if (start()) return true;
    }
    return false;
}

}  // namespace tandem::test
