#include "core/pipeline/pipeline.hpp"

#include "core/config/node.hpp"
#include "core/data/json.hpp"
#include "core/pipeline/replay.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <set>

namespace tandem::pipeline {
namespace {

using namespace std::chrono_literals;

constexpr auto kLimit = 20s;

std::string pack_text(int version, std::string_view body) {
    return "pack: clinic\nversion: " + std::to_string(version) + R"(
title: Messages of a clinic
receive:
  decode: json
  records:
    - rules:
        - { name: typing, when: "kind == 'typing'", ignore: "'typing'" }
        - name: report
          when: "kind == 'report'"
          receipt: { namespace: "'clinic'", external_id: id, status: status, at: at }
        - name: message
          snapshot:
            namespace: "'clinic'"
            external_id: id
            channel: "'chat'"
            direction: "'inbound'"
            state: "'closed'"
            started_at: at
            parties: [ { no: "`0`", role: "'customer'", contact_points: [ { scheme: "'tel'", value: from } ] } ]
            messages: [ { external_id: id, sender: "`0`", author_kind: "'customer'", sent_at: at, body: ")" +
           std::string(body) + "\" } ]\n";
}

std::shared_ptr<const Sources> sources(int version = 1, std::string_view body = "text") {
    config::Diagnostics diagnostics;
    auto root = config::parse_yaml(pack_text(version, body), "clinic.yaml", diagnostics);
    auto pack = mapping::Pack::compile(root, diagnostics);
    EXPECT_TRUE(pack) << diagnostics.to_text();
    mapping::Settings settings;
    settings.arena = std::make_shared<data::Arena>();
    auto bound = std::make_shared<const mapping::BoundPack>(pack, std::move(settings), "clinic", "RU");
    return std::make_shared<const Sources>(Sources{{"clinic", Source{bound, "RU", 100}}});
}

std::string message(int number, std::string_view at = "2026-03-01T10:00:00Z") {
    auto id = std::to_string(number);
    return R"({"id":"m)" + id + R"(","from":"+7495123)" + std::to_string(1000 + number) + R"(","at":")" +
           std::string(at) + R"(","text":"text )" + id + R"("})";
}

// The real store, with failures of apply() that a test asks for.
class UnwillingStore final : public store::Store {
public:
    explicit UnwillingStore(std::unique_ptr<store::Store> real) : real_(std::move(real)) {}

    std::deque<Error> failures;           // answered one by one before anything is applied
    std::optional<InteractionId> poison;  // a batch that holds it is refused

    Result<store::ApplyReport> apply(const store::Batch& batch) override {
        if (!failures.empty()) {
            auto error = failures.front();
            failures.pop_front();
            return fail(error);
        }
        for (const auto& observation : batch.observations) {
            if (poison && observation.id == *poison) return fail(rejected("poison"));
        }
        return real_->apply(batch);
    }
    Result<std::uint64_t> position(std::string_view consumer) override { return real_->position(consumer); }
    Result<std::optional<std::string>> cursor(std::string_view instance, std::string_view stream) override {
        return real_->cursor(instance, stream);
    }
    Result<CustomerId> link(const store::PartyPoint& a,
                            const store::PartyPoint& b,
                            std::string_view actor,
                            Instant now) override {
        return real_->link(a, b, actor, now);
    }
    Result<CustomerId> unlink(PointId a, PointId b, std::string_view actor, Instant now) override {
        return real_->unlink(a, b, actor, now);
    }
    Result<std::optional<store::CustomerView>> customer_of(PointId point) override { return real_->customer_of(point); }
    Result<std::optional<store::CustomerView>> customer(CustomerId id) override { return real_->customer(id); }
    Result<store::TimelinePage> timeline(CustomerId id, const store::TimelineQuery& query) override {
        return real_->timeline(id, query);
    }
    Result<std::optional<store::InteractionView>> interaction(InteractionId id) override {
        return real_->interaction(id);
    }
    Result<std::vector<store::FeedEntry>> feed(std::uint64_t after, std::size_t limit) override {
        return real_->feed(after, limit);
    }
    Result<std::vector<store::QuarantineEntry>> quarantine(const store::QuarantineQuery& query) override {
        return real_->quarantine(query);
    }
    Result<std::optional<store::QuarantineEntry>> quarantined(std::uint64_t id) override {
        return real_->quarantined(id);
    }
    Result<store::StoreStats> stats() override { return real_->stats(); }
    store::Outbox& outbox() override { return real_->outbox(); }
    store::Media& media() override { return real_->media(); }
    void on_feed(std::function<void(std::uint64_t)> listener) override { real_->on_feed(std::move(listener)); }

private:
    std::unique_ptr<store::Store> real_;
};

class PipelineTest : public ::testing::Test {
protected:
    PipelineTest() : store_(open_store()) {
        auto dispatch = [](std::move_only_function<void()> work) { work(); };
        journal_ = journal::Journal::open({.file = folder_.path() / "journal.db"}, dispatch, clock_).value();
    }

