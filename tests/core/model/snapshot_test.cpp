#include "core/model/snapshot.hpp"

#include "core/data/json.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

namespace tandem::model {
namespace {

constexpr std::string_view kValid = R"({
  "schema_version": 1, "source": "sms-main", "namespace": "sms:AC1", "external_id": "SM1", "rev": 1,
  "channel": "sms", "provider": "twilio", "direction": "inbound", "state": "closed",
  "thread": {"namespace": "sms:AC1", "external_id": "+15005550006|+15005550001"},
  "started_at": "2026-03-01T10:00:00.250Z",
  "parties": [
    {"no": 0, "role": "customer", "contact_points": [{"scheme": "tel", "value": "+15005550001", "verified": "vendor"}]},
    {"no": 1, "role": "queue", "name": "Front desk"}
  ],
  "messages": [{"external_id": "SM1", "sender": 0, "to": [1], "author_kind": "customer", "body": "Hello",
                "sent_at": "2026-03-01T10:00:00Z"}],
  "events": [{"type": "consent.granted", "at": "2026-03-01T10:00:00Z", "data": {"purpose": "news"}}],
  "attributes": {"anything": [1, 2]}
})";

TEST(Snapshot, ReadsWhatTheStoreNeeds) {
    data::Arena arena;
    auto document = data::parse_json(kValid, arena);
    ASSERT_TRUE(document) << document.error().text;
    Snapshot snapshot;

    auto ok = read_snapshot(*document, snapshot);

    ASSERT_TRUE(ok) << ok.error().text;
    EXPECT_EQ(snapshot.external_id, "SM1");
    EXPECT_EQ(snapshot.thread->external_id, "+15005550006|+15005550001");
    EXPECT_EQ(format_time(snapshot.started_at), "2026-03-01T10:00:00.250Z");
    ASSERT_EQ(snapshot.parties.size(), 2U);
    EXPECT_EQ(snapshot.parties[0].points[0].value, "+15005550001");
    EXPECT_TRUE(snapshot.parties[1].points.empty());
}

TEST(Snapshot, ReadsPartsAndPatches) {
    data::Arena arena;
    Snapshot snapshot;
    const auto read = [&](const std::string& more) {
        std::string text(kValid);
        text.insert(text.find(R"("channel")"), more);
        return read_snapshot(data::parse_json(arena.copy(text), arena).value(), snapshot).has_value();
    };
    ASSERT_TRUE(read(R"("part": {"key": "a:7", "number": 2, "total": 3},)"));
    ASSERT_TRUE(snapshot.part);
    EXPECT_EQ(snapshot.part->key, "a:7");
    EXPECT_EQ(snapshot.part->number, 2);
    EXPECT_EQ(snapshot.part->total, 3);
    EXPECT_FALSE(snapshot.patch);
    ASSERT_TRUE(read(R"("part": {"key": "a:7", "number": 1, "total": 1},)"));
    EXPECT_FALSE(snapshot.part) << "one part is the whole message";
    ASSERT_TRUE(read(R"("patch": true,)"));
    EXPECT_TRUE(snapshot.patch);
    ASSERT_TRUE(read(""));
    EXPECT_FALSE(snapshot.patch || snapshot.part);
}

struct Wrong {
    std::string_view from;  // text in kValid ...
    std::string_view to;    // ... and what it becomes
    std::string_view error;
};

class WrongSnapshot : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongSnapshot, NamesTheField) {
    std::string text(kValid);
    auto at = text.find(GetParam().from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, GetParam().from.size(), GetParam().to);
    data::Arena arena;
    auto document = data::parse_json(text, arena);
    ASSERT_TRUE(document) << document.error().text;
    Snapshot snapshot;

