#include "core/pipeline/pipeline.hpp"

#include "tests/core/pipeline/pipeline_fixture.hpp"

#include <set>

namespace tandem::pipeline::test {
namespace {

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

}  // namespace
}  // namespace tandem::pipeline::test
