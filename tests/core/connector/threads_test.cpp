// Server and supervisor on four io threads: strands, not luck, must keep the state of each part apart (run with TSan).
#include "core/connector/supervisor.hpp"
#include "core/net/http_server.hpp"
#include "tests/support/loop_thread.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_journal.hpp"
#include "tests/support/scripted_connector.hpp"
#include "tests/support/socket.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace tandem::connector {
namespace {

using namespace std::chrono_literals;

InstanceSpec named(const std::string& name, const std::string& fingerprint) {
    InstanceSpec spec;
    spec.name = name;
    spec.connector = "scripted";
    spec.fingerprint = fingerprint;
    return spec;
}

// Stores the body, counts on the instance's strand without a lock, answers. The script owns the handler, so it is not
// owned by it.
net::HttpHandler storing(test::Script* script, std::shared_ptr<int> unprotected) {
    return [script, unprotected](net::HttpRequest request) -> async::Task<net::HttpReply> {
        ++*unprotected;
        Batch batch;
        batch.events.emplace_back().raw = std::move(request.body);
        auto stored = co_await script->host.load()->emit(std::move(batch));
        ++*unprotected;
        co_return stored ? net::HttpResponse{.body = "ok"} : net::problem(503, "");
    };
}

TEST(SeveralIoThreads, ServeReloadAndStopWithoutRaces) {
    constexpr int kClients = 8;
    constexpr int kRequests = 40;
    test::ManualClock clock;
    test::LoopThread loop(4);
    async::Pool files("files", 1);
    test::MemoryJournal journal([&](auto work) { loop.io().post(std::move(work)); });
    auto steady = std::make_shared<test::Script>();
    auto changing = std::make_shared<test::Script>();
    auto counter = std::make_shared<int>(0);
    steady->hook = storing(steady.get(), counter);
    Manifest manifest;
    manifest.name = "scripted";
    manifest.capabilities.receive = true;
    manifest.streams = {""};
    Registry registry;
    registry.add(std::make_unique<test::ScriptedConnector>(
        manifest, std::map<std::string, std::shared_ptr<test::Script>>{{"steady", steady}, {"changing", changing}}));
    Supervisor supervisor(loop.io(), registry, journal, {.public_url = {}, .clock = clock});
    loop.run(supervisor.apply(std::vector<InstanceSpec>{named("steady", "1"), named("changing", "0")}));
    ASSERT_TRUE(loop.run(supervisor.wait_started(10s)));
    net::Router router;
    for (auto& route : supervisor.routes())
        router.add(std::move(route));
    net::ServerOptions options;
    options.listen = {{.address = "127.0.0.1", .port = 0, .tls = false}};
    options.timeouts.idle = 20ms;  // keeps the sweeper busy
    auto server = net::HttpServer::open(loop.io(), files, options, std::move(router), {});
    ASSERT_TRUE(server);
    (*server)->start();

    std::atomic<int> good{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < kClients; ++i) {
        clients.emplace_back([&, port = (*server)->ports().at(0)] {
            for (int n = 0; n < kRequests; ++n) {
                test::Socket socket(port);
                socket.send(test::post("/hooks/steady", "event"));
                const auto answer = socket.read_answer();
                good += answer && answer->status == 200;
            }
        });
    }
    for (int i = 1; i <= 10; ++i) {
        loop.run(
            supervisor.apply(std::vector<InstanceSpec>{named("steady", "1"), named("changing", std::to_string(i))}));
        EXPECT_EQ(supervisor.status().size(), 2U);
    }
    for (auto& client : clients)
        client.join();
    loop.run((*server)->stop(5s));
    EXPECT_TRUE(loop.run(supervisor.stop()).empty());

    EXPECT_EQ(good, kClients * kRequests);
    EXPECT_EQ(*counter, 2 * kClients * kRequests);
    EXPECT_EQ(journal.events().size(), static_cast<std::size_t>(kClients * kRequests));
    EXPECT_EQ(steady->started, 1);
    EXPECT_EQ(changing->stopped, 11);
}

}  // namespace
}  // namespace tandem::connector
