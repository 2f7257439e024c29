#include "tests/bench/load/client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace tandem::bench {

namespace {

Error system_error(const std::string& what) {
    return config_error(what + ": " + std::strerror(errno));
}

struct Head {
    int status = 0;
    std::size_t size = 0;
    std::size_t body = 0;
};

std::optional<std::size_t> content_length(std::string_view head) {
    constexpr std::string_view kName = "\r\ncontent-length:";
    const auto found = std::search(head.begin(), head.end(), kName.begin(), kName.end(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
    });
    if (found == head.end()) return std::nullopt;
    auto text = head.substr(static_cast<std::size_t>(found - head.begin()) + kName.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::size_t length = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), length).ec != std::errc()) return std::nullopt;
    return length;
}

// Status 0: not whole yet. Failure: no HTTP/1.1 answer with a Content-Length.
Result<Head> parse_head(std::string_view text) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return Head{};
    const auto head = text.substr(0, end + 2);
    Head out{.status = 0, .size = end + 4, .body = 0};
    if (!head.starts_with("HTTP/1.1 ") ||
        std::from_chars(head.data() + 9, head.data() + head.size(), out.status).ec != std::errc()) {
        return fail(config_error("no HTTP/1.1 answer: " + std::string(head)));
    }
    const auto length = content_length(head);
    if (!length && out.status != 204) return fail(config_error("no Content-Length: " + std::string(head)));
    out.body = length.value_or(0);
    return out;
}

}  // namespace

Client::Client(LoadOptions options, RequestTemplate requests)
    : options_(options), requests_(std::move(requests)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Client::~Client() {
    for (const auto& connection : connections_) {
        if (connection->socket >= 0) ::close(connection->socket);
    }
    if (epoll_ >= 0) ::close(epoll_);
}

Result<LoadReport> Client::run() {
    if (epoll_ < 0) return fail(system_error("epoll"));
    for (std::size_t i = 0; i < options_.connections; ++i) {
        connections_.push_back(std::make_unique<Connection>());
        if (auto ok = connect(*connections_.back()); !ok) return fail(std::move(ok.error()));
        idle_.push_back(connections_.back().get());
    }
    begin_ = std::chrono::steady_clock::now();
    if (auto ok = loop(); !ok) return fail(std::move(ok.error()));
    report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    return std::move(report_);
}

Result<void> Client::connect(Connection& connection) {
    connection.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection.socket < 0) return fail(system_error("socket"));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(connection.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail(system_error("connect"));
    }
    const int on = 1;
    ::setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(connection.socket, F_SETFL, O_NONBLOCK);
    return watch(connection, false, EPOLL_CTL_ADD);
}

Result<void> Client::watch(Connection& connection, bool writing, int operation) {
    epoll_event event{};
    event.events = EPOLLIN | (writing ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
    event.data.ptr = &connection;
    connection.writing = writing;
    if (::epoll_ctl(epoll_, operation, connection.socket, &event) != 0) return fail(system_error("epoll_ctl"));
    return {};
}

Result<void> Client::loop() {
    std::array<epoll_event, 256> events;
    Time heard = begin_;
    while (ended_ < options_.requests) {
        const Time now = std::chrono::steady_clock::now();
        if (now - heard > options_.silence) return fail(config_error("no answer for too long"));
        if (auto ok = start_idle(now); !ok) return ok;
        const bool paced = options_.rate > 0 && !idle_.empty() && begun_ < options_.requests;
        const int count = ::epoll_wait(epoll_, events.data(), events.size(), paced ? 1 : 1000);
        if (count < 0 && errno != EINTR) return fail(system_error("epoll_wait"));
        if (count > 0) heard = now;
        for (int i = 0; i < count; ++i) {
            auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            const auto what = events[static_cast<std::size_t>(i)].events;
            if (what & EPOLLOUT) {
                if (auto ok = write(connection); !ok) return ok;
            }
            if (what & (EPOLLIN | EPOLLERR | EPOLLHUP)) {
                if (auto ok = read(connection); !ok) return ok;
            }
        }
    }
    return {};
}

bool Client::due(Time now) const {
    if (begun_ >= options_.requests) return false;
    return options_.rate <= 0 ||
           static_cast<double>(begun_) <= std::chrono::duration<double>(now - begin_).count() * options_.rate;
}

Result<void> Client::start_idle(Time now) {
    while (!idle_.empty() && due(now)) {
        Connection* connection = idle_.back();
        idle_.pop_back();
        if (auto ok = begin(*connection, now); !ok) return ok;
    }
    return {};
}

Result<void> Client::begin(Connection& connection, Time now) {
    requests_.render(options_.first + begun_++, connection.request);
    connection.sent = 0;
    connection.filled = 0;
    connection.body_left = 0;
    connection.status = 0;
    connection.busy = true;
    connection.started = now;
    return write(connection);
}

Result<void> Client::write(Connection& connection) {
    while (connection.sent < connection.request.size()) {
        const auto sent = ::send(connection.socket, connection.request.data() + connection.sent,
                                 connection.request.size() - connection.sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) return watch(connection, true);
        if (sent < 0) return broken(connection);
        connection.sent += static_cast<std::size_t>(sent);
    }
    return connection.writing ? watch(connection, false) : Result<void>();
}

Result<void> Client::read(Connection& connection) {
    const std::size_t from = connection.status == 0 ? connection.filled : 0;
    if (from == connection.buffer.size()) return fail(config_error("the head of an answer is too long"));
    const auto got = ::recv(connection.socket, connection.buffer.data() + from, connection.buffer.size() - from, 0);
    if (got < 0 && errno == EAGAIN) return {};
    if (got <= 0) return broken(connection);
    auto whole = take(connection, static_cast<std::size_t>(got));
    if (!whole) return fail(std::move(whole.error()));
    return *whole ? finish(connection) : Result<void>();
}

// True when the answer is whole.
Result<bool> Client::take(Connection& connection, std::size_t got) {
    if (!connection.busy) return fail(config_error("an answer that nobody asked for"));
    if (connection.status == 0) {
        connection.filled += got;
        auto head = parse_head({connection.buffer.data(), connection.filled});
        if (!head) return fail(std::move(head.error()));
        if (head->status == 0) return false;
        connection.status = head->status;
        connection.body_left = head->body;
        got = connection.filled - head->size;
    }
    if (got > connection.body_left) return fail(config_error("more bytes than the answer has"));
    connection.body_left -= got;
    return connection.body_left == 0;
}

Result<void> Client::finish(Connection& connection) {
    const Time now = std::chrono::steady_clock::now();
    report_.latency.add(static_cast<std::uint64_t>((now - connection.started).count()));
    ++report_.statuses[connection.status];
    ++ended_;
    connection.busy = false;
    if (options_.rate <= 0 && due(now)) return begin(connection, now);
    idle_.push_back(&connection);
    return {};
}

Result<void> Client::broken(Connection& connection) {
    ++report_.broken;
    if (report_.broken > options_.connections) return fail(config_error("the server closes connections"));
    ::close(connection.socket);
    if (connection.busy) {
        ++ended_;
        connection.busy = false;
        idle_.push_back(&connection);
    }
    return connect(connection);
}

}  // namespace tandem::bench
