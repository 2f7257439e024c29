// A running server on a free port with a few routes that show what arrived.
#pragma once

#include "core/async/offload.hpp"
#include "core/async/wait.hpp"
#include "core/net/http_server.hpp"
#include "tests/support/becomes.hpp"
#include "tests/support/loop_thread.hpp"
#include "tests/support/socket.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

namespace tandem::net {

using async::Task;
using test::becomes;

class HttpServerTest : public ::testing::TestWithParam<unsigned> {
protected:
    static ServerOptions local() {
        ServerOptions options;
        options.listen = {{.address = "127.0.0.1", .port = 0, .tls = false}};
        return options;
    }

    void start(ServerOptions options = local(), obs::Log log = {}) {
        Router router;
        router.add({"POST", "/echo", [](HttpRequest request, PathParameters) -> Task<HttpReply> {
                        co_return HttpResponse{.content_type = "application/octet-stream", .body = request.body};
                    }});
        router.add({"GET", "/hello/{name}", [](HttpRequest, PathParameters parameters) -> Task<HttpReply> {
                        co_return HttpResponse{.content_type = "text/plain", .body = parameters.at(0).second};
                    }});
        router.add({"GET", "/bye", [](HttpRequest, PathParameters) -> Task<HttpReply> {
                        co_return HttpResponse{.body = "bye", .close = true};
                    }});
        router.add({"GET", "/throws", [](HttpRequest, PathParameters) -> Task<HttpReply> {
                        throw std::runtime_error("broken handler");
                        co_return HttpResponse{};
                    }});
        router.add({"GET", "/sleeps", [this](HttpRequest, PathParameters) { return sleep(); }});
        router.add({"GET", "/waits", [this](HttpRequest, PathParameters) { return wait_for_gate(); }});
        router.add({"GET", "/ticks", [](HttpRequest request, PathParameters) -> Task<HttpReply> {
                        const int count = std::stoi(std::string(request.query()));
                        co_return StreamingResponse{.content_type = "text/event-stream",
                                                    .body = [count](ResponseStream& out) { return ticks(out, count); }};
                    }});
        router.add({"GET", "/feed", [this](HttpRequest, PathParameters) -> Task<HttpReply> {
                        co_return StreamingResponse{.content_type = "text/event-stream",
                                                    .body = [this](ResponseStream& out) { return feed(out); }};
                    }});
        router.add({"GET", "/flood", [this](HttpRequest, PathParameters) -> Task<HttpReply> {
                        co_return StreamingResponse{.content_type = "text/plain",
                                                    .body = [this](ResponseStream& out) { return flood(out); }};
                    }});
        auto opened = HttpServer::open(loop_.io(), files_, std::move(options), std::move(router), std::move(log));
        ASSERT_TRUE(opened) << opened.error().text;
        server_ = std::move(*opened);
        server_->start();
    }

    void TearDown() override {
        open_gate_ = true;
        if (server_) stop(std::chrono::seconds(10));
    }

    void stop(std::chrono::milliseconds limit) { loop_.run(server_->stop(limit)); }
    std::uint16_t port() const { return server_->ports().at(0); }
    test::Socket connect() const { return test::Socket(port()); }

    Task<HttpReply> sleep() {
        ++sleeping_;
        co_await async::sleep_for(std::chrono::hours(1));
        co_return HttpResponse{};
    }
    Task<HttpReply> wait_for_gate() {
        ++waiting_;
        while (!open_gate_)
            co_await async::sleep_for(std::chrono::milliseconds(1));
        co_return HttpResponse{.body = "done"};
    }
    static Task<void> ticks(ResponseStream& out, int count) {
        for (int i = 0; i < count; ++i)
            co_await out.write("data: " + std::to_string(i) + "\n\n");
    }
    Task<void> feed(ResponseStream& out) {
        co_await out.write("data: first\n\n");
        ++sleeping_;
        co_await async::sleep_for(std::chrono::hours(1));
    }
    Task<void> flood(ResponseStream& out) {
        const std::string chunk(64 * 1024, 'x');
        while (co_await out.write(chunk))
            ++flooded_;
        flood_ended_ = true;
    }

    std::atomic<int> sleeping_{0}, waiting_{0}, flooded_{0};
    std::atomic<bool> open_gate_{false}, flood_ended_{false};
    test::LoopThread loop_{1};
    async::Pool files_{"files", 1};
    std::unique_ptr<HttpServer> server_;
};

}  // namespace tandem::net
