#include "core/pipeline/normaliser.hpp"

#include "core/data/json.hpp"

#include <gtest/gtest.h>

namespace tandem::pipeline {
namespace {

constexpr std::string_view kArrived = "2026-03-01T10:00:00.123456Z";

data::Value parse(std::string_view json, data::Arena& arena) {
    auto value = data::parse_json(json, arena);
    EXPECT_TRUE(value) << (value ? "" : value.error().text);
    return value.value_or(data::Value());
}

std::string snapshot_json(std::string_view points, std::string_view started_at = kArrived) {
    return R"({"schema_version":1,"source":"chat","namespace":"wa:1","external_id":"m1","rev":257,"channel":"messenger",
               "provider":"whatsapp","direction":"inbound","state":"closed","started_at":")" +
           std::string(started_at) + R"(","thread":{"namespace":"wa:1","external_id":"79"},
               "parties":[{"no":0,"role":"customer","name":"Anna","contact_points":)" +
           std::string(points) + R"(},{"no":1,"role":"queue"}]})";
}

class ToObservation : public ::testing::Test {
protected:
    Result<store::Observation> observe(std::string_view json, std::string_view arrived = kArrived) {
        RecordContext context{"RU", arrived, 100, 7};
        return to_observation(parse(json, arena_), identity_, context, arena_);
    }

    data::Arena arena_;
    IdentityContext identity_{Secret("key-of-the-test"), {}};
};

TEST_F(ToObservation, ComputesKeysAndNormalForms) {
    auto got = observe(snapshot_json(R"([{"scheme":"tel","value":"8 (916) 123-45-01","verified":"vendor"}])"));

    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->id, interaction_id("wa:1", "m1"));
    EXPECT_EQ(got->thread, thread_id("wa:1", "79"));
    ASSERT_EQ(got->points.size(), 1U);
    EXPECT_EQ(identity::to_text(got->points[0].point), "tel:+79161234501");
    EXPECT_EQ(got->points[0].id, identity::point_id(identity_.key, got->points[0].point));
    EXPECT_EQ(got->points[0].display, "Anna");
    EXPECT_NE(got->document.find(R"("value":"+79161234501")"), std::string::npos);
    EXPECT_NE(got->document.find(R"("display":"8 (916) 123-45-01")"), std::string::npos);
    EXPECT_EQ(got->event, 7U);
}

struct OrderCase {
    std::string_view points;
    std::string_view strongest;
};

class StrongestPoint : public ToObservation, public ::testing::WithParamInterface<OrderCase> {};

TEST_P(StrongestPoint, ComesFirst) {
    auto got = observe(snapshot_json(GetParam().points));

    ASSERT_TRUE(got) << got.error().text;
    ASSERT_FALSE(got->points.empty());
    EXPECT_EQ(identity::to_text(got->points[0].point), GetParam().strongest);
}

INSTANTIATE_TEST_SUITE_P(
    Orders,
    StrongestPoint,
    ::testing::Values(OrderCase{R"([{"scheme":"whatsapp","scope":"1","value":"79161234501","verified":"vendor"},
                      {"scheme":"tel","value":"+79161234501","verified":"vendor"}])",
                                "tel:+79161234501"},
                      OrderCase{R"([{"scheme":"mailto","value":"a@example.com","verified":"none"},
                      {"scheme":"webchat","scope":"site","value":"v1","verified":"vendor"}])",
                                "webchat:site:v1"},
                      OrderCase{R"([{"scheme":"tel","value":"+79161234501","verified":"ani_match"},
                      {"scheme":"crm","scope":"main","value":"C1","verified":"knowledge"}])",
                                "crm:main:C1"},
                      OrderCase{R"([{"scheme":"tel","value":"+79161234501","verified":"vendor"},
                      {"scheme":"account","scope":"shop","value":"7","verified":"vendor"}])",
                                "account:shop:7"}));

TEST_F(ToObservation, GivesNoPointsWithoutACustomer) {
    auto json = snapshot_json("[]");
    json.replace(json.find("\"customer\""), 10, "\"agent\"");

    auto got = observe(json);

    ASSERT_TRUE(got);
    EXPECT_TRUE(got->points.empty());
}