    auto outcome = read_snapshot(*document, snapshot);

    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ErrorKind::Rejected);
    EXPECT_EQ(outcome.error().text.substr(0, GetParam().error.size()), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Fields,
    WrongSnapshot,
    ::testing::Values(
        Wrong{R"("schema_version": 1)", R"("schema_version": 2)", "schema_version: must be 1"},
        Wrong{R"("source": "sms-main")", R"("source": "SMS main")", "source: 'SMS main' is not a source name"},
        Wrong{R"("external_id": "SM1", "rev")", R"("external_id": "", "rev")", "external_id: must not be empty"},
        Wrong{R"("rev": 1)", R"("rev": -1)", "rev: must not be negative"},
        Wrong{R"("rev": 1)", R"("rev": 1, "part": {"key": "k", "number": 3, "total": 2})",
              "part: number must be from 1"},
        Wrong{R"("rev": 1)", R"("rev": 1, "part": {"key": "k", "number": 1, "total": 256})", "part: number must be"},
        Wrong{R"("rev": 1)", R"("rev": 1, "copy": {"place": "p", "rank": 10})", "copy.rank: at most 9"},
        Wrong{R"("rev": 1)", R"("rev": 1, "copy": {"rank": 1})", "copy.place: is missing"},
        Wrong{R"("rev": 1)",
              R"("rev": 1, "copy": {"place": "p", "rank": 1, "names": [{"external_id": "n", "within_ms": 86400001}]})",
              "copy.names.within_ms: at most 86400000"},
        Wrong{R"("rev": 1)", R"("rev": 1, "copy": {"place": "p", "rank": 1, "precision_ms": 86400001})",
              "copy.precision_ms: at most 86400000"},
        Wrong{
            R"("rev": 1)",
            R"("rev": 1, "copy": {"place": "p", "rank": 1, "names": [{"external_id": "n", "within_ms": 1, "at": "x"}]})",
            "copy.names[0].at: "},
        Wrong{R"("rev": 1)", R"("rev": 1, "patch": true, "copy": {"place": "p", "rank": 1})", "copy: only of a whole"},
        Wrong{R"("rev": 1)", R"("rev": 1, "part": {"number": 1, "total": 2})", "part.key: is missing"},
        Wrong{R"("rev": 1)", R"("rev": 1, "patch": true, "part": {"key": "k", "number": 1, "total": 2})",
              "patch: a part"},
        Wrong{R"("rev": 1)", R"("rev": 1.5)", "rev: an integer is needed, not a fraction"},
        Wrong{R"("channel": "sms")", R"("channel": "pigeon")", "channel: 'pigeon' is not one of voice, "},
        Wrong{R"("channel": "sms",)", "", "channel: is missing"},
        Wrong{R"("channel": "sms")", R"("chanel": "sms")", "chanel: no such field"},
        Wrong{R"("2026-03-01T10:00:00.250Z")", R"("2026-03-01T10:00:00+03:00")",
              "started_at: '2026-03-01T10:00:00+03:00'"},
        Wrong{R"("2026-03-01T10:00:00.250Z")", R"("2026-02-30T10:00:00Z")",
              "started_at: '2026-02-30T10:00:00Z' is not"},
        Wrong{R"("2026-03-01T10:00:00.250Z")", "1772359200", "started_at: a text is needed, not an integer"},
        Wrong{R"({"namespace": "sms:AC1", "external_id": "+1)", R"({"external_id": "+1)",
              "thread.namespace: is missing"},
        Wrong{R"("role": "queue")", R"("role": "client")", "parties[1].role: 'client' is not one of customer"},
        Wrong{R"("scheme": "tel")", R"("scheme": "phone")", "parties[0].contact_points[0].scheme: 'phone'"},
        Wrong{R"("type": "consent.granted")", R"("type": "Consent")", "events[0].type: 'Consent' is not an event type"},
        Wrong{R"("to": [1])", R"("to": ["1"])", "messages[0].to[0]: an integer is needed, not a text"},
        Wrong{R"("attributes": {"anything": [1, 2]})", R"("attributes": 5)", "attributes: an object is needed"},
        Wrong{R"("thread": {)", R"("subject": 7, "thread": {)", "subject: a text is needed, not an integer"}));

TEST(Snapshot, AcceptsTheWorkedExamples) {
    auto folder = testing::fixtures("schema/normalised");
    if (!folder) return;
    std::size_t seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
        if (entry.path().filename() == "interaction.schema.json") continue;
        SCOPED_TRACE(entry.path());
        data::Arena arena;
        auto document = data::parse_json(testing::read_file(entry.path()), arena);
        ASSERT_TRUE(document);
        Snapshot snapshot;
        auto ok = read_snapshot(*document, snapshot);
        EXPECT_TRUE(ok) << ok.error().text;
        ++seen;
    }
    EXPECT_EQ(seen, 8U);
}

struct ReceiptCase {
    std::string_view json;
    std::string_view error;  // empty: accepted
};

class ReceiptTable : public ::testing::TestWithParam<ReceiptCase> {};

TEST_P(ReceiptTable, Judges) {
    data::Arena arena;
    auto document = data::parse_json(GetParam().json, arena);
    ASSERT_TRUE(document);
    Receipt receipt;

    auto outcome = read_receipt(*document, receipt);

    EXPECT_EQ(outcome ? "" : outcome.error().text.substr(0, GetParam().error.size()), GetParam().error);
    EXPECT_EQ(outcome.has_value(), GetParam().error.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Receipts,
    ReceiptTable,
    ::testing::Values(
        ReceiptCase{R"({"namespace":"n","external_id":"1","status":"read","at":"2026-03-01T10:00:00Z"})", ""},
        ReceiptCase{R"({"namespace":"n","external_id":"1","status":"seen","at":"2026-03-01T10:00:00Z"})",
                    "status: 'seen' is not one of"},
        ReceiptCase{R"({"namespace":"n","status":"read","at":"2026-03-01T10:00:00Z"})", "external_id: is missing"},
        ReceiptCase{R"({"namespace":"n","status":"read","at":"2026-03-01T10:00:00Z","until":"2026-03-01T10:00:00Z",
                        "thread":{"namespace":"n","external_id":"t"}})",
                    ""},
        ReceiptCase{R"({"namespace":"n","status":"failed","at":"2026-03-01T10:00:00Z","until":"2026-03-01T10:00:00Z",
                        "thread":{"namespace":"n","external_id":"t"}})",
                    "status: a watermark can only say delivered or read"}));

}  // namespace
}  // namespace tandem::model
