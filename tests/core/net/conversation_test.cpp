#include "core/net/conversation.hpp"

#include "tests/core/net/conversation_fixture.hpp"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace tandem::net {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using SteadyClock = std::chrono::steady_clock;

TEST(Conversation, CarriesBothWaysUntilThePeerGoes) {
    Scene scene;
    scene.talk.output = "hello;";
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.hear({"one", "two"});
        co_await s.until([&] { return s.talk.received.size() == 2 && s.wire.written == "hello;"; });
        s.wire.gone = true;
        s.hear({"three"});
    });
    EXPECT_THAT(scene.talk.received, ElementsAre("one", "two", "three"));
    EXPECT_EQ(scene.why(), "the peer is gone");
}

TEST(Conversation, WritesInOrderWhatIsSaidWhileItWrites) {
    Scene scene;
    scene.wire.stuck = true;
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.say("one;");
        co_await s.until([&] { return s.wire.writing; });
        s.say("two;");
        s.say("three;");
        EXPECT_EQ(s.wire.written, "");
        s.wire.stuck = false;
        s.hear({"bye"});
    });
    EXPECT_EQ(scene.wire.written, "one;two;three;farewell;");
}

TEST(Conversation, DoesNotReadWithoutRoomAndLosesNothing) {
    Scene scene;
    scene.talk.full = true;
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.hear({"one", "two", "bye"});
        s.say("busy;");
        co_await s.until([&] { return s.talk.waits_for_room == 1 && s.wire.written == "busy;"; });
        EXPECT_EQ(s.wire.reads, 0);
        s.talk.on_handle = [&] { s.talk.full = s.talk.received.size() == 1; };
        s.talk.full = false;
        s.wire.changed.notify_all();
        co_await s.until([&] { return s.talk.waits_for_room == 2; });
        s.say("still busy;");
        co_await s.until([&] { return s.wire.written == "busy;still busy;"; });
        EXPECT_EQ(s.wire.reads, 1);
        EXPECT_THAT(s.talk.received, ElementsAre("one"));
        s.talk.on_handle = {};
        s.talk.full = false;
        s.wire.changed.notify_all();
    });
    EXPECT_THAT(scene.talk.received, ElementsAre("one", "two", "bye"));
}

TEST(Conversation, AFailedWriteEndsIt) {
    Scene scene;
    scene.wire.unwritable = true;
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.say("anybody there;");
        co_return;
    });
    EXPECT_EQ(scene.why(), "no more writes");
    EXPECT_EQ(scene.wire.written, "");
}

TEST(Conversation, WritesTheLastWords) {
    Scene scene;
    scene.wire.stuck = true;
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.hear({"bye", "too late"});
        co_await s.until([&] { return s.wire.writing; });
        EXPECT_FALSE(s.over());
        EXPECT_FALSE(s.wire.closed);
        s.wire.stuck = false;
        s.wire.changed.notify_all();
    });
    EXPECT_EQ(scene.wire.written, "farewell;");
    EXPECT_EQ(scene.why(), "said bye");
    EXPECT_THAT(scene.talk.received, ElementsAre("bye"));
}

TEST(Conversation, TheLastWordsHaveALimit) {
    Scene scene(30ms);
    scene.wire.stuck = true;
    const auto begun = SteadyClock::now();
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.hear({"bye"});
        co_return;
    });
    EXPECT_GE(SteadyClock::now() - begun, 30ms);
    EXPECT_EQ(scene.wire.written, "");
    EXPECT_EQ(scene.why(), "said bye");
}

TEST(Conversation, KeepsTimeAlsoWhenTheNextTickMovesEarlier) {
    Scene scene;
    scene.talk.tick_at = SteadyClock::now() + 5ms;
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        co_await s.until([&] { return s.talk.ticks == 1; });
        // The timer sleeps for long now: nothing is due.
        s.talk.tick_at = SteadyClock::now();
        s.conversation.advance();
        co_await s.until([&] { return s.talk.ticks == 2; });
        s.hear({"bye"});
    });
    EXPECT_EQ(scene.talk.ticks, 2);
}

TEST(Conversation, ATaskThatThrowsEndsIt) {
    Scene scene;
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.hear({"broken", "not read"});
        co_return;
    });
    EXPECT_EQ(scene.why(), "cannot read this");
    EXPECT_THAT(scene.talk.received, ElementsAre("broken"));
}

TEST(Conversation, WhatCannotBeHandledIsThrown) {
    Scene scene;
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        co_await s.until([&] { return s.wire.reads == 1; });
        s.talk.on_handle = [] { throw std::runtime_error("cannot handle this"); };
        s.hear({"one"});
    });
    EXPECT_EQ(scene.thrown, "cannot handle this");
}

