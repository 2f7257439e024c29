// An SMTP server that misbehaves on demand, written from RFC 5321, 3207 and 4954 and sharing nothing with the
// connector: a thread for each connection, blocking sockets, TLS if wished. It can end the connection at any step,
// before or after it answers, and answer any step with anything.
#pragma once

#include "tests/support/loopback.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <vector>

namespace tandem::smtp::test {

struct ServedMail {
    std::string from, octets;  // the whole argument of MAIL; the content as it came, dots still doubled
    std::vector<std::string> to;
};

// Steps are named by what the client says: "connect", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body" (a
// part of it has come), "dot", "RSET", "QUIT".
struct ServerBehaviour {
    std::string cut_before = {};                      // step: the line is cut instead of an answer
    std::string cut_after = {};                       // step: answered, then cut
    std::map<std::string, std::string> answers = {};  // step: what is said instead; lines without CRLF
    std::string extensions = "PIPELINING\nSIZE 1000000\nDSN\n8BITMIME\nSMTPUTF8";
    std::string auth = "PLAIN LOGIN";
    bool starttls = false;
    std::string expected_auth = {};  // line of AUTH; empty: any
    int silent_at_dot = 0;           // connections that are never answered there
    int times = 1'000'000;           // connections that misbehave; further ones do not
};

class Server {
public:
    using Behaviour = ServerBehaviour;

