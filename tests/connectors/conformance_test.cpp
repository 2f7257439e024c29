// The laws that every connector keeps (docs/delivery.md), run over the registry: a new connector is tested by being
// listed. Its connectors/<name>/sample.yaml is the configuration. Laws about hooks apply to connectors that serve one.
#include "connectors/all.hpp"
#include "core/async/timeout.hpp"
#include "core/config/substitution.hpp"
#include "core/connector/supervisor.hpp"
#include "core/net/http_server.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/fake_judge.hpp"
#include "tests/support/loop_thread.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_journal.hpp"
#include "tests/support/run_sync.hpp"
#include "tests/support/socket.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

namespace tandem {
namespace {

using namespace std::chrono_literals;
using connector::InstanceSpec;

std::vector<std::string> connector_names(bool with_hook_only) {
    connector::Registry registry;
    connectors::add_all(registry);
    std::vector<std::string> names;
    for (const auto& connector : registry.all()) {
        const auto& manifest = connector->manifest();
        if (manifest.capabilities.hook || !with_hook_only) names.push_back(manifest.name);
    }
    return names;
}

class Conformance : public ::testing::TestWithParam<std::string> {
protected:
    Conformance() { connectors::add_all(registry_); }

    const connector::Connector& subject() const { return *registry_.find(GetParam()); }

    InstanceSpec sample() const {
        const std::string file = TANDEM_SOURCE_DIR "/connectors/" + GetParam() + "/sample.yaml";
        std::ifstream in(file, std::ios::binary);
        const std::string text(std::istreambuf_iterator<char>(in), {});
        config::Diagnostics diagnostics;
        const config::Environment environment{
            .variable = [](const std::string& name) { return std::optional("value of " + name); }, .file = {}};
        const auto root = config::substitute(config::parse_yaml(text, file, diagnostics), environment, diagnostics);
        const auto entries = root.get("connectors").items();
        EXPECT_FALSE(entries.empty()) << "no sample in " << file;
        InstanceSpec spec;
        if (entries.empty()) return spec;
        spec.name = entries[0].get("name").text();
        spec.connector = GetParam();
        spec.options = entries[0].get("options");
        if (subject().manifest().needs_pack) spec.judge = std::make_shared<test::FakeJudge>();
        spec.fingerprint = "1";
        return spec;
    }