    std::unique_ptr<store::Store> open_store() {
        store::SqliteStoreOptions options;
        options.file = folder_.path() / "store.db";
        return store::open_sqlite_store(options).value();
    }

    std::unique_ptr<Pipeline> start(std::shared_ptr<const Sources> packs = sources(),
                                    std::chrono::milliseconds longest_batch = 1h) {
        PipelineOptions options{.node = "n1"};
        options.longest_batch = longest_batch;
        options.retry_first = 1ms;
        options.retry_longest = 5ms;
        auto out =
            std::make_unique<Pipeline>(*journal_, store_, std::move(packs), identity_, clock_, obs::Log(), options);
        EXPECT_TRUE(out->start());
        return out;
    }

    journal::Position append(const std::vector<std::string>& bodies, const std::string& instance = "clinic") {
        std::vector<journal::Event> events;
        for (const auto& body : bodies) {
            journal::Event event;
            event.instance = instance;
            event.received_at = clock_.now();
            event.content_type = "application/json";
            event.envelope = R"({"method":"POST","url":"https://gw.example.test/hooks/clinic"})";
            event.raw = body;
            events.push_back(std::move(event));
        }
        std::promise<Result<journal::Position>> promise;
        journal_->append(std::move(events),
                         [&](Result<journal::Position> result) { promise.set_value(std::move(result)); });
        auto result = promise.get_future().get();
        EXPECT_TRUE(result);
        return result.value_or(0);
    }

    std::string text_of(const std::string& id) {
        auto view = store_.interaction(interaction_id("clinic", id));
        if (!view || !*view) return "(absent)";
        data::Arena arena;
        auto document = data::parse_json((*view)->document, arena);
        return std::string(document->get("messages").items()[0].string_at("body").value_or("(none)"));
    }

    test::TempDir folder_;
    SystemClock clock_;
    IdentityContext identity_{Secret("key-of-the-test"), {}};
    UnwillingStore store_;
    std::unique_ptr<journal::Journal> journal_;
};

TEST_F(PipelineTest, AppliesWhatIsAppendedBeforeAndAfterItStarts) {
    append({message(1)});
    auto pipeline = start();
    auto last = append({message(2), message(3)});

    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));

    EXPECT_EQ(text_of("m1"), "text 1");
    EXPECT_EQ(text_of("m3"), "text 3");
    EXPECT_EQ(store_.position("pipeline@n1").value(), last);
    EXPECT_EQ(pipeline->stats().snapshots, 3U);
}

TEST_F(PipelineTest, EndsABatchWhenItTakesTooLong) {
    auto last = append({message(1), message(2), message(3)});
    auto pipeline = start(sources(), 0ms);

    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));

    EXPECT_EQ(text_of("m1"), "text 1");
    EXPECT_EQ(text_of("m3"), "text 3");
    EXPECT_EQ(store_.position("pipeline@n1").value(), last);
    EXPECT_EQ(pipeline->stats().snapshots, 3U);
    EXPECT_EQ(pipeline->stats().batches, 3U);
}

TEST_F(PipelineTest, QuarantinesOnlyWhatCannotBeMapped) {
    auto pipeline = start();
    append({message(1), message(2, "tomorrow"), "no json", message(3)});
    auto last = append({message(4)}, "nobody");

    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));

    EXPECT_EQ(text_of("m1"), "text 1");
    EXPECT_EQ(text_of("m2"), "(absent)");
    EXPECT_EQ(text_of("m3"), "text 3");
    auto entries = store_.quarantine({}).value();
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_NE(entries[0].reason.find("no connector 'nobody'"), std::string::npos);
    auto whole = store_.quarantined(entries[1].id).value();
    EXPECT_EQ(whole->raw, "no json");
    EXPECT_NE((entries[2].path + entries[2].reason).find("started_at"), std::string::npos);
    EXPECT_EQ(pipeline->stats().quarantined, 3U);
}

TEST_F(PipelineTest, CountsIgnoredAndAppliesReceipts) {
    auto pipeline = start();
    auto last = append({R"({"kind":"report","id":"m1","status":"delivered","at":"2026-03-01T10:00:05Z"})",
                        R"({"kind":"typing"})", message(1)});

    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));

    auto view = store_.interaction(interaction_id("clinic", "m1")).value();
    ASSERT_TRUE(view);
    EXPECT_EQ(view->delivery.status(), model::ReceiptStatus::Delivered);
    auto ignored = pipeline->ignored();
    EXPECT_EQ((ignored[{"clinic", "typing"}]), 1U);
}

TEST_F(PipelineTest, TriesAgainUntilTheStoreHasRoom) {
    store_.failures = {full("disk full"), transient("locked"), full("disk full")};
    auto last = append({message(1)});
    auto pipeline = start();

    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));

    EXPECT_EQ(text_of("m1"), "text 1");
    EXPECT_EQ(pipeline->stats().store_errors, 3U);
    EXPECT_EQ(pipeline->stats().trouble, "");
}