TEST_F(ToObservation, KeepsWithheldCallersApart) {
    auto got = observe(snapshot_json(R"([{"scheme":"tel","value":"anonymous"}])"));

    ASSERT_TRUE(got) << got.error().text;
    ASSERT_EQ(got->points.size(), 1U);
    EXPECT_EQ(got->points[0].point.scheme, "anon");
    EXPECT_EQ(got->points[0].point.value, "m1");
}

TEST_F(ToObservation, RefusesWhatDoesNotFitTheSchema) {
    auto got = observe(snapshot_json("[]", "yesterday"));

    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::Rejected);
    EXPECT_NE(got.error().text.find("started_at"), std::string::npos);
}

TEST_F(ToObservation, ReadsTheLatestWordOfConsent) {
    auto json = snapshot_json(R"([{"scheme":"tel","value":"+74951234567"}])");
    json.insert(json.rfind('}'), R"(,"events":[{"type":"consent.withdrawn","at":"2026-03-01T10:00:02Z"},
        {"type":"consent.granted","at":"2026-03-01T10:00:01Z"},{"type":"page.viewed","at":"2026-03-01T10:00:09Z"}])");
    auto got = observe(json);

    ASSERT_TRUE(got) << got.error().text;
    ASSERT_TRUE(got->consent);
    EXPECT_FALSE(got->consent->granted);
    EXPECT_EQ(format_time(got->consent->at), "2026-03-01T10:00:02Z");
    EXPECT_FALSE(observe(snapshot_json("[]"))->consent);
}

TEST_F(ToObservation, SaysWhatIsAPartOrAPatch) {
    const auto with = [&](std::string_view more) {
        auto json = snapshot_json("[]");
        json.insert(json.find(R"("channel")"), more);
        return observe(json);
    };
    const auto part = with(R"("part":{"key":"a:7","number":2,"total":3},)");
    ASSERT_TRUE(part && part->part);
    EXPECT_EQ(part->part->key, "a:7");
    EXPECT_EQ(part->part->number, 2);
    EXPECT_EQ(part->part->total, 3);
    EXPECT_FALSE(part->patch);
    const auto patch = with(R"("patch":true,)");
    ASSERT_TRUE(patch);
    EXPECT_TRUE(patch->patch);
    EXPECT_FALSE(with("")->patch || with("")->part);
    EXPECT_FALSE(with(R"("part":{"key":"a:7","number":0,"total":3},)"));
}

TEST_F(ToObservation, SaysWhatCopiesAndDialoguesAreCalled) {
    auto json = snapshot_json("[]");
    json.insert(json.find(R"("channel")"), R"("aliases":[{"namespace":"mid","external_id":"a"}],"copy":{"place":"Inbox",
        "rank":1,"names":[{"external_id":"n","within_ms":2000},{"namespace":"calls","external_id":"n","within_ms":90000,
        "at":"2026-11-20T10:00:00Z","lasted_ms":35000,"lasted_within_ms":15000,"place":"switch"}]},)");
    json.insert(json.find(R"("79"})") + 4, R"(,"own":"80","also":["78"],"topic":{"key":"bill","within_ms":1000,
        "joins":true})");

    const auto got = observe(json);

    ASSERT_TRUE(got && got->copy);
    EXPECT_EQ(got->aliases, std::vector{interaction_id("mid", "a")});
    EXPECT_EQ(got->copy->place, "Inbox");
    EXPECT_EQ(got->copy->rank, 1);
    ASSERT_EQ(got->copy->names.size(), 2U);
    EXPECT_EQ(got->copy->names[0].id, interaction_id("wa:1", "n"));
    EXPECT_EQ(got->copy->names[0].within, std::chrono::seconds(2));
    EXPECT_EQ(got->copy->names[0].at, got->started_at);
    EXPECT_EQ(got->copy->names[0].place, "Inbox");
    EXPECT_FALSE(got->copy->names[0].lasted);
    EXPECT_EQ(got->copy->names[1].id, interaction_id("calls", "n"));
    EXPECT_EQ(got->copy->names[1].at, parse_time("2026-11-20T10:00:00Z"));
    EXPECT_EQ(got->copy->names[1].lasted, std::chrono::seconds(35));
    EXPECT_EQ(got->copy->names[1].lasted_within, std::chrono::seconds(15));
    EXPECT_EQ(got->copy->names[1].place, "switch");
    EXPECT_EQ(got->thread, thread_id("wa:1", "79"));
    EXPECT_EQ(got->thread_names.own, thread_id("wa:1", "80"));
    EXPECT_EQ(got->thread_names.also, std::vector{thread_id("wa:1", "78")});
    ASSERT_TRUE(got->thread_names.topic);
    EXPECT_EQ(got->thread_names.topic->id, thread_id("wa:1", "topic:bill"));
    EXPECT_TRUE(got->thread_names.topic->joins);
    EXPECT_FALSE(observe(snapshot_json("[]"))->thread_names.any());
}

