// webhook_load: sends one webhook after another to a server on this machine and prints what came back as JSON.
#include "tests/bench/load/client.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

namespace tandem::bench {

namespace {

struct Arguments {
    LoadOptions load;
    TemplateOptions request;
    std::string body_file;
    std::string targets_file;
    std::uint64_t silence = 60;
};

void describe(CLI::App& app, Arguments& arguments) {
    app.add_option("--port", arguments.load.port, "Port on 127.0.0.1")->required();
    app.add_option("--connections", arguments.load.connections, "Keep-alive connections")->check(CLI::Range(1, 10'000));
    app.add_option("--requests", arguments.load.requests, "Requests in all");
    app.add_option("--first", arguments.load.first, "Number of the first request");
    app.add_option("--rate", arguments.load.rate, "At most so many requests per second; 0: no limit");
    app.add_option("--silence", arguments.silence, "Seconds without any answer after which the run has failed");
    app.add_option("--method", arguments.request.method, "HTTP method");
    app.add_option("--target", arguments.request.targets, "Path, e.g. /hooks/telegram");
    app.add_option("--targets", arguments.targets_file, "File with a path in each line, used in turn");
    app.add_option("--header", arguments.request.headers, "'Name: value'");
    app.add_option("--body", arguments.body_file, "File with the body; {n} number, {c} customer, {t} seconds");
    app.add_option("--customers", arguments.request.customers, "Customers that {c} is spread over");
    app.add_option("--sign", arguments.request.sign, "Signature of each body: viber:SECRET or meta:SECRET");
}

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(config_error("cannot read " + path));
    return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<void> read_files(Arguments& arguments) {
    if (!arguments.body_file.empty()) {
        auto body = read_file(arguments.body_file);
        if (!body) return fail(std::move(body.error()));
        arguments.request.body = std::move(*body);
    }
    if (arguments.targets_file.empty()) return {};
    std::ifstream file(arguments.targets_file);
    for (std::string line; std::getline(file, line);)
        arguments.request.targets.push_back(line);
    if (arguments.request.targets.empty()) return fail(config_error("no path in " + arguments.targets_file));
    return {};
}

void print(const LoadReport& report) {
    std::string statuses;
    std::uint64_t good = 0;
    for (const auto& [status, count] : report.statuses) {
        statuses += fmt::format("{}\"{}\":{}", statuses.empty() ? "" : ",", status, count);
        if (status >= 200 && status < 300) good += count;
    }
    const auto milliseconds = [&](double q) { return static_cast<double>(report.latency.quantile(q)) / 1e6; };
    fmt::print(
        "{{\"requests\":{},\"good\":{},\"statuses\":{{{}}},\"broken\":{},\"seconds\":{:.3f},\"rate\":{:.0f},"
        "\"p50_ms\":{:.3f},\"p90_ms\":{:.3f},\"p99_ms\":{:.3f},\"p999_ms\":{:.3f},\"max_ms\":{:.3f}}}\n",
        report.latency.count() + report.broken, good, statuses, report.broken, report.seconds,
        static_cast<double>(good) / report.seconds, milliseconds(0.5), milliseconds(0.9), milliseconds(0.99),
        milliseconds(0.999), static_cast<double>(report.latency.max()) / 1e6);
}

Result<void> run(Arguments arguments) {
    if (auto ok = read_files(arguments); !ok) return ok;
    arguments.load.silence = std::chrono::seconds(arguments.silence);
    arguments.request.host = fmt::format("127.0.0.1:{}", arguments.load.port);
    auto requests = RequestTemplate::parse(std::move(arguments.request));
    if (!requests) return fail(std::move(requests.error()));
    auto report = Client(arguments.load, std::move(*requests)).run();
    if (!report) return fail(std::move(report.error()));
    print(*report);
    return {};
}

}  // namespace

}  // namespace tandem::bench

int main(int argc, char** argv) {
    CLI::App app("Sends webhooks as fast as they are answered");
    tandem::bench::Arguments arguments;
    tandem::bench::describe(app, arguments);
    CLI11_PARSE(app, argc, argv);
    if (auto ok = tandem::bench::run(std::move(arguments)); !ok) {
        std::cerr << "webhook_load: " << ok.error().text << "\n";
        return 1;
    }
    return 0;
}
