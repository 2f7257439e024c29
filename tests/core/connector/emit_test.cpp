// What Host::emit promises: durable, refused, or still waiting; and nothing that the manifest does not allow.
#include "tests/core/connector/supervisor_fixture.hpp"

namespace tandem::connector {
namespace {

Batch batch(StreamName stream, int events, std::optional<Cursor> after = std::nullopt) {
    Batch made;
    made.stream = std::move(stream);
    for (int i = 0; i < events; ++i)
        made.events.emplace_back().raw = "raw " + std::to_string(i);
    made.after = std::move(after);
    return made;
}

class EmitTest : public SupervisorTest {
protected:
    Host& start(SupervisorOptions with, Manifest manifest = receiving()) {
        script("sms");
        build(std::move(with), std::move(manifest));
        apply({spec("sms")});
        EXPECT_TRUE(becomes("sms", State::Ready));
        return *script("sms")->host.load();
    }
    Result<void> emit(Host& host, Batch made) { return loop_.run(host.emit(std::move(made))); }
};

TEST_F(EmitTest, FillsInTheInstanceAndTheStream) {
    Host& host = start(options());

    ASSERT_TRUE(emit(host, batch("mail", 2)));

    const auto events = journal_.events();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[1].instance, "sms");
    EXPECT_EQ(events[1].stream, "mail");
    EXPECT_EQ(events[1].raw, "raw 1");
    EXPECT_EQ(status("sms").counters.at("emitted"), 2U);
    EXPECT_EQ(status("sms").last_event_at, clock_.now());
}

TEST_F(EmitTest, ReturnsOnlyWhenTheBatchIsDurable) {
    Host& host = start(options());
    journal_.hold();
    std::atomic<bool> returned{false};
    std::thread caller([&] {
        EXPECT_TRUE(emit(host, batch("", 1)));
        returned = true;
    });
    ASSERT_TRUE(happens([&] { return journal_.waiting() == 1; }));

    EXPECT_FALSE(returned);
    EXPECT_TRUE(journal_.events().empty());
    journal_.release();

    caller.join();
    EXPECT_EQ(journal_.events().size(), 1U);
}

class OneAnswer final : public Archive {
public:
    async::Task<Result<std::vector<journal::Event>>> recall(std::string instance, Recall what) override {
        std::vector<journal::Event> out(1);
        out[0].raw = instance + " " + what.content_type;
        co_return out;
    }
};

TEST_F(EmitTest, RecallsFromTheArchiveIfThereIsOne) {
    OneAnswer archive;
    auto with = options();
    with.archive = &archive;
    Host& host = start(std::move(with));
    const auto found = loop_.run(host.recall({.content_type = "part"}));
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->front().raw, "sms part");
}

TEST_F(EmitTest, RecallsNothingWithoutAnArchive) {
    const auto found = loop_.run(start(options()).recall({}));
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->empty());
}

TEST_F(EmitTest, AFullJournalIsTold) {
    Host& host = start(options());
    journal_.set_full(true);

    const auto refused = emit(host, batch("", 1));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Full);
    EXPECT_EQ(status("sms").counters.at("errors:full"), 1U);
    journal_.set_full(false);
    EXPECT_TRUE(emit(host, batch("", 1)));
}

TEST_F(EmitTest, WhatTheManifestDoesNotAllowIsRefused) {
    Manifest sender = receiving();
    sender.capabilities.receive = false;
    Host& host = start(options(), sender);

    const auto refused = emit(host, batch("", 1));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Config);
    EXPECT_TRUE(journal_.events().empty());
}

TEST_F(EmitTest, UnknownStreamsAndHomelessCursorsAreRefused) {
    Host& host = start(options());

    EXPECT_EQ(emit(host, batch("fax", 1)).error().kind, ErrorKind::Config);
    EXPECT_EQ(emit(host, batch("mail", 1, "cursor")).error().kind, ErrorKind::Config);
    EXPECT_TRUE(journal_.events().empty());
}

TEST_F(EmitTest, AStreamMayBeOneOfMany) {
    Manifest manifest = receiving();
    manifest.streams = {"poll:*"};
    Host& host = start(options(), manifest);

    EXPECT_TRUE(emit(host, batch("poll:inbox", 1)));
    EXPECT_FALSE(emit(host, batch("poll", 1)));
    EXPECT_FALSE(emit(host, batch("", 1)));
}

TEST_F(EmitTest, CursorsAdvanceWithTheirBatchAlsoWithoutEvents) {
    MemoryCursors cursors;
    auto with = options();
    with.cursors = &cursors;
    Host& host = start(with);

    ASSERT_TRUE(emit(host, batch("mail", 3, "three")));
    EXPECT_EQ(cursors.cursors["sms/mail"], "three");
    EXPECT_EQ(cursors.positions["sms/mail"], 3U);
    ASSERT_TRUE(emit(host, batch("mail", 0, "four")));
    EXPECT_EQ(cursors.cursors["sms/mail"], "four");

    const auto resumed = loop_.run(host.resume("mail"));
    ASSERT_TRUE(resumed);
    EXPECT_EQ(*resumed, "four");

    journal_.set_full(true);
    EXPECT_FALSE(emit(host, batch("mail", 1, "five")));
    EXPECT_EQ(cursors.cursors["sms/mail"], "four");
    stop();
}

}  // namespace
}  // namespace tandem::connector