    explicit Server(ServerBehaviour behaviour = {},
                    const std::filesystem::path& certificate = {},
                    const std::filesystem::path& key = {})
        : behaviour_(std::move(behaviour)) {
        std::signal(SIGPIPE, SIG_IGN);
        if (!certificate.empty()) {
            tls_.reset(SSL_CTX_new(TLS_server_method()));
            if (SSL_CTX_use_certificate_chain_file(tls_.get(), certificate.c_str()) != 1 ||
                SSL_CTX_use_PrivateKey_file(tls_.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
                throw std::runtime_error("bad certificate");
        }
        std::tie(listener_, port_) = tandem::test::listen_anywhere();
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~Server() { stop(); }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    void stop() {
        if (stopping_.exchange(true)) return;
        ::shutdown(listener_, SHUT_RDWR);
        {
            const std::lock_guard lock(mutex_);
            for (const int fd : open_)
                ::shutdown(fd, SHUT_RDWR);
        }
        acceptor_.join();
        for (auto& thread : threads_)
            thread.join();
        ::close(listener_);
    }

    std::uint16_t port() const { return port_; }
    std::vector<ServedMail> mails() const {
        const std::lock_guard lock(mutex_);
        return mails_;
    }
    int connections() const { return connections_; }
    int most_at_once() const { return most_; }
    std::vector<std::string> commands() const {
        const std::lock_guard lock(mutex_);
        return commands_;
    }

private:
    class Connection {
    public:
        Connection(Server& server, int fd, bool behaves) : server_(server), fd_(fd), behaves_(behaves) {
            const timeval limit{20, 0};
            setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        }
        ~Connection() {
            ssl_.reset();
            ::close(fd_);
        }

        void run() {
            if (!step("connect", "220 sim.test ESMTP")) return;
            for (std::string line; read_line(line);) {
                server_.note(line);
                if (!command(line)) return;
            }
        }

    private:
        const ServerBehaviour& plan() const { return server_.behaviour_; }

        // False when the connection is over.
        bool step(const std::string& name, const std::string& usual) {
            if (!behaves_ && plan().cut_before == name) return false;
            const auto other = plan().answers.find(name);
            const bool changed = !behaves_ && other != plan().answers.end();
            if (!say(changed ? other->second : usual)) return false;
            refused_ = changed && !other->second.starts_with("2") && !other->second.starts_with("3");
            return behaves_ || plan().cut_after != name;
        }

        bool command(const std::string& line) {
            const std::string verb = line.substr(0, line.find(' '));
            const auto is = [&](const char* name) { return strcasecmp(verb.c_str(), name) == 0; };
            if (is("EHLO")) return step("EHLO", greeting());
            if (is("STARTTLS")) return step("STARTTLS", "220 go") && (refused_ || secure());
            if (is("AUTH")) return auth(line);
            if (is("MAIL")) {
                if (!step("MAIL", "250 2.1.0 ok")) return false;
                mail_ = {.from = line.substr(5), .octets = {}, .to = {}};
                return true;
            }
            if (is("RCPT")) {
                if (!step("RCPT", "250 2.1.5 ok")) return false;
                if (!refused_) mail_.to.push_back(line.substr(5));
                return true;
            }
            if (is("DATA")) {
                if (mail_.to.empty()) return say("554 5.5.1 no valid recipients");
                return step("DATA", "354 go") && (refused_ || content());
            }
            if (is("RSET")) return step("RSET", "250 2.0.0 ok");
            if (is("QUIT")) return step("QUIT", "221 2.0.0 bye") && false;
            return say("500 5.5.2 what?");
        }

        std::string greeting() const {
            std::string out = "250-sim.test";
            if (plan().starttls && ssl_ == nullptr) return out + "\r\n250-STARTTLS\r\n250 PIPELINING";
            for (std::size_t at = 0; at < plan().extensions.size();) {
                const auto end = std::min(plan().extensions.find('\n', at), plan().extensions.size());
                out += "\r\n250-" + plan().extensions.substr(at, end - at);
                at = end + 1;
            }
            return out + "\r\n250 AUTH " + plan().auth;
        }

        bool auth(const std::string& line) {
            if (!plan().expected_auth.empty() && line != plan().expected_auth) return say("535 5.7.8 wrong");
            return step("AUTH", "235 2.7.0 welcome");
        }

        bool content() {
            std::string line;
            for (bool first = true; read_line(line); first = false) {
                if (first && !behaves_ && plan().cut_before == "body") return false;
                if (line == ".") return dot();
                mail_.octets += line + "\r\n";
            }
            return false;
        }

        bool dot() {
            const auto changed = plan().answers.find("dot");
            const bool kept = behaves_ || (plan().cut_before != "dot" && changed == plan().answers.end());
            if (kept) server_.keep(mail_);
            if (server_.silent_++ < plan().silent_at_dot) {
                std::string rest;
                while (read_line(rest)) {
                }
                return false;
            }
            return step("dot", "250 2.0.0 queued");
        }

        bool secure() {
            ssl_.reset(SSL_new(server_.tls_.get()));
            SSL_set_fd(ssl_.get(), fd_);
            buffer_.clear();
            return SSL_accept(ssl_.get()) == 1;
        }
        bool say(std::string text) {
            text += "\r\n";
            const auto sent = ssl_ ? SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()))
                                   : ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            return sent == static_cast<long>(text.size());
        }
        bool read_line(std::string& out) {
            for (;;) {
                if (const auto end = buffer_.find("\r\n"); end != std::string::npos) {
                    out = buffer_.substr(0, end);
                    buffer_.erase(0, end + 2);
                    return true;
                }
                char octets[16 * 1024];
                const auto size =
                    ssl_ ? SSL_read(ssl_.get(), octets, sizeof(octets)) : ::recv(fd_, octets, sizeof(octets), 0);
                if (size <= 0) return false;
                buffer_.append(octets, static_cast<std::size_t>(size));
            }
        }

        Server& server_;
        const int fd_;
        const bool behaves_;
        bool refused_ = false;
        std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
        std::string buffer_;
        ServedMail mail_;
    };

    void accept_all() {
        for (;;) {
            const int fd = ::accept(listener_, nullptr, nullptr);
            if (fd < 0) return;
            const bool behaves = connections_++ >= behaviour_.times;
            const std::lock_guard lock(mutex_);
            if (stopping_) {
                ::close(fd);
                return;
            }
            open_.push_back(fd);
            most_ = std::max(most_.load(), static_cast<int>(open_.size()));
            threads_.emplace_back([this, fd, behaves] {
                {
                    Connection connection(*this, fd, behaves);
                    connection.run();
                    const std::lock_guard inner(mutex_);
                    std::erase(open_, fd);
                }
            });
        }
    }
    void keep(const ServedMail& mail) {
        const std::lock_guard lock(mutex_);
        mails_.push_back(mail);
    }
    void note(const std::string& command) {
        const std::lock_guard lock(mutex_);
        commands_.push_back(command);
    }

    const ServerBehaviour behaviour_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_{nullptr, SSL_CTX_free};
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<int> connections_{0}, most_{0}, silent_{0};
    mutable std::mutex mutex_;
    std::vector<int> open_;
    std::vector<ServedMail> mails_;
    std::vector<std::string> commands_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace tandem::smtp::test