TEST_F(PipelineTest, SetsOneRefusedEventAsideAndGoesOn) {
    store_.poison = interaction_id("clinic", "m2");
    auto last = append({message(1), message(2), message(3)});
    auto pipeline = start();

    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));

    EXPECT_EQ(text_of("m1"), "text 1");
    EXPECT_EQ(text_of("m3"), "text 3");
    auto entries = store_.quarantine({}).value();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(store_.quarantined(entries[0].id).value()->raw, message(2));
}

TEST_F(PipelineTest, GoesOnWhereTheStoreIs) {
    auto last = append({message(1)});
    {
        auto pipeline = start();
        ASSERT_TRUE(pipeline->wait_applied(last, kLimit));
    }
    auto feed_before = store_.feed(0, 100).value().size();
    auto pipeline = start();
    last = append({message(2)});

    ASSERT_TRUE(pipeline->wait_applied(last, kLimit));

    EXPECT_EQ(pipeline->stats().snapshots, 1U);
    EXPECT_EQ(store_.feed(0, 100).value().size(), feed_before + 1);
}

TEST_F(PipelineTest, UsesNewPacksAfterAReload) {
    auto pipeline = start();
    ASSERT_TRUE(pipeline->wait_applied(append({message(1)}), kLimit));
    pipeline->use(sources(2, "upper(text)"));

    ASSERT_TRUE(pipeline->wait_applied(append({message(2)}), kLimit));

    EXPECT_EQ(text_of("m1"), "text 1");
    EXPECT_EQ(text_of("m2"), "TEXT 2");
}

TEST_F(PipelineTest, StopsWhileTheStoreRefuses) {
    for (int i = 0; i < 1000; ++i)
        store_.failures.push_back(full("disk full"));
    append({message(1)});
    auto pipeline = start();

    pipeline->stop();

    EXPECT_EQ(store_.position("pipeline@n1").value(), 0U);
}

class ReplayTest : public PipelineTest {
protected:
    ReplayContext context(const Sources& packs) {
        if (!reader_) reader_ = journal::Reader::open(folder_.path() / "journal.db").value();
        return {*reader_, store_, packs, identity_, clock_, "n1"};
    }

    std::unique_ptr<journal::Reader> reader_;
};

TEST_F(ReplayTest, PreviewShowsChangesAndWritesNothing) {
    auto pipeline = start();
    ASSERT_TRUE(pipeline->wait_applied(append({message(1), message(2)}), kLimit));
    auto packs = sources(2, "upper(text)");
    std::vector<ReplayItem> items;

    auto report = preview(context(*packs), {.pack = "clinic"}, [&](const ReplayItem& item) { items.push_back(item); });

    ASSERT_TRUE(report) << report.error().text;
    EXPECT_EQ(report->changed, 2U);
    ASSERT_EQ(items.size(), 2U);
    ASSERT_EQ(items[0].changes.size(), 1U);
    EXPECT_EQ(items[0].changes[0].path, "messages[0].body");
    EXPECT_EQ(items[0].changes[0].after, R"("TEXT 1")");
    EXPECT_EQ(text_of("m1"), "text 1");
}

TEST_F(ReplayTest, SaysWhenTheVersionWasNotRaised) {
    auto pipeline = start();
    ASSERT_TRUE(pipeline->wait_applied(append({message(1)}), kLimit));
    auto packs = sources(1, "upper(text)");

    auto report = preview(context(*packs), {}, [](const ReplayItem&) {});

    ASSERT_TRUE(report);
    EXPECT_EQ(report->outranked, 1U);
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
    auto nothing = [](const ReplayItem&) {};

    EXPECT_EQ(preview(context(*packs), {.pack = "other"}, nothing)->events, 0U);
    EXPECT_EQ(preview(context(*packs), {.instance = "other"}, nothing)->events, 0U);
    EXPECT_EQ(preview(context(*packs), {.since = clock_.now() + 1h}, nothing)->events, 0U);
    EXPECT_EQ(preview(context(*packs), {.until = clock_.now() - 1h}, nothing)->events, 0U);
    EXPECT_EQ(preview(context(*packs), {.since = clock_.now() - 1h}, nothing)->events, 1U);
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
    auto nothing = [](const ReplayItem&) {};

    EXPECT_EQ(replay_quarantined(context(*same), entry, false, nothing)->quarantined, 1U);
    EXPECT_EQ(store_.quarantine({})->size(), 1U);
    EXPECT_EQ(replay_quarantined(context(*better), entry, true, nothing)->released, 1U);
    EXPECT_EQ(store_.quarantine({})->size(), 1U);
    EXPECT_EQ(replay_quarantined(context(*better), entry, false, nothing)->released, 1U);
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
        const auto deadline = std::chrono::steady_clock::now() + kLimit;
        while (stored() != cursor && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        return stored() == cursor;
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
}  // namespace tandem::pipeline
