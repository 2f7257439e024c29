#include "core/connector/supervisor.hpp"

#include "tests/core/connector/supervisor_fixture.hpp"

namespace tandem::connector {
namespace {

TEST_F(SupervisorTest, StartsServesAndStops) {
    auto sms = script("sms");
    sms->hook = answering("hello");

    apply({spec("sms")});
    EXPECT_TRUE(loop_.run(supervisor().wait_started(10s)));

    EXPECT_EQ(status("sms").state, State::Ready);
    EXPECT_EQ(hook("sms", "12345").body, "hello");
    EXPECT_EQ(status("sms").counters.at("received"), 1U);
    EXPECT_EQ(status("sms").counters.at("received_bytes"), 5U);
    EXPECT_NE(supervisor().metrics().find(R"(tandem_instance_up{instance="sms"} 1)"), std::string::npos);
    EXPECT_TRUE(stop().empty());
    EXPECT_EQ(sms->stopped, 1);
    EXPECT_EQ(hook("sms").status, 404);
    EXPECT_TRUE(stop().empty());
}

TEST_F(SupervisorTest, LogsADetailOnlyWhenThereIsOne) {
    std::string log;
    auto made = options();
    made.log = obs::Log::to([&log](std::string_view line) { log.append(line).append("\n"); }, obs::Level::Info, false);
    script("sms");
    script("mail")->start = [](Host&) -> Task<Result<void>> { co_return fail(auth_error("password refused")); };
    build(std::move(made));

    apply({spec("sms"), spec("mail")});
    ASSERT_TRUE(becomes("sms", State::Ready));
    ASSERT_TRUE(becomes("mail", State::AuthNeeded));
    stop();

    EXPECT_NE(log.find("instance is now ready"), std::string::npos) << log;
    EXPECT_NE(log.find("password refused"), std::string::npos) << log;
    EXPECT_EQ(log.find("detail=\"\""), std::string::npos) << log;
}

TEST_F(SupervisorTest, UnknownInstanceIs404AndOneThatIsNotReadyIs503) {
    auto sms = script("sms");
    sms->start = [](Host&) -> Task<Result<void>> {
        co_await async::sleep_for(1h);
        co_return Result<void>();
    };
    auto idle = script("idle");  // ready, but without a hook
    apply({spec("sms"), spec("idle")});
    ASSERT_TRUE(becomes("sms", State::Connecting));
    ASSERT_TRUE(becomes("idle", State::Ready));

    EXPECT_EQ(hook("nobody").status, 404);
    const auto answer = hook("sms");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(header(answer, "Retry-After"), "5");
    EXPECT_EQ(answer.content_type, "application/problem+json");
    EXPECT_EQ(hook("idle").status, 503);
}

TEST_F(SupervisorTest, FetchesByTheInstanceWithinATime) {
    auto chat = script("chat");
    chat->fetch = [](MediaWanted wanted) -> Task<Result<MediaBytes>> {
        if (wanted.url == "slow") co_await async::sleep_for(1h);
        if (wanted.url == "broken") throw std::runtime_error("a defect");
        co_return MediaBytes{"image/png", wanted.url};
    };
    script("sms")->start = [](Host&) -> Task<Result<void>> {
        co_await async::sleep_for(1h);
        co_return Result<void>();
    };
    apply({spec("chat"), spec("sms")});
    ASSERT_TRUE(becomes("chat", State::Ready));
    const auto fetch = [&](const std::string& instance, const std::string& url, std::chrono::milliseconds limit) {
        return loop_.run(supervisor().fetch(instance, {.url = url, .timeout = limit}));
    };
    EXPECT_EQ(fetch("chat", "a", 10s)->body, "a");
    EXPECT_EQ(fetch("chat", "slow", 10ms).error().kind, ErrorKind::Transient);
    EXPECT_EQ(fetch("chat", "broken", 10s).error().text, "a defect");
    EXPECT_EQ(fetch("sms", "a", 10s).error().code, kNotReady);
    EXPECT_EQ(fetch("nobody", "a", 10s).error().code, kNotReady);
    EXPECT_EQ(status("chat").counters.at("media_fetched"), 1U);
}

TEST_F(SupervisorTest, AFailedStartIsTriedAgainAndStoppedFirst) {
    auto sms = script("sms");
    sms->start = [sms = sms.get()](Host&) -> Task<Result<void>> {
        if (sms->started < 4) co_return fail(transient("connection refused"));
        co_return Result<void>();
    };
    apply({spec("sms")});

    ASSERT_TRUE(becomes("sms", State::Ready));
    EXPECT_EQ(sms->opened, 4);
    EXPECT_EQ(sms->stopped, 3);
    EXPECT_EQ(status("sms").counters.at("errors:transient"), 3U);
    EXPECT_EQ(status("sms").counters.at("restarts"), 3U);
}

TEST_F(SupervisorTest, AuthAndConfigErrorsWaitForAHuman) {
    script("auth")->start = [](Host&) -> Task<Result<void>> { co_return fail(auth_error("wrong password")); };
    script("config")->start = [](Host&) -> Task<Result<void>> { co_return fail(config_error("no such mailbox")); };
    apply({spec("auth"), spec("config")});

    ASSERT_TRUE(becomes("auth", State::AuthNeeded));
    ASSERT_TRUE(becomes("config", State::Failed));
    const auto shown = status("auth");
    EXPECT_EQ(shown.detail, "wrong password");
    ASSERT_TRUE(shown.retry_at);
    EXPECT_EQ(*shown.retry_at - clock_.now(), 600s);
    EXPECT_EQ(header(hook("auth"), "Retry-After"), "600");
    EXPECT_EQ(script("auth")->started, 1);
}

TEST_F(SupervisorTest, ThePeersRetryAfterIsKept) {
    script("sms")->start = [](Host&) -> Task<Result<void>> { co_return fail(throttled("slow down", 90s)); };
    apply({spec("sms")});

    ASSERT_TRUE(becomes("sms", State::Failed));
    EXPECT_EQ(header(hook("sms"), "Retry-After"), "90");
}

TEST_F(SupervisorTest, AnExceptionInStartIsAFailure) {
    script("sms")->start = [](Host&) -> Task<Result<void>> {
        throw std::runtime_error("broken connector");
        co_return Result<void>();
    };
    apply({spec("sms")});
    EXPECT_TRUE(happens([&] { return status("sms").detail == "broken connector"; }));
}

TEST_F(SupervisorTest, AnInstanceThatFailsLaterIsRestarted) {
    auto sms = script("sms");
    sms->hook = answering("hello");
    apply({spec("sms")});
    ASSERT_TRUE(becomes("sms", State::Ready));

    loop_.run([](Host* host) -> Task<void> {
        host->failed(transient("link lost"));
        host->failed(transient("reported twice"));
        co_return;
    }(sms->host));

    EXPECT_TRUE(happens([&] { return sms->started == 2 && status("sms").state == State::Ready; }));
    EXPECT_EQ(sms->stopped, 1);
    EXPECT_EQ(hook("sms").body, "hello");
}

TEST_F(SupervisorTest, AnInstanceMayReportItsState) {
    auto sms = script("sms");
    sms->start = [](Host& host) -> Task<Result<void>> {
        host.state(State::Degraded, "vendor throttles");
        co_return Result<void>();
    };
    apply({spec("sms")});
    ASSERT_TRUE(becomes("sms", State::Degraded));
    EXPECT_EQ(status("sms").detail, "vendor throttles");
}

TEST_F(SupervisorTest, AStartThatIsTooSlowIsCancelledAndTriedAgain) {
    auto limits = options();
    auto sms = script("sms");
    limits.start_limit = 20ms;
    sms->start = [sms = sms.get()](Host&) -> Task<Result<void>> {
        if (sms->started == 1) co_await async::sleep_for(1h);
        co_return Result<void>();
    };
    build(limits);
    apply({spec("sms")});
    EXPECT_TRUE(becomes("sms", State::Ready));
    EXPECT_EQ(sms->started, 2);
}

TEST_F(SupervisorTest, StopDuringStartDoesNotWaitForIt) {
    auto sms = script("sms");
    sms->start = [](Host&) -> Task<Result<void>> {
        co_await async::sleep_for(1h);
        co_return Result<void>();
    };
    apply({spec("sms")});
    ASSERT_TRUE(happens([&] { return sms->started == 1; }));

    EXPECT_TRUE(stop().empty());
    EXPECT_EQ(sms->stopped, 1);
}

TEST_F(SupervisorTest, StopDuringBackoffDoesNotWaitForIt) {
    auto sms = script("sms");
    sms->start = [](Host&) -> Task<Result<void>> { co_return fail(auth_error("no")); };
    apply({spec("sms")});
    ASSERT_TRUE(becomes("sms", State::AuthNeeded));
    EXPECT_TRUE(stop().empty());
}

TEST_F(SupervisorTest, AStuckStartHoldsUpNobodyAndIsAbandonedAtStop) {
    auto limits = options();
    limits.start_limit = 20ms;
    limits.stop_limit = 20ms;
    auto gate = std::make_shared<std::atomic<bool>>(false);
    auto stuck = script("stuck");
    stuck->start = [gate](Host&) -> Task<Result<void>> {
        co_await test::ignore_cancellation(gate);
        co_return Result<void>();
    };
    script("fine")->hook = answering("fine");
    build(limits);
    apply({spec("stuck"), spec("fine")});

    ASSERT_TRUE(happens([&] { return status("stuck").detail == "start does not return"; }));
    EXPECT_EQ(stuck->started, 1);
    EXPECT_EQ(hook("fine").body, "fine");
    EXPECT_EQ(stop(), std::vector<std::string>{"stuck"});
    *gate = true;  // or the loop of this test would never end
}

TEST_F(SupervisorTest, AStuckStopIsAbandonedToo) {
    auto limits = options();
    limits.stop_limit = 20ms;
    auto gate = std::make_shared<std::atomic<bool>>(false);
    script("stuck")->stop = [gate]() -> Task<void> { co_await test::ignore_cancellation(gate); };
    auto fine = script("fine");
    build(limits);
    apply({spec("stuck"), spec("fine")});
    ASSERT_TRUE(becomes("stuck", State::Ready));

    EXPECT_EQ(stop(), std::vector<std::string>{"stuck"});
    EXPECT_EQ(fine->stopped, 1);
    *gate = true;
}

TEST_F(SupervisorTest, StopWaitsForRunningHooks) {
    auto sms = script("sms");
    auto entered = std::make_shared<std::atomic<bool>>(false);
    sms->hook = [entered, sms = sms.get()](net::HttpRequest) -> Task<net::HttpReply> {
        *entered = true;
        co_await async::sleep_for(50ms);
        co_return net::HttpResponse{.body = sms->stopped == 0 ? "before stop" : "after stop"};
    };
    apply({spec("sms")});
    ASSERT_TRUE(becomes("sms", State::Ready));
    std::string body;
    std::thread caller([&] { body = hook("sms").body; });
    ASSERT_TRUE(happens([&] { return entered->load(); }));

    stop();

    caller.join();
    EXPECT_EQ(body, "before stop");
}

TEST_F(SupervisorTest, ReloadTouchesOnlyWhatChanged) {
    auto same = script("same");
    auto changed = script("changed");
    auto removed = script("removed");
    auto added = script("added");
    same->hook = changed->hook = answering("here");
    apply({spec("same"), spec("changed"), spec("removed")});
    ASSERT_TRUE(loop_.run(supervisor().wait_started(10s)));

    apply({spec("same"), spec("changed", "2"), spec("added")});
    ASSERT_TRUE(loop_.run(supervisor().wait_started(10s)));

    EXPECT_EQ(same->started, 1);
    EXPECT_EQ(same->stopped, 0);
    EXPECT_EQ(changed->started, 2);
    EXPECT_EQ(changed->stopped, 1);
    EXPECT_EQ(removed->stopped, 1);
    EXPECT_EQ(added->started, 1);
    EXPECT_EQ(hook("same").body, "here");
    EXPECT_EQ(hook("changed").body, "here");
    EXPECT_EQ(hook("removed").status, 404);
}

TEST_F(SupervisorTest, AThousandInstancesStart) {
    std::vector<InstanceSpec> specs;
    for (int i = 0; i < 1'000; ++i) {
        const std::string name = "i" + std::to_string(i);
        script(name);
        specs.push_back(spec(name));
    }
    apply(specs);
    EXPECT_TRUE(loop_.run(supervisor().wait_started(10s)));
    EXPECT_EQ(supervisor().status().size(), 1'000U);
}

}  // namespace
}  // namespace tandem::connector
