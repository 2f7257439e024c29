// The bare server for webhook_load: POST / with a small body, answered "ok". With --journal it writes every body to a
// SQLite journal first, which is what a webhook costs without its verification.
//
//   http_server_bench --port 18080 --journal FOLDER &  webhook_load --port 18080 --target /hooks/bench ...
#include "connectors/all.hpp"
#include "core/connector/supervisor.hpp"
#include "core/journal/journal.hpp"
#include "core/net/http_server.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <filesystem>

namespace {

using namespace tandem;

// Accepts everything: what verification costs is measured with the packs.
class AcceptAll final : public connector::Judge {
public:
    const std::vector<std::string>& methods() const override {
        static const std::vector<std::string> kMethods = {"POST"};
        return kMethods;
    }
    connector::Reception judge(const net::HttpRequest&, std::string_view url, Instant) const override {
        return {.verdict = connector::Verdict::Accepted,
                .store = true,
                .status = 200,
                .content_type = "text/plain",
                .body = "ok",
                .reason = {},
                .envelope = "{\"url\":\"" + std::string(url) + "\"}"};
    }
};

async::Task<net::HttpReply> answer(net::HttpRequest, net::PathParameters) {
    co_return net::HttpResponse{.content_type = "text/plain", .body = "ok"};
}

async::Task<void> run_until_signal(connector::Supervisor* supervisor, net::HttpServer& server) {
    if (supervisor != nullptr) {
        connector::InstanceSpec spec;
        spec.name = "bench";
        spec.connector = "http";
        spec.judge = std::make_shared<AcceptAll>();
        std::vector<connector::InstanceSpec> specs(1, std::move(spec));
        co_await supervisor->apply(std::move(specs));
    }
    server.start();
    fmt::print("listening on port {}\n", server.ports().at(0));
    std::fflush(stdout);
    boost::asio::signal_set signals(co_await boost::asio::this_coro::executor, SIGINT, SIGTERM);
    co_await signals.async_wait(boost::asio::use_awaitable);
    co_await server.stop(std::chrono::seconds(1));
    if (supervisor != nullptr) co_await supervisor->stop();
}

}  // namespace

int main(int argc, char** argv) {
    std::uint16_t port = 18'080;
    std::string folder;
    CLI::App app("The bare HTTP server for measurements");
    app.add_option("--port", port, "0: any")->capture_default_str();
    app.add_option("--journal", folder, "Folder for a journal; POST /hooks/bench is durable then");
    CLI11_PARSE(app, argc, argv);

    const SystemClock clock;
    const obs::Log log = obs::Log::to_stderr(obs::Level::Warn, false);
    async::Io io;
    async::Pool files("files", 1);
    connector::Registry registry;
    connectors::add_all(registry);
    net::Router router;
    router.add({.method = "POST", .pattern = "/", .handler = answer});

    std::unique_ptr<journal::Journal> journal;
    std::unique_ptr<connector::Supervisor> supervisor;
    if (!folder.empty()) {
        journal::JournalOptions options;
        options.file = std::filesystem::path(folder) / "journal.db";
        auto opened = journal::Journal::open(options, [&io](auto work) { io.post(std::move(work)); }, clock);
        if (!opened) return fmt::print(stderr, "{}\n", opened.error().text), 1;
        journal = std::move(*opened);
        connector::SupervisorOptions supervised{.public_url = {}, .clock = clock, .log = log};
        supervisor = std::make_unique<connector::Supervisor>(io, registry, *journal, std::move(supervised));
        for (auto& route : supervisor->routes())
            router.add(std::move(route));
    }
    net::ServerOptions options;
    options.listen = {{.address = "127.0.0.1", .port = port, .tls = false}};
    auto server = net::HttpServer::open(io, files, std::move(options), std::move(router), log);
    if (!server) return fmt::print(stderr, "{}\n", server.error().text), 1;
    boost::asio::co_spawn(io.context(), run_until_signal(supervisor.get(), **server), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
    io.run();
    if (journal) journal->close();
    return 0;
}
