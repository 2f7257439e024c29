#include "core/pipeline/replay.hpp"

#include "tests/core/pipeline/pipeline_fixture.hpp"
#include "tests/support/becomes.hpp"

#include <tuple>

namespace tandem::pipeline::test {
namespace {

class ReplayTest : public PipelineTest {
protected:
    ReplayContext context(const Sources& packs, store::Store& store) {
        if (!reader_) reader_ = journal::Reader::open(folder_.path() / "journal.db").value();
        return {*reader_, store, packs, identity_, clock_, "n1"};
    }
    ReplayContext context(const Sources& packs) { return context(packs, store_); }

    static std::string document_of(const std::string& id, store::Store& store) {
        auto view = store.interaction(interaction_id("clinic", id));
        return view && *view ? (*view)->document : "(absent)";
    }

    std::unique_ptr<journal::Reader> reader_;
};

TEST_F(ReplayTest, TellsWhatItChanges) {
    auto pipeline = start();
    ASSERT_TRUE(pipeline->wait_applied(append({message(1), message(2)}), kLimit));
    auto packs = sources(2, "upper(text)");
    std::vector<ReplayItem> items;

    auto report = replay(context(*packs), {.pack = "clinic"}, [&](const ReplayItem& item) { items.push_back(item); });

    ASSERT_TRUE(report) << report.error().text;
    EXPECT_EQ(report->changed, 2U);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].verdict, ReplayVerdict::Changed);
    ASSERT_EQ(items[0].changes.size(), 1U);
    EXPECT_EQ(items[0].changes[0].path, "messages[0].body");
    EXPECT_EQ(items[0].changes[0].before, R"("text 1")");
    EXPECT_EQ(items[0].changes[0].after, R"("TEXT 1")");
}

// Settings change without a version, and a pack may go back to an older one.
TEST_F(ReplayTest, LetsEveryEventSayWhatItSaysToday) {
    auto pipeline = start();
    ASSERT_TRUE(pipeline->wait_applied(append({message(1), message(2), message(3)}), kLimit));
    struct Case {
        int version;
        std::string body, shown;
    };
    for (const auto& [version, body, shown] :
         {Case{1, "upper(text)", "TEXT 1"}, Case{1, "text", "text 1"}, Case{7, "upper(text)", "TEXT 1"},
          Case{2, "reverse(text)", "1 txet"}, Case{1, "text", "text 1"}}) {
        SCOPED_TRACE(body);
        auto packs = sources(version, body);

        EXPECT_EQ(replay(context(*packs), {})->changed, 3U);
        EXPECT_EQ(replay(context(*packs), {})->unchanged, 3U);
        EXPECT_EQ(text_of("m1"), shown);
    }
}

TEST_F(ReplayTest, LeavesWhatALaterEventSaid) {
    auto pipeline = start();
    ASSERT_TRUE(pipeline->wait_applied(append({message(1)}), kLimit));
    pipeline->use(sources(2, "upper(text)"));
    const auto between = clock_.now();
    ASSERT_TRUE(pipeline->wait_applied(append({message(1)}), kLimit));
    auto packs = sources(1, "reverse(text)");

    EXPECT_EQ(replay(context(*packs), {.until = between})->unchanged, 1U);
    EXPECT_EQ(text_of("m1"), "TEXT 1");
}

TEST_F(ReplayTest, ChangesNothingWhenNothingHasChanged) {
    auto pipeline = start();
    ASSERT_TRUE(
        pipeline->wait_applied(append({message(1), message(1, "2026-03-01T11:00:00Z"),
                                       R"({"id":"m1","kind":"report","status":"read","at":"2026-03-01T12:00:00Z"})"}),
                               kLimit));
    auto packs = sources();
    std::vector<ReplayItem> items;
    const auto shown = document_of("m1", store_);

    auto report = replay(context(*packs), {}, [&](const ReplayItem& item) { items.push_back(item); });

    EXPECT_EQ(report->changed, 0U);
    EXPECT_TRUE(items.empty());
    EXPECT_EQ(document_of("m1", store_), shown);
}

