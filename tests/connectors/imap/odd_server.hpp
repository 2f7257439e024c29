// A small IMAP server with one mailbox that misbehaves on demand. Written from RFC 3501 for the tests alone; knows
// nothing of the connector.
#pragma once

#include "tests/support/loopback.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tandem::imap::test {

class OddServer {
public:
    // Sees a command without its tag. Returns what the server writes instead of its usual answer ("$" stands for the
    // tag), "cut" to close the connection, or nullopt.
    using Oddity = std::function<std::optional<std::string>(const std::string& command)>;

    explicit OddServer(std::string capabilities = "IMAP4rev1", Oddity oddity = {})
        : capabilities_(std::move(capabilities)), oddity_(std::move(oddity)) {
        std::tie(listener_, port_) = tandem::test::listen_anywhere();
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~OddServer() {
        stop_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        for (std::thread& one : threads_)
            one.join();
        ::close(listener_);
    }
    OddServer(const OddServer&) = delete;
    OddServer& operator=(const OddServer&) = delete;

    std::uint16_t port() const { return port_; }
    void add(std::uint32_t uid, std::string mail) {
        const std::lock_guard lock(mutex_);
        mails_[uid] = std::move(mail);
    }
    void renumber(std::uint32_t uidvalidity) { uidvalidity_ = uidvalidity; }
    int connections() const { return connections_; }
    std::vector<std::string> commands() const {
        const std::lock_guard lock(mutex_);
        return commands_;
    }

private:
    void accept_all() {
        for (;;) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return;
            ++connections_;
            threads_.emplace_back([this, fd] {
                serve(fd);
                ::close(fd);
            });
        }
    }

    static bool write(int fd, std::string_view octets) {
        while (!octets.empty()) {
            const auto size = ::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            octets.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }

    void serve(int fd) {
        const timeval limit{0, 50'000};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        if (!write(fd, "* OK [CAPABILITY " + capabilities_ + "] odd\r\n")) return;
        std::string buffer;
        while (!stop_) {
            char octets[4'096];
            const auto size = ::recv(fd, octets, sizeof(octets), 0);
            if (size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) return;
            if (size > 0) buffer.append(octets, static_cast<std::size_t>(size));
            for (auto end = buffer.find("\r\n"); end != std::string::npos; end = buffer.find("\r\n")) {
                const std::string line = buffer.substr(0, end);
                buffer.erase(0, end + 2);
                if (!answer(fd, line)) return;
            }
        }
    }

    bool answer(int fd, const std::string& line) {
        const auto space = line.find(' ');
        const std::string tag = line.substr(0, space);
        const std::string command = space == std::string::npos ? "" : line.substr(space + 1);
        {
            const std::lock_guard lock(mutex_);
            commands_.push_back(command);
        }
        if (oddity_) {
            if (auto odd = oddity_(command)) {
                for (auto at = odd->find('$'); at != std::string::npos; at = odd->find('$'))
                    odd->replace(at, 1, tag);
                return *odd != "cut" && write(fd, *odd);
            }
        }
        return write(fd, usual(command) + tag + " OK done\r\n");
    }

    std::string usual(const std::string& command) const {
        const std::lock_guard lock(mutex_);
        if (command.starts_with("CAPABILITY")) return "* CAPABILITY " + capabilities_ + "\r\n";
        if (command.starts_with("LIST")) return "* LIST () \"/\" INBOX\r\n";
        if (command.starts_with("EXAMINE")) {
            const auto next = mails_.empty() ? 1 : mails_.rbegin()->first + 1;
            return "* " + std::to_string(mails_.size()) + " EXISTS\r\n* OK [UIDVALIDITY " +
                   std::to_string(uidvalidity_.load()) + "] ok\r\n* OK [UIDNEXT " + std::to_string(next) + "] ok\r\n";
        }
        if (command.starts_with("UID SEARCH")) {
            std::string out = "* SEARCH";
            for (const auto& [uid, mail] : mails_)
                out += " " + std::to_string(uid);
            return out + "\r\n";
        }
        return command.starts_with("UID FETCH ") ? fetched(command.substr(10)) : "";
    }

    // Knows single UIDs, "n:*", "a,b" and "a:b".
    static bool asked(std::string_view set, std::uint32_t uid, std::uint32_t highest) {
        while (!set.empty()) {
            const std::string one(set.substr(0, set.find(',')));
            set.remove_prefix(std::min(one.size() + 1, set.size()));
            const auto colon = one.find(':');
            const auto first = static_cast<std::uint32_t>(std::stoul(one));
            const std::string rest = colon == std::string::npos ? one : one.substr(colon + 1);
            if (rest == "*" ? uid >= first || uid == highest : uid >= first && uid <= std::stoul(rest)) return true;
        }
        return false;
    }

    std::string fetched(const std::string& command) const {
        const std::string set = command.substr(0, command.find(' '));
        const auto peek = command.find("BODY.PEEK[");
        std::string out;
        std::size_t number = 0;
        for (const auto& [uid, mail] : mails_) {
            ++number;
            if (!asked(set, uid, mails_.rbegin()->first)) continue;
            out += "* " + std::to_string(number) + " FETCH (UID " + std::to_string(uid);
            if (peek == std::string::npos) {
                out += " FLAGS () RFC822.SIZE " + std::to_string(mail.size()) +
                       " INTERNALDATE \"02-Nov-2026 06:14:05 +0000\"";
            } else {
                out += body(mail, command.substr(peek + 10));
            }
            out += ")\r\n";
        }
        return out;
    }
    static std::string body(const std::string& mail, const std::string& section) {
        if (section.starts_with("HEADER")) {
            const std::string head = mail.substr(0, mail.find("\r\n\r\n") + 4);
            return " BODY[HEADER] {" + std::to_string(head.size()) + "}\r\n" + head;
        }
        std::string piece = mail;
        std::string name = " BODY[]";
        if (const auto open = section.find('<'); open != std::string::npos) {
            const auto offset = std::stoul(section.substr(open + 1));
            const auto size = std::stoul(section.substr(section.find('.', open) + 1));
            piece = offset < mail.size() ? mail.substr(offset, size) : "";
            name += "<" + std::to_string(offset) + ">";
        }
        return name + " {" + std::to_string(piece.size()) + "}\r\n" + piece;
    }

    const std::string capabilities_;
    const Oddity oddity_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_{false};
    std::atomic<int> connections_{0};
    std::atomic<std::uint32_t> uidvalidity_{7};
    mutable std::mutex mutex_;
    std::map<std::uint32_t, std::string> mails_;
    std::vector<std::string> commands_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace tandem::imap::test
