#include "connectors/http/receiver.hpp"

#include "connectors/http/connector.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/fake_judge.hpp"
#include "tests/support/run_sync.hpp"

#include <gtest/gtest.h>

namespace tandem::http {
namespace {

class ReceiverTest : public ::testing::Test {
protected:
    ReceiverTest() { host_.judge_ = std::make_shared<test::FakeJudge>(); }

    void start(Config config = {}) {
        receiver_ = std::make_unique<Receiver>(config, host_);
        ASSERT_TRUE(test::run_sync(receiver_->start()));
    }
    net::HttpResponse post(std::string body) { return send("POST", std::move(body)); }
    net::HttpResponse send(std::string method, std::string body = {}) {
        net::HttpRequest request;
        request.method = std::move(method);
        request.target = "/hooks/sms?x=%201";
        request.headers = {{"Content-Type", "application/json"}, {"Authorization", "secret"}};
        request.body = std::move(body);
        return std::get<net::HttpResponse>(test::run_sync(host_.hook(std::move(request))));
    }
    static std::string header(const net::HttpResponse& response, std::string_view name) {
        for (const auto& one : response.headers) {
            if (one.name == name) return one.value;
        }
        return {};
    }

    test::FakeHost host_;
    std::unique_ptr<Receiver> receiver_;
};

TEST_F(ReceiverTest, StoresTheExactBytesAndAnswersAsThePackSays) {
    start();
    const std::string body("{\"a\":\"\xff\0\"}", 10);

    const auto answer = post(body);

    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.body, "thanks");
    EXPECT_EQ(answer.content_type, "text/plain");
    ASSERT_EQ(host_.events.size(), 1U);
    EXPECT_EQ(host_.events[0].raw, body);
    EXPECT_EQ(host_.events[0].content_type, "application/json");
    EXPECT_EQ(host_.events[0].received_at, host_.time.now());
    EXPECT_EQ(host_.events[0].envelope, R"({"url":"https://gw/hooks/sms?x=%201"})");
}

TEST_F(ReceiverTest, StoresNothingThatThePackDoesNotWant) {
    start();

    EXPECT_EQ(post("reject").status, 403);
    EXPECT_EQ(post("ignore").body, "ok");
    EXPECT_EQ(post("challenge").body, "pong");

    EXPECT_TRUE(host_.events.empty());
    const std::map<std::string, std::uint64_t> counted{{"rejected:bad signature", 1}, {"ignored:unknown event", 1}};
    EXPECT_EQ(host_.counters, counted);
}

TEST_F(ReceiverTest, TellsWhichMethodsTheVendorUses) {
    start();
    for (const auto* method : {"TRACE", "DELETE", "HEAD", "post"}) {
        const auto refused = send(method);
        EXPECT_EQ(refused.status, 405) << method;
        EXPECT_EQ(refused.content_type, "application/problem+json");
        EXPECT_EQ(header(refused, "Allow"), "GET, POST, OPTIONS");
    }
    const auto options = send("OPTIONS");
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(header(options, "Allow"), "GET, POST, OPTIONS");
    EXPECT_EQ(host_.counters.at("rejected:method not allowed"), 4U);
    EXPECT_TRUE(host_.events.empty());
}

TEST_F(ReceiverTest, AFullJournalIs503WithTheTimeToComeBack) {
    start();
    host_.refusal = full("backlog");
    EXPECT_EQ(post("x").status, 503);
    EXPECT_EQ(header(post("x"), "Retry-After"), "5");

    host_.refusal->retry_after = std::chrono::milliseconds(1'500);
    EXPECT_EQ(header(post("x"), "Retry-After"), "2");
}

TEST_F(ReceiverTest, AnyOtherFailureToStoreIs503Too) {
    start();
    host_.refusal = corrupt("disk");
    EXPECT_EQ(post("x").status, 503);
}

TEST_F(ReceiverTest, RequestsAboveTheRateGet429) {
    start({.rate_limit = 2, .burst = 3});
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(post("x").status, 202);

    const auto refused = post("x");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header(refused, "Retry-After"), "1");
    EXPECT_EQ(host_.counters.at("throttled"), 1U);

    host_.time.advance(std::chrono::milliseconds(500));
    EXPECT_EQ(post("x").status, 202);
    EXPECT_EQ(host_.events.size(), 4U);
}

TEST_F(ReceiverTest, ThePacksWarningsAreLogged) {
    std::string lines;
    host_.log_ = obs::Log::to([&lines](std::string_view line) { lines += line; }, obs::Level::Warn, false);
    start();
    EXPECT_NE(lines.find("not verified"), std::string::npos);
}

TEST(HttpConnector, NeedsAPack) {
    test::FakeHost host;
    const auto opened = connector()->open({}, host);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::Config);
    EXPECT_TRUE(connector()->manifest().needs_pack);
}

}  // namespace
}  // namespace tandem::http
