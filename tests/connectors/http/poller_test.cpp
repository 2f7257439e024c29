#include "connectors/http/poller.hpp"

#include "connectors/http/receiver.hpp"
#include "tests/connectors/http/calls_fixture.hpp"

#include <algorithm>

namespace tandem::http {
namespace {

using namespace std::chrono_literals;
using connector::State;
using Asked = std::vector<std::string>;

class PollerTest : public CallsTest {
protected:
    static connector::Poll inbox() {
        connector::Poll poll;
        poll.name = "inbox";
        poll.timeout = 20s;
        poll.requests = 6'000;
        poll.pages = 100;
        return poll;
    }

    // Runs the polls until the vendor holds `held` requests.
    void poll(connector::Poll wanted, Answers answers, std::size_t held = 1, Config config = {}) {
        caller_->polls_ = {std::move(wanted)};
        serve(std::move(answers));
        Receiver receiver(config, host_, {.backoff = {.first = 1ms, .limit = 5ms}, .human = 2ms});
        EXPECT_TRUE(loop_.run(receiver.start()));
        EXPECT_TRUE(vendor_->held(held));
        loop_.run(receiver.stop());
    }

    Asked stored() const {
        Asked out;
        for (const auto& event : host_.events)
            out.push_back(event.raw);
        return out;
    }
};

TEST_F(PollerTest, StoresPageAfterPageThenTheCursor) {
    poll(inbox(), {{"/inbox", {{200, "keep one next=2 cursor=a"}}},
                   {"/inbox/page:2", {{200, "keep two next=3"}}},
                   {"/inbox/page:3", {{200, "keep three cursor=c"}}}});

    EXPECT_EQ(vendor_->asked(), (Asked{"GET /inbox", "GET /inbox/page:2", "GET /inbox/page:3", "GET /inbox/cursor:c"}));
    EXPECT_EQ(stored(), (Asked{"keep one next=2 cursor=a", "keep two next=3", "keep three cursor=c"}));
    EXPECT_EQ(host_.cursors["poll:inbox"], (Asked{"c"}));
    EXPECT_EQ(host_.events[1].envelope, R"({"poll":"inbox"})");
    EXPECT_EQ(host_.events[1].content_type, "text/plain");
    EXPECT_EQ(host_.counters.at("poll_runs:inbox"), 1U);
}

TEST_F(PollerTest, GoesOnAtTheStoredCursorAndBeginsABrokenRunAgain) {
    poll(inbox(), {{"/inbox", {{200, "keep one cursor=a"}}}, {"/inbox/cursor:a", {{200, "keep two next=2 cursor=b"}}}});
    EXPECT_EQ(host_.cursors["poll:inbox"], (Asked{"a"})) << "the second run has not ended";

    poll(inbox(),
         {{"/inbox/cursor:a", {{200, "keep two next=2 cursor=b"}}}, {"/inbox/cursor:a/page:2", {{200, "keep"}}}});

    EXPECT_EQ(vendor_->asked(), (Asked{"GET /inbox/cursor:a", "GET /inbox/cursor:a/page:2", "GET /inbox/cursor:b"}));
    EXPECT_EQ(host_.cursors["poll:inbox"], (Asked{"a", "b"}));
}

TEST_F(PollerTest, AnEmptyPageMovesOnlyTheCursor) {
    poll(inbox(), {{"/inbox", {{200, "cursor=a"}}}, {"/inbox/cursor:a", {{200, "cursor=a"}, {200, "nothing"}}}});

    EXPECT_TRUE(host_.events.empty());
    EXPECT_EQ(host_.cursors["poll:inbox"], (Asked{"a"}));
}

TEST_F(PollerTest, APageThatCannotBeStoredIsKeptUntilItCan) {
    host_.refusals = 3;

    poll(inbox(), {{"/inbox", {{200, "keep one cursor=a"}}}});

    EXPECT_EQ(vendor_->asked(), (Asked{"GET /inbox", "GET /inbox/cursor:a"})) << "the vendor was asked again for it";
    EXPECT_EQ(stored(), (Asked{"keep one cursor=a"}));
    EXPECT_EQ(host_.counters.at("poll_errors:full"), 3U);
}

TEST_F(PollerTest, WaitsForAVendorThatThrottlesOrIsBroken) {
    poll(inbox(), {{"/inbox", {{429, ""}, {503, ""}, {200, "keep one cursor=a"}}}});

    EXPECT_EQ(stored(), (Asked{"keep one cursor=a"}));
    EXPECT_EQ(host_.counters.at("poll_errors:throttled"), 1U);
    EXPECT_EQ(host_.counters.at("poll_errors:transient"), 1U);
    EXPECT_EQ(host_.states, (std::vector{State::Degraded, State::Degraded, State::Ready}));
    EXPECT_TRUE(host_.details[0].starts_with("poll inbox: slow down; again at ")) << host_.details[0];
    EXPECT_FALSE(host_.failure) << "webhooks and sending go on";
}

TEST_F(PollerTest, RefusedCredentialsAreTold) {
    poll(inbox(), {{"/inbox", {{401, ""}, {200, "keep one cursor=a"}}}});

    EXPECT_EQ(host_.states, (std::vector{State::AuthNeeded, State::Ready}));
}

TEST_F(PollerTest, APageThatIsGoneBeginsTheRunAgain) {
    poll(inbox(), {{"/inbox", {{200, "keep one next=2 cursor=a"}, {200, "keep other next=3 cursor=b"}}},
                   {"/inbox/page:2", {{404, ""}}},
                   {"/inbox/page:3", {{200, "keep last"}}}});

    EXPECT_EQ(vendor_->asked(),
              (Asked{"GET /inbox", "GET /inbox/page:2", "GET /inbox", "GET /inbox/page:3", "GET /inbox/cursor:b"}));
    EXPECT_EQ(host_.cursors["poll:inbox"], (Asked{"b"}));
}

TEST_F(PollerTest, ARunThatKeepsBreakingOffStaysInTrouble) {
    poll(inbox(), {{"/inbox", {{200, "keep one next=2"}, {200, "keep one next=2"}, {200, "keep one next=3 cursor=b"}}},
                   {"/inbox/page:2", {{404, ""}, {404, ""}}},
                   {"/inbox/page:3", {{200, "keep last"}}}});

    EXPECT_EQ(host_.states, (std::vector{State::Degraded, State::Degraded, State::Ready}))
        << "a first page that succeeds says nothing about the second";
}

TEST_F(PollerTest, APageThatNamesItselfEndsTheRun) {
    poll(inbox(), {{"/inbox", {{200, "keep one next=2 cursor=a"}}}, {"/inbox/page:2", {{200, "keep two next=2"}}}});

    EXPECT_EQ(vendor_->asked().back(), "GET /inbox/cursor:a");
}

TEST_F(PollerTest, TheSameListIsStoredOnce) {
    poll(inbox(), {{"/inbox", {{200, "keep list"}, {200, "keep list"}, {200, "keep longer list"}}}});

    EXPECT_EQ(stored(), (Asked{"keep list", "keep longer list"}));
}

TEST_F(PollerTest, APageIsStoredWithoutTheSecretsThatTheVendorRepeats) {
    caller_->headers = {{"Authorization", "Basic MTc6czNjcmV0"}};

    poll(inbox(), {{"/inbox", {{200, "keep one next=2 for=MTc6czNjcmV0"}, {200, "keep two"}}},
                   {"/inbox/page:2", {{200, "keep three"}}}});

    EXPECT_EQ(stored(), (Asked{"keep one next=2 for=***", "keep three", "keep two"}));
}

TEST_F(PollerTest, APageIsStoredWithoutTheToken) {
    caller_->token_prefix = "Bearer ";

    poll(inbox(),
         {{"/token", {{200, "t0ken-1 600"}, {200, "t0ken-2 600"}}},
          {"/inbox", {{200, "keep one for=t0ken-1"}, {401, ""}, {200, "keep two for=t0ken-1,t0ken-2,t0ken-3"}}}});

    EXPECT_EQ(stored(), (Asked{"keep one for=***", "keep two for=***,***,t0ken-3"}));
}

TEST_F(PollerTest, MoreIsAskedForAtOnce) {
    auto wanted = inbox();
    wanted.every = 1h;

    poll(wanted, {{"/inbox", {{200, "keep one more cursor=a"}}}});

    EXPECT_EQ(vendor_->asked(), (Asked{"GET /inbox", "GET /inbox/cursor:a"}));
}

TEST_F(PollerTest, AWindowReachesBackIntoTheOneBefore) {
    auto wanted = inbox();
    wanted.window_overlap = 2h;
    wanted.window_first = 24h;
    const auto now = host_.time.now();
    const std::string end = format_time(now);
    const std::string first = "/inbox/" + format_time(now - 24h) + "--" + end;

    poll(wanted, {{first, {{200, "keep one next=2"}}}, {first + "/page:2", {{200, "keep two"}}}});

    EXPECT_EQ(vendor_->asked().back(), "GET /inbox/" + format_time(now - 2h) + "--" + end);
    EXPECT_EQ(host_.cursors["poll:inbox"], (Asked{end}));
}

TEST_F(PollerTest, ALongOutageIsMadeUpForInWindowsThatTheVendorTakes) {
    auto wanted = inbox();
    wanted.every = 1h;
    wanted.window_overlap = 1h;
    wanted.window_first = 60h;
    wanted.window_longest = 24h;
    const auto now = host_.time.now();
    const auto window = [&](auto from, auto to) {
        return "/inbox/" + format_time(now - from) + "--" + format_time(now - to);
    };

    poll(wanted, {{window(60h, 36h), {{200, "keep one next=2"}}},
                  {window(60h, 36h) + "/page:2", {{200, "keep two"}}},
                  {window(37h, 13h), {{200, "nothing"}}}});

    EXPECT_EQ(vendor_->asked().back(), "GET " + window(14h, 0h)) << "at once, without the pause";
    EXPECT_EQ(host_.cursors["poll:inbox"], (Asked{format_time(now - 36h), format_time(now - 13h)}));
}

TEST_F(PollerTest, ReadsThePastBesideTheLiveRuns) {
    auto wanted = inbox();
    wanted.every = 1h;
    wanted.backfill = true;
    wanted.backfill_days = 1;
    wanted.backfill_step = 10h;
    const auto now = host_.time.now();
    const auto window = [&](auto from, auto to) {
        return "/inbox/" + format_time(now - from) + "--" + format_time(now - to);
    };

    poll(wanted, {{"/inbox", {{200, "keep live cursor=a more"}}}, {window(10h, 0h), {{200, "keep newest"}}}}, 2);

    EXPECT_EQ(std::ranges::count(vendor_->asked(), "GET " + window(20h, 10h)), 1);
    ASSERT_EQ(host_.cursors["poll:inbox:backfill"].size(), 1U);

    poll(wanted, {{window(20h, 10h), {{200, "keep older"}}}, {window(24h, 20h), {{200, "keep oldest"}}}}, 1);
    while (host_.cursors["poll:inbox:backfill"].size() < 3) {
        poll(wanted, {{window(20h, 10h), {{200, "keep older"}}}, {window(24h, 20h), {{200, "keep oldest"}}}}, 1);
    }
    EXPECT_EQ(host_.cursors["poll:inbox"], (Asked{"a"}));
    EXPECT_EQ(std::ranges::count(stored(), "keep newest"), 1) << "what is done is not read again";
    EXPECT_EQ(std::ranges::count(stored(), "keep oldest"), 1);
}

TEST_F(PollerTest, OptionsStandAboveThePack) {
    auto wanted = inbox();
    wanted.every = 1h;
    wanted.backfill = true;
    wanted.backfill_days = 30;
    Config config;
    config.poll_every = 1ms;
    config.backfill_days = 0;

    poll(wanted, {{"/inbox", {{200, "nothing"}}}}, 1, config);

    EXPECT_EQ(vendor_->asked(), (Asked{"GET /inbox", "GET /inbox"}));
}

TEST_F(PollerTest, AnInstanceThatOnlyPollsServesNoHook) {
    class NoHook final : public connector::Judge {
    public:
        const std::vector<std::string>& methods() const override { return none_; }
        connector::Reception judge(const net::HttpRequest&, std::string_view, Instant) const override { return {}; }

    private:
        std::vector<std::string> none_;
    };
    host_.judge_ = std::make_shared<NoHook>();

    poll(inbox(), {});

    EXPECT_FALSE(host_.hook);
}

}  // namespace
}  // namespace tandem::http