TEST(ContentHash, LeavesOutTheTimeOfArrival) {
    auto first = snapshot_json("[]", "2026-03-01T10:00:00.123456Z");
    auto again = snapshot_json("[]", "2026-03-01T10:00:05.654321Z");

    EXPECT_EQ(content_hash(first, "2026-03-01T10:00:00.123456Z"), content_hash(again, "2026-03-01T10:00:05.654321Z"));
    EXPECT_NE(content_hash(first, "2026-03-01T10:00:00.123456Z"), content_hash(again, "2026-03-01T10:00:00.123456Z"));
}

constexpr std::string_view kNow = "2026-03-01T10:00:00.000000Z";

class HashPairs : public ::testing::TestWithParam<std::pair<std::string_view, std::string_view>> {};

TEST_P(HashPairs, Differ) {
    EXPECT_NE(content_hash(GetParam().first, kNow), content_hash(GetParam().second, kNow));
}

INSTANTIATE_TEST_SUITE_P(Trees,
                         HashPairs,
                         ::testing::Values(std::pair(R"({"a":1})", R"({"a":"1"})"),
                                           std::pair(R"(["ab","c"])", R"(["a","bc"])"),
                                           std::pair(R"([[1],2])", R"([[1,2]])"),
                                           std::pair(R"({"a":null})", R"({})"),
                                           std::pair(R"({"a":"b"})", R"({"b":"a"})"),
                                           std::pair("true", "1"),
                                           std::pair(R"(["2026-03-01T10:00:00.000000Z"])", R"([""])")));

TEST(Receipts, BecomeUpdatesOrWatermarks) {
    data::Arena arena;
    auto update = to_receipt(parse(R"({"namespace":"n","external_id":"m","status":"failed","at":"2026-03-01T10:00:00Z",
                                       "code":"30003","reason":"unreachable"})",
                                   arena));
    auto mark = to_receipt(parse(R"({"namespace":"n","status":"read","at":"2026-03-01T10:00:00Z",
                                     "until":"2026-03-01T09:00:00Z","thread":{"namespace":"n","external_id":"t"}})",
                                 arena));

    ASSERT_TRUE(update);
    ASSERT_TRUE(mark);
    EXPECT_EQ(std::get<store::ReceiptUpdate>(*update).id, interaction_id("n", "m"));
    EXPECT_EQ(std::get<store::ReceiptUpdate>(*update).code, "30003");
    EXPECT_EQ(std::get<store::ReceiptUpdate>(*update).part, 0);
    auto part = to_receipt(parse(R"({"namespace":"n","external_id":"m","status":"sent","at":"2026-03-01T10:00:00Z",
                                     "part":2,"parts":3})",
                                 arena));
    ASSERT_TRUE(part);
    EXPECT_EQ(std::get<store::ReceiptUpdate>(*part).part, 2);
    EXPECT_EQ(std::get<store::ReceiptUpdate>(*part).parts, 3);
    for (const auto* wrong : {R"("part":4,"parts":3)", R"("part":1)", R"("parts":2)"}) {
        const auto json =
            std::string(R"({"namespace":"n","external_id":"m","status":"sent","at":"2026-03-01T10:00:00Z",)") + wrong +
            "}";
        EXPECT_FALSE(to_receipt(parse(arena.copy(json), arena))) << wrong;
    }
    EXPECT_EQ(std::get<store::Watermark>(*mark).thread, thread_id("n", "t"));
    EXPECT_EQ(format_time(std::get<store::Watermark>(*mark).until), "2026-03-01T09:00:00Z");
}

}  // namespace
}  // namespace tandem::pipeline