    connector::Registry registry_;
};

INSTANTIATE_TEST_SUITE_P(EveryConnector,
                         Conformance,
                         ::testing::ValuesIn(connector_names(false)),
                         [](const auto& info) { return info.param; });

TEST_P(Conformance, ManifestIsComplete) {
    const auto& manifest = subject().manifest();
    EXPECT_FALSE(manifest.version.empty());
    EXPECT_FALSE(manifest.description.empty());
    EXPECT_NE(manifest.options, nullptr);
    EXPECT_EQ(manifest.streams.empty(), !manifest.capabilities.receive);
}

TEST_P(Conformance, ReadmeShowsTheOptions) {
    std::ifstream in(TANDEM_SOURCE_DIR "/connectors/" + GetParam() + "/README.md", std::ios::binary);
    const std::string readme(std::istreambuf_iterator<char>(in), {});
    const std::string table = config::markdown(*subject().manifest().options);
    EXPECT_NE(readme.find(table), std::string::npos) << "README.md must contain\n" << table;
}

TEST_P(Conformance, ValidateIsPureAndTakesTheSample) {
    const auto spec = sample();
    std::string first, second;
    for (std::string* out : {&first, &second}) {
        config::Diagnostics diagnostics;
        registry_.validate(spec, {}, "connectors[0]", diagnostics);
        *out = diagnostics.to_text();
    }
    EXPECT_EQ(first, "");
    EXPECT_EQ(first, second);
}

TEST_P(Conformance, ValidateRefusesUnknownOptions) {
    auto spec = sample();
    config::Diagnostics diagnostics;
    spec.options = config::parse_yaml("no_such_option: 1", "gw.yaml", diagnostics);
    subject().validate(spec, diagnostics);
    EXPECT_TRUE(diagnostics.has_errors());
}

TEST_P(Conformance, StopIsIdempotentAndValidWithoutStart) {
    test::FakeHost host;
    host.judge_ = std::make_shared<test::FakeJudge>();
    auto instance = subject().open(sample(), host);
    ASSERT_TRUE(instance) << instance.error().text;
    for (int i = 0; i < 3; ++i)
        test::run_sync((*instance)->stop());
}

// Start, cancelled at its first wait or finished before it: stop is valid after either, and again.
TEST_P(Conformance, StopIsValidAfterStartHoweverItEnded) {
    for (const auto limit : {std::chrono::milliseconds(0), std::chrono::milliseconds(5'000)}) {
        SCOPED_TRACE(limit.count());
        test::FakeHost host;
        host.judge_ = std::make_shared<test::FakeJudge>();
        auto instance = subject().open(sample(), host);
        ASSERT_TRUE(instance) << instance.error().text;
        boost::asio::io_context io(1);
        test::run_sync(io, async::with_timeout((*instance)->start(), limit));
        test::run_sync(io, (*instance)->stop());
        test::run_sync(io, (*instance)->stop());
    }
}

TEST_P(Conformance, OpenStartsNothing) {
    test::FakeHost host;
    host.judge_ = std::make_shared<test::FakeJudge>();
    ASSERT_TRUE(subject().open(sample(), host));
    EXPECT_FALSE(host.hook);
    EXPECT_TRUE(host.events.empty());
}

// The whole path: socket, server, supervisor, instance, journal.
class HookConformance : public Conformance {
protected:
    void SetUp() override {
        connector::SupervisorOptions options{.public_url = {}, .clock = clock_};
        options.log = obs::Log::to(
            [this](std::string_view line) {
                const std::lock_guard lock(log_mutex_);
                log_text_ += line;
            },
            obs::Level::Trace, true);
        supervisor_ = std::make_unique<connector::Supervisor>(loop_.io(), registry_, journal_, std::move(options));
        auto spec = sample();
        spec.options = config::Node();  // no rate limit: these laws are about what is taken
        name_ = spec.name;
        loop_.run(supervisor_->apply(std::vector<InstanceSpec>{spec}));
        ASSERT_TRUE(loop_.run(supervisor_->wait_started(10s)));
        net::Router router;
        for (auto& route : supervisor_->routes())
            router.add(std::move(route));
        net::ServerOptions server_options;
        server_options.listen = {{.address = "127.0.0.1", .port = 0, .tls = false}};
        auto server = net::HttpServer::open(loop_.io(), files_, server_options, std::move(router), {});
        ASSERT_TRUE(server) << server.error().text;
        server_ = std::move(*server);
        server_->start();
    }
    void TearDown() override {
        journal_.release();
        if (server_) loop_.run(server_->stop(5s));
        if (supervisor_) EXPECT_TRUE(loop_.run(supervisor_->stop()).empty());
    }

    test::Answer post(std::string_view body, std::string_view headers = {}) {
        test::Socket socket(server_->ports().at(0));
        socket.send(test::post("/hooks/" + name_, body, headers));
        return socket.read_answer().value_or(test::Answer{});
    }
    std::map<std::string, std::uint64_t> counters() { return supervisor_->status().at(0).counters; }

    test::ManualClock clock_;
    test::LoopThread loop_{1};
    async::Pool files_{"files", 1};
    test::MemoryJournal journal_{[this](auto work) { loop_.io().post(std::move(work)); }};
    std::unique_ptr<connector::Supervisor> supervisor_;
    std::unique_ptr<net::HttpServer> server_;
    std::string name_;
    std::mutex log_mutex_;
    std::string log_text_;
};

INSTANTIATE_TEST_SUITE_P(EveryHook, HookConformance, ::testing::ValuesIn(connector_names(true)), [](const auto& info) {
    return info.param;
});

TEST_P(HookConformance, DurableBeforeTheAnswer) {
    journal_.hold();
    test::Socket socket(server_->ports().at(0));
    socket.send(test::post("/hooks/" + name_, "event"));
    while (journal_.waiting() == 0)
        std::this_thread::yield();
    EXPECT_EQ(supervisor_->status().at(0).counters.at("emitted"), 0U);

    journal_.release();

    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status / 100, 2);
    ASSERT_EQ(journal_.events().size(), 1U);
    EXPECT_EQ(journal_.events()[0].instance, name_);
}

TEST_P(HookConformance, ThreeTimesTheSameAtOnceIsStoredThreeTimes) {
    journal_.hold();
    std::vector<std::thread> senders;
    std::atomic<int> good{0};
    for (int i = 0; i < 3; ++i) {
        senders.emplace_back([&] { good += post("same event").status / 100 == 2; });
    }
    while (journal_.waiting() < 3)
        std::this_thread::yield();
    journal_.release();
    for (auto& sender : senders)
        sender.join();

    EXPECT_EQ(good, 3);
    ASSERT_EQ(journal_.events().size(), 3U);
    for (const auto& event : journal_.events())
        EXPECT_EQ(event.raw, "same event");
}

TEST_P(HookConformance, AFullJournalIs503WithRetryAfterAndWorksAgainLater) {
    journal_.set_full(true);
    const auto refused = post("event");
    EXPECT_EQ(refused.status, 503);
    EXPECT_FALSE(refused.header("retry-after").empty());
    EXPECT_TRUE(journal_.events().empty());

    journal_.set_full(false);
    EXPECT_EQ(post("event").status / 100, 2);
    EXPECT_EQ(journal_.events().size(), 1U);
}

TEST_P(HookConformance, TenMebibytesAreStoredByteForByte) {
    std::string body(10 * 1024 * 1024, '\0');
    for (std::size_t i = 0; i < body.size(); ++i)
        body[i] = static_cast<char>(i * 31 % 257);
    EXPECT_EQ(post(body).status / 100, 2);
    ASSERT_EQ(journal_.events().size(), 1U);
    EXPECT_TRUE(journal_.events()[0].raw == body);

    EXPECT_EQ(post(body + "x").status, 413);
    EXPECT_EQ(journal_.events().size(), 1U);
}

TEST_P(HookConformance, BytesThatAreNoTextAreKept) {
    for (const std::string& body : {std::string("{\"t\":\"\xc3\x28\xff\"}"), std::string("a\0b\0\0", 5),
                                    std::string("\xef\xbb\xbf{}"), std::string()}) {
        const std::size_t before = journal_.events().size();
        EXPECT_EQ(post(body).status / 100, 2);
        ASSERT_EQ(journal_.events().size(), before + 1);
        EXPECT_EQ(journal_.events().back().raw, body);
    }
}

TEST_P(HookConformance, WhatIsNotWantedIsAnsweredAndNotStored) {
    EXPECT_EQ(post("reject").status, 403);
    EXPECT_EQ(post("ignore").status, 200);
    EXPECT_EQ(post("challenge").body, "pong");
    EXPECT_TRUE(journal_.events().empty());
}

TEST_P(HookConformance, ABrokenJudgeIs500AndTheInstanceGoesOn) {
    EXPECT_EQ(post("throw").status, 500);
    EXPECT_EQ(post("event").status / 100, 2);
}

TEST_P(HookConformance, KeepsTheObligatoryCounters) {
    post("event");
    post("reject");
    journal_.set_full(true);
    post("event");

    const auto counted = counters();
    EXPECT_EQ(counted.at("received"), 3U);
    EXPECT_EQ(counted.at("received_bytes"), 16U);
    EXPECT_EQ(counted.at("emitted"), 1U);
    EXPECT_EQ(counted.at("rejected:bad signature"), 1U);
    EXPECT_EQ(counted.at("errors:full"), 1U);
    const std::string text = supervisor_->metrics();
    for (const char* name : {"tandem_received_total", "tandem_received_bytes_total", "tandem_emitted_total",
                             "tandem_rejected_total", "tandem_errors_total", "tandem_instance_up"}) {
        EXPECT_NE(text.find(name), std::string::npos) << name;
    }
}

TEST_P(HookConformance, NeitherSecretsNorPayloadReachTheLog) {
    for (const char* body : {"+74951234567 is calling", "reject", "ignore", "throw"}) {
        post(body, "Authorization: Bearer very-secret\r\nX-Signature: c2lnbmF0dXJl\r\n");
    }
    loop_.run(supervisor_->stop());
    const std::lock_guard lock(log_mutex_);
    EXPECT_NE(log_text_.find("\"instance\""), std::string::npos) << "nothing was logged at all";
    for (const char* secret : {"very-secret", "c2lnbmF0dXJl", "74951234567", "is calling"}) {
        EXPECT_EQ(log_text_.find(secret), std::string::npos) << secret;
    }
}

}  // namespace
}  // namespace tandem
