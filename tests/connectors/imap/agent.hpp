// A person's mail program: a plain IMAP client of the tests, which writes what Tandem never does.
#pragma once

#include "tests/support/loopback.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace tandem::imap::test {

class Agent {
public:
    Agent(std::uint16_t port, const std::string& user) : fd_(tandem::test::connect_to(port)) {
        const timeval limit{20, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        line();
        command("LOGIN " + user + " secret");
    }
    ~Agent() { ::close(fd_); }
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    // Everything that the server says to it. Throws unless it is OK.
    std::string command(const std::string& text) {
        write("a " + text + "\r\n");
        std::string all;
        for (;;) {
            const std::string one = line();
            all += one;
            if (one.starts_with("a OK")) return all;
            if (one.starts_with("a ")) throw std::runtime_error(text + ": " + one);
        }
    }
    // `options`: as "(\\Seen) \"01-Nov-2026 10:00:00 +0000\" ".
    void append(const std::string& folder, std::string_view mail, const std::string& options = {}) {
        write("a APPEND \"" + folder + "\" " + options + "{" + std::to_string(mail.size()) + "+}\r\n");
        write(std::string(mail) + "\r\n");
        while (!line().starts_with("a OK")) {
        }
    }

private:
    void write(std::string_view octets) {
        while (!octets.empty()) {
            const auto size = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
            if (size <= 0) throw std::runtime_error("the server is gone");
            octets.remove_prefix(static_cast<std::size_t>(size));
        }
    }
    std::string line() {
        for (;;) {
            if (const auto end = buffer_.find('\n'); end != std::string::npos) {
                std::string out = buffer_.substr(0, end + 1);
                buffer_.erase(0, end + 1);
                return out;
            }
            char octets[16'384];
            const auto size = ::recv(fd_, octets, sizeof(octets), 0);
            if (size <= 0) throw std::runtime_error("the server is silent");
            buffer_.append(octets, static_cast<std::size_t>(size));
        }
    }

    int fd_;
    std::string buffer_;
};

inline std::string mail(const std::string& id,
                        const std::string& text = "Hello",
                        const std::string& subject = "Question") {
    return "From: Ann <ann@customer.test>\r\nTo: support@example.test\r\nSubject: " + subject +
           "\r\nDate: Mon, 2 Nov 2026 06:14:05 +0000\r\nMessage-ID: <" + id + "@customer.test>\r\n\r\n" + text + "\r\n";
}

}  // namespace tandem::imap::test