TEST(Conversation, SecuresTheLinkBetweenWordsAndSilence) {
    Scene scene;
    scene.wire.stuck = true;
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.hear({"tls", "secret"});
        co_await s.until([&] { return s.wire.writing; });
        EXPECT_FALSE(s.wire.shaking) << "what was said before goes out in the clear";
        s.wire.stuck = false;
        s.wire.changed.notify_all();
        co_await s.until([&] { return s.wire.shaking; });
        EXPECT_EQ(s.wire.written, "proceed;");
        s.say("inside;");
        // The writer is woken by what the timer is woken by: had it written, it would have been before the tick.
        s.talk.tick_at = SteadyClock::now();
        s.conversation.advance();
        co_await s.until([&] { return s.talk.ticks == 1; });
        EXPECT_EQ(s.wire.written, "proceed;");
        EXPECT_FALSE(s.talk.is_secure);
        s.wire.handshake = Result<void>();
        s.wire.changed.notify_all();
        co_await s.until([&] { return s.wire.written == "proceed;inside;" && s.talk.received.size() == 2; });
        s.hear({"bye"});
    });
    EXPECT_TRUE(scene.talk.is_secure);
    EXPECT_THAT(scene.talk.received, ElementsAre("tls", "secret", "bye"));
}

TEST(Conversation, AFailedHandshakeIsWhyItEnds) {
    Scene scene;
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.hear({"tls", "never"});
        co_await s.until([&] { return s.wire.shaking; });
        s.say("secret;");
        s.wire.handshake = fail(config_error("the certificate is for somebody else"));
        s.wire.changed.notify_all();
    });
    EXPECT_EQ(scene.wire.written, "proceed;");
    ASSERT_TRUE(scene.outcome);
    EXPECT_EQ(scene.outcome->kind, ErrorKind::Config);
    EXPECT_EQ(scene.outcome->text, "the certificate is for somebody else");
    EXPECT_THAT(scene.talk.received, ElementsAre("tls"));
    EXPECT_FALSE(scene.talk.is_secure);
}

TEST(Conversation, WhatEndsDuringTheHandshakeIsNotSecured) {
    Scene scene;
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.hear({"tls"});
        co_await s.until([&] { return s.wire.shaking; });
        s.wire.handshake = Result<void>();
        s.wire.changed.notify_all();
        s.talk.lost("too slow");
        s.conversation.advance();
    });
    EXPECT_FALSE(scene.talk.is_secure);
    EXPECT_EQ(scene.why(), "too slow");
}

TEST(Conversation, TasksOfItBeginBehindTheEventAndEndWithIt) {
    Scene scene;
    scene.talk.on_handle = [&] {
        if (scene.talk.received.size() != 1 || !scene.trace.empty()) return;
        scene.trace.push_back("online");
        scene.conversation.spawn(stay(scene));
        scene.trace.push_back("handled");
    };
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.hear({"online"});
        co_await s.until([&] { return !s.trace.empty() && s.trace.back() == "begun"; });
        s.hear({"bye"});
        co_await s.until([&] { return s.over(); });
        s.conversation.spawn(stay(s));
    });
    EXPECT_THAT(scene.trace, ElementsAre("online", "handled", "begun", "unwound"));
}

TEST(Conversation, TasksAreNotBegunWhenItHasEndedBefore) {
    Scene scene;
    scene.talk.on_handle = [&] {
        if (!scene.talk.received.empty() && !scene.over()) scene.conversation.spawn(stay(scene));
    };
    play(scene, [](Scene& s, async::TaskGroup&) -> Task<void> {
        s.hear({"online, bye"});
        co_return;
    });
    EXPECT_THAT(scene.trace, IsEmpty());
    EXPECT_EQ(scene.why(), "said bye");
}

TEST(Conversation, CancelledItTellsTheProtocolAndLeavesNoTask) {
    Scene scene;
    play(scene, [](Scene& s, async::TaskGroup& group) -> Task<void> {
        s.conversation.spawn(stay(s));
        co_await s.until([&] { return s.wire.reads == 1 && !s.trace.empty(); });
        group.cancel();
    });
    EXPECT_FALSE(scene.outcome);
    ASSERT_TRUE(scene.talk.ended());
    EXPECT_EQ(scene.talk.ended()->text, "the connection has ended");
    EXPECT_THAT(scene.trace, ElementsAre("begun", "unwound"));
}

TEST(Conversation, CancelledItSaysNoLastWords) {
    Scene scene;
    scene.wire.stuck = true;
    play(scene, [](Scene& s, async::TaskGroup& group) -> Task<void> {
        s.hear({"bye"});
        co_await s.until([&] { return s.wire.writing; });
        const auto before = SteadyClock::now();
        group.cancel();
        co_await group.join();
        EXPECT_LT(SteadyClock::now() - before, Conversation::kLastWords);
    });
    EXPECT_FALSE(scene.outcome);
    EXPECT_EQ(scene.wire.written, "");
}

TEST(Conversation, CancelledInAHandshakeItLeavesNoTask) {
    Scene scene;
    play(scene, [](Scene& s, async::TaskGroup& group) -> Task<void> {
        s.hear({"tls"});
        co_await s.until([&] { return s.wire.shaking; });
        group.cancel();
    });
    EXPECT_FALSE(scene.outcome);
    EXPECT_FALSE(scene.talk.is_secure);
}

}  // namespace
}  // namespace tandem::net
