// Many keep-alive HTTP/1.1 connections on one thread (epoll), one request at a time on each: plain sockets and no
// allocation per request, so that one core asks faster than the server under test answers.
#pragma once

#include "core/base/result.hpp"
#include "tests/bench/load/histogram.hpp"
#include "tests/bench/load/request_template.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/epoll.h>
#include <vector>

namespace tandem::bench {

struct LoadOptions {
    std::uint16_t port = 0;  // on 127.0.0.1
    std::size_t connections = 64;
    std::uint64_t requests = 100'000;
    std::uint64_t first = 1;           // number of the first request
    double rate = 0;                   // requests per second at most; 0: as fast as answers come
    std::chrono::seconds silence{60};  // without any answer for so long the run has failed
};

struct LoadReport {
    std::map<int, std::uint64_t> statuses;
    std::uint64_t broken = 0;  // connections that ended before their answer was whole
    double seconds = 0;
    Histogram latency;  // first byte handed to the system until the last byte of the answer
};

class Client {
public:
    Client(LoadOptions options, RequestTemplate requests);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Failure: no connection, more broken connections than connections, silence, or an answer that cannot be read.
    Result<LoadReport> run();

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Connection {
        int socket = -1;
        std::string request;
        std::size_t sent = 0;
        bool writing = false;  // waits for room in the socket
        bool busy = false;
        Time started;
        std::array<char, 16'384> buffer;
        std::size_t filled = 0;  // of the head, while it is not whole
        std::size_t body_left = 0;
        int status = 0;  // 0: the head is not whole yet
    };

    Result<void> connect(Connection& connection);
    Result<void> loop();
    bool due(Time now) const;
    Result<void> start_idle(Time now);
    Result<void> begin(Connection& connection, Time now);
    Result<void> write(Connection& connection);
    Result<void> read(Connection& connection);
    Result<bool> take(Connection& connection, std::size_t got);
    Result<void> finish(Connection& connection);
    Result<void> broken(Connection& connection);
    Result<void> watch(Connection& connection, bool writing, int operation = EPOLL_CTL_MOD);

    LoadOptions options_;
    RequestTemplate requests_;
    int epoll_ = -1;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<Connection*> idle_;
    std::uint64_t begun_ = 0;
    std::uint64_t ended_ = 0;
    Time begin_;
    LoadReport report_;
};

}  // namespace tandem::bench