// Of two items about one thing in one event, the same one wins every time.
TEST_F(ReplayTest, TakesOneOfTwoThatAnEventSays) {
    const std::string_view each = "    - each: items\n      rules:\n";
    auto pipeline = start(sources(1, "text", each));
    ASSERT_TRUE(pipeline->wait_applied(
        append({R"({"items":[)" + message(1) + "," + message(1, "2026-03-01T11:00:00Z") + "]}"}), kLimit));
    auto packs = sources(1, "upper(text)", each);

    EXPECT_GE(replay(context(*packs), {})->changed, 1U);
    const auto shown = document_of("m1", store_);
    EXPECT_EQ(replay(context(*packs), {})->changed, 0U);
    EXPECT_EQ(document_of("m1", store_), shown);
}

TEST_F(ReplayTest, CountsOnACopyWhatItCountsOnTheStore) {
    auto pipeline = start();
    ASSERT_TRUE(pipeline->wait_applied(
        append({message(1), message(2), message(2, "2026-03-01T11:00:00Z"),
                R"({"id":"m2","kind":"report","status":"read","at":"2026-03-01T12:00:00Z"})", R"({"id":"m3"})"}),
        kLimit));
    auto packs = sources(1, "upper(text)");
    const auto file = folder_.path() / "copy.db";
    const auto copied = store::copy_sqlite_store(folder_.path() / "store.db", file);
    ASSERT_TRUE(copied) << copied.error().text;
    auto copy = store::open_sqlite_store({.file = file}).value();

    auto tried = replay(context(*packs, *copy), {});
    EXPECT_EQ(text_of("m1"), "text 1");
    auto done = replay(context(*packs), {});

    ASSERT_TRUE(tried && done);
    const auto counts = [](const ReplayReport& report) {
        return std::tuple(report.events, report.snapshots, report.receipts, report.created, report.changed,
                          report.unchanged, report.quarantined);
    };
    EXPECT_EQ(counts(*tried), counts(*done));
    EXPECT_GE(done->changed, 2U);
    EXPECT_EQ(done->quarantined, 1U);
    EXPECT_EQ(document_of("m2", *copy), document_of("m2", store_));
}

TEST_F(ReplayTest, ReplacesWhatAHigherVersionMapsOnce) {
    auto pipeline = start();
    ASSERT_TRUE(pipeline->wait_applied(append({message(1), message(2)}), kLimit));
    auto packs = sources(2, "upper(text)");

    auto first = replay(context(*packs), {});
    auto again = replay(context(*packs), {});

    ASSERT_TRUE(first) << first.error().text;
    EXPECT_EQ(first->changed, 2U);
    EXPECT_EQ(text_of("m1"), "TEXT 1");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->changed, 0U);
    EXPECT_EQ(again->unchanged, 2U);
    EXPECT_EQ(store_.position("pipeline@n1").value(), 2U);
}

TEST_F(ReplayTest, TakesOnlyWhatTheFilterAsksFor) {
    auto pipeline = start();
    ASSERT_TRUE(pipeline->wait_applied(append({message(1)}), kLimit));
    auto packs = sources();

    EXPECT_EQ(replay(context(*packs), {.pack = "other"})->events, 0U);
    EXPECT_EQ(replay(context(*packs), {.instance = "other"})->events, 0U);
    EXPECT_EQ(replay(context(*packs), {.since = clock_.now() + 1h})->events, 0U);
    EXPECT_EQ(replay(context(*packs), {.until = clock_.now() - 1h})->events, 0U);
    EXPECT_EQ(replay(context(*packs), {.since = clock_.now() - 1h})->events, 1U);
}

