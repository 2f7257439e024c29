// Blocking HTTP over a plain socket, byte by byte if a test wants: what a badly behaved client would send. Every read
// has a limit, so a server that says nothing fails the test instead of hanging it.
#pragma once

#include <arpa/inet.h>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace tandem::test {

struct Answer {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;

    std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

class Socket {
public:
    explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval limit{20, 0};
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
        const int on = 1;
        setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
            const int error = errno;
            ::close(fd_);
            throw std::runtime_error(std::string("connect: ") + std::strerror(error));
        }
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}
    ~Socket() {
        if (fd_ >= 0) ::close(fd_);
    }

    // False when the peer has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    void finish_sending() { ::shutdown(fd_, SHUT_WR); }

    // The next complete response; nullopt when the peer closed before it was complete. Throws after the limit.
    std::optional<Answer> read_answer(bool head_only = false) {
        auto end = find("\r\n\r\n");
        if (!end) return std::nullopt;
        Answer answer = parse_head(buffer_.substr(0, *end));
        buffer_.erase(0, *end + 4);
        if (head_only || answer.status < 200 || answer.status == 204 || answer.status == 304) return answer;
        if (answer.header("transfer-encoding") == "chunked") return read_chunks(std::move(answer));
        const auto length = answer.headers.find("content-length");
        if (length == answer.headers.end()) {
            while (fill()) {
            }
            answer.body = std::exchange(buffer_, {});
            return answer;
        }
        const std::size_t size = std::stoul(length->second);
        while (buffer_.size() < size) {
            if (!fill()) return std::nullopt;
        }
        answer.body = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return answer;
    }
    // The head of a streaming response; chunks follow with read_chunk().
    std::optional<Answer> read_head() { return read_answer(true); }
    // nullopt at the end of the body or of the connection; see ended_properly.
    std::optional<std::string> read_chunk() {
        const auto line = find("\r\n");
        if (!line) return std::nullopt;
        const std::size_t size = std::stoul(buffer_.substr(0, *line), nullptr, 16);
        while (buffer_.size() < *line + 2 + size + 2) {
            if (!fill()) return std::nullopt;
        }
        std::string chunk = buffer_.substr(*line + 2, size);
        buffer_.erase(0, *line + 2 + size + 2);
        last_chunk_seen = size == 0;
        if (size == 0) return std::nullopt;
        return chunk;
    }
    bool last_chunk_seen = false;

    // True when the peer closes without sending anything more.
    bool closed() { return buffer_.empty() && !fill(); }

private:
    bool fill() {
        char bytes[16 * 1024];
        const auto size = ::recv(fd_, bytes, sizeof(bytes), 0);
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("no answer in time");
        if (size <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(size));
        return true;
    }
    std::optional<std::size_t> find(std::string_view text) {
        for (;;) {
            if (const auto at = buffer_.find(text); at != std::string::npos) return at;
            if (!fill()) return std::nullopt;
        }
    }
    std::optional<Answer> read_chunks(Answer answer) {
        while (auto chunk = read_chunk())
            answer.body += *chunk;
        if (!last_chunk_seen) return std::nullopt;
        return answer;
    }
    static Answer parse_head(const std::string& text) {
        Answer answer;
        answer.status = std::stoi(text.substr(text.find(' ') + 1));
        std::size_t at = text.find("\r\n");
        while (at != std::string::npos) {
            const auto next = text.find("\r\n", at + 2);
            const std::string line = text.substr(at + 2, next == std::string::npos ? next : next - at - 2);
            const auto colon = line.find(": ");
            std::string name = line.substr(0, colon);
            for (char& c : name)
                c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            answer.headers[name] = colon == std::string::npos ? "" : line.substr(colon + 2);
            at = next;
        }
        return answer;
    }

    int fd_;
    std::string buffer_;
};

inline std::string get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n";
}
inline std::string post(std::string_view target, std::string_view body, std::string_view headers = {}) {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

}  // namespace tandem::test
