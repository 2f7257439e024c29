// A vendor made of scripts: a real listener on a free loopback port, one script per connection, in the order in which
// they come, each on a thread of its own. Byte by byte, cut anywhere, over TLS if wished. Every read has a limit.
#pragma once

#include "tests/support/loopback.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <netinet/tcp.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tandem::test {

class PeerConnection {
public:
    explicit PeerConnection(int fd) : fd_(fd) {
        const timeval limit{20, 0};
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
        const int on = 1;
        setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    PeerConnection(const PeerConnection&) = delete;
    PeerConnection& operator=(const PeerConnection&) = delete;
    ~PeerConnection() { close(); }

    // False when the client does not want this server.
    bool accept_tls(SSL_CTX* context) {
        ssl_.reset(SSL_new(context));
        SSL_set_fd(ssl_.get(), fd_);
        return SSL_accept(ssl_.get()) == 1;
    }
    std::string server_name() const {
        const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
        return name == nullptr ? "" : name;
    }

    // False when the client has gone.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto size = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                   : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    bool send_in_pieces(std::string_view bytes, std::size_t piece) {
        for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
            if (!send(bytes.substr(0, piece))) return false;
        }
        return true;
    }

    // Head and body of one request; throws when it does not come whole.
    std::string read_request() {
        while (buffer_.find("\r\n\r\n") == std::string::npos)
            need_more();
        const std::size_t head = buffer_.find("\r\n\r\n") + 4;
        std::size_t body = 0;
        for (std::size_t at = buffer_.find("\r\n"); at < head; at = buffer_.find("\r\n", at + 2)) {
            static constexpr std::string_view kName = "Content-Length:";
            if (strncasecmp(buffer_.c_str() + at + 2, kName.data(), kName.size()) == 0) {
                body = std::strtoul(buffer_.c_str() + at + 2 + kName.size(), nullptr, 10);
            }
        }
        while (buffer_.size() < head + body)
            need_more();
        std::string request = buffer_.substr(0, head + body);
        buffer_.erase(0, head + body);
        return request;
    }
    void read_bytes(std::size_t size) {
        while (buffer_.size() < size)
            need_more();
    }
    // The next octets; nullopt when the client has gone before.
    std::optional<std::string> take(std::size_t size) {
        while (buffer_.size() < size) {
            if (!fill()) return std::nullopt;
        }
        std::string out = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return out;
    }
    // True when the client closes without sending anything more.
    bool closed_by_client() { return buffer_.empty() && !fill(); }

    // Ends our direction and returns when the client's system knows it.
    void finish() {
        if (ssl_) SSL_shutdown(ssl_.get());
        ::shutdown(fd_, SHUT_WR);
        for (;;) {
            tcp_info info{};
            socklen_t size = sizeof(info);
            if (getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_state != TCP_FIN_WAIT1) return;
            std::this_thread::yield();
        }
    }
    // Ends the connection without TLS's own goodbye.
    void cut() {
        ::shutdown(fd_, SHUT_WR);
        if (ssl_) SSL_set_quiet_shutdown(ssl_.get(), 1);
    }
    // The client gets ECONNRESET.
    void reset() {
        const linger now{1, 0};
        setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        close();
    }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    bool fill() {
        char bytes[16 * 1024];
        const auto size = ssl_ ? SSL_read(ssl_.get(), bytes, sizeof(bytes)) : ::recv(fd_, bytes, sizeof(bytes), 0);
        if (size < 0 && !ssl_ && (errno == EAGAIN || errno == EWOULDBLOCK))
            throw std::runtime_error("client is silent");
        if (size <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(size));
        return true;
    }
    void need_more() {
        if (!fill()) throw std::runtime_error("the client has gone after " + std::to_string(buffer_.size()) + " bytes");
    }

    int fd_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
    std::string buffer_;
};

class ScriptedPeer {
public:
    using Script = std::function<void(PeerConnection&)>;

    explicit ScriptedPeer(std::vector<Script> scripts) : ScriptedPeer(std::move(scripts), {}, {}) {}
    ScriptedPeer(std::vector<Script> scripts,
                 const std::filesystem::path& certificate,
                 const std::filesystem::path& key)
        : scripts_(std::move(scripts)) {
        std::signal(SIGPIPE, SIG_IGN);  // SSL_write to a client that has gone
        if (!certificate.empty()) {
            tls_.reset(SSL_CTX_new(TLS_server_method()));
            if (SSL_CTX_use_certificate_chain_file(tls_.get(), certificate.c_str()) != 1 ||
                SSL_CTX_use_PrivateKey_file(tls_.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
                throw std::runtime_error("bad certificate");
            }
        }
        std::tie(listener_, port_) = listen_anywhere();
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ScriptedPeer(const ScriptedPeer&) = delete;
    ScriptedPeer& operator=(const ScriptedPeer&) = delete;
    ~ScriptedPeer() { stop(); }

    std::uint16_t port() const { return port_; }

    // Waits for all scripts, then says what went wrong in them; "" if nothing. No connection is accepted afterwards.
    std::string trouble() {
        stop();
        return trouble_;
    }
    int connections() const { return connections_; }

private:
    void accept_all() {
        for (;;) {
            const int fd = ::accept(listener_, nullptr, nullptr);
            if (fd < 0) return;
            const auto number = static_cast<std::size_t>(connections_++);
            threads_.emplace_back([this, fd, number] { serve(fd, number); });
        }
    }
    void serve(int fd, std::size_t number) {
        PeerConnection connection(fd);
        try {
            if (number >= scripts_.size()) throw std::runtime_error("nobody expected it");
            if (tls_ && !connection.accept_tls(tls_.get())) return;
            scripts_[number](connection);
        } catch (const std::exception& error) {
            const std::lock_guard lock(mutex_);
            trouble_ += "connection " + std::to_string(number + 1) + ": " + error.what() + "\n";
        }
    }
    void stop() {
        if (!acceptor_.joinable()) return;
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        for (std::thread& thread : threads_)
            thread.join();
        ::close(listener_);
    }

    const std::vector<Script> scripts_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_{nullptr, SSL_CTX_free};
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::mutex mutex_;
    std::string trouble_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace tandem::test