TEST_F(ReplayTest, ReleasesFromQuarantineWhatMapsNow) {
    auto pipeline = start();
    ASSERT_TRUE(pipeline->wait_applied(
        append({R"({"id":"m9","from":"+74951239999","at":"2026-03-01T10:00:00Z","text":[7]})"}), kLimit));
    auto entries = store_.quarantine({}).value();
    ASSERT_EQ(entries.size(), 1U);
    auto entry = *store_.quarantined(entries[0].id).value();
    auto same = sources();
    auto better = sources(2, "to_string(text)");

    EXPECT_EQ(replay_quarantined(context(*same), entry)->quarantined, 1U);
    EXPECT_EQ(store_.quarantine({})->size(), 1U);
    EXPECT_EQ(replay_quarantined(context(*better), entry)->released, 1U);
    EXPECT_EQ(store_.quarantine({})->size(), 0U);
    EXPECT_EQ(text_of("m9"), "[7]");
}

TEST(Differences, NamesPathsAndLeavesOutTheRevision) {
    auto changes = differences(R"({"rev":1,"a":{"b":[1,2]},"gone":true})", R"({"rev":2,"a":{"b":[1,3]},"new":{}})");

    ASSERT_EQ(changes.size(), 3U);
    EXPECT_EQ(changes[0].path, "a.b[1]");
    EXPECT_EQ(changes[1].path, "gone");
    EXPECT_EQ(changes[1].after, "");
    EXPECT_EQ(changes[2].path, "new");
    EXPECT_EQ(changes[2].before, "");
}

// Of the instance "clinic", stream "poll:inbox".
class CursorTest : public PipelineTest {
protected:
    static store::CursorUpdate at(std::string cursor) { return {"clinic", "poll:inbox", std::move(cursor)}; }
    std::string stored() { return store_.cursor("clinic", "poll:inbox").value().value_or("(none)"); }
    bool becomes(const std::string& cursor) {
        return tandem::test::becomes([&] { return stored() == cursor; }, kLimit);
    }
};

TEST_F(CursorTest, WaitsForTheEventsBeforeIt) {
    const auto first = append({message(1)});
    auto pipeline = start();
    pipeline->keep_cursor(at("later"), first + 1);
    ASSERT_TRUE(pipeline->wait_applied(first, kLimit));
    EXPECT_EQ(stored(), "(none)");

    const auto second = append({message(2)});
    ASSERT_TRUE(pipeline->wait_applied(second, kLimit));

    EXPECT_TRUE(becomes("later"));
}

TEST_F(CursorTest, OfWhatIsAppliedIsStoredWithoutNewEvents) {
    auto pipeline = start();
    const auto last = append({message(1)});
    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));

    pipeline->keep_cursor(at("one"), last);
    EXPECT_TRUE(becomes("one"));
    pipeline->keep_cursor(at("two"), last);
    EXPECT_TRUE(becomes("two"));
}

TEST_F(CursorTest, AStoppingPipelineStoresWhatIsDue) {
    auto pipeline = start();
    const auto last = append({message(1)});
    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));
    pipeline->keep_cursor(at("last"), last);
    pipeline->keep_cursor(at("too early"), last + 1);

    pipeline->stop();

    EXPECT_EQ(stored(), "last");
}

TEST_F(CursorTest, SurvivesABatchThatTheStoreRefuses) {
    store_.poison = interaction_id("clinic", "m2");
    const auto last = append({message(1), message(2), message(3)});
    auto pipeline = start();
    pipeline->keep_cursor(at("behind it"), last);

    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));

    EXPECT_TRUE(becomes("behind it"));
    EXPECT_EQ(pipeline->stats().quarantined, 1U);
}

TEST_F(CursorTest, IsTriedAgainWhenTheDiskIsFull) {
    auto pipeline = start();
    const auto last = append({message(1)});
    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));
    pipeline->stop();
    store_.failures = {full("no space left")};
    pipeline = start();

    pipeline->keep_cursor(at("one"), last);

    EXPECT_TRUE(becomes("one"));
}

}  // namespace
}  // namespace tandem::pipeline::test
