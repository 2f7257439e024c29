#include "support.hpp"

#include "core/mapping/subset.hpp"

namespace tandem::mapping::testing {
namespace {

void expect_result(const std::string& receive, const std::string& body, const std::string& expected) {
    SCOPED_TRACE(receive);
    auto pack = compile(pack_text(receive));
    ASSERT_TRUE(pack);
    auto bound = bound_pack(pack);
    data::Arena arena;
    auto actual = result(bound, {.body = body}, arena);
    std::vector<std::string> differences;
    compare_subset(parse(expected, arena), actual, "", differences);
    EXPECT_TRUE(differences.empty()) << ::testing::PrintToString(differences) << "\n" << data::to_pretty_json(actual);
}

const std::string kMessage = R"({"id":"m1","text":"hi","at":1700000000})";

TEST(Map, MakesASnapshotAndFillsInWhatPacksDoNotSay) {
    expect_result(one_rule(kSnapshot), kMessage, R"({
        "verdict": "accepted", "status": 200,
        "records": [{"type": "snapshot", "snapshot": {
            "schema_version": 1, "source": "acme_1", "rev": 3, "namespace": "acme", "external_id": "m1",
            "channel": "chat", "direction": "inbound", "state": "closed", "started_at": "2023-11-14T22:13:20Z",
            "parties": [{"no": 0, "role": "customer"}]}}]})");
}

TEST(Map, RevisionOfTheTemplateCountsInVersions) {
    expect_result(one_rule(kSnapshot + "            rev: edits\n"), R"({"id":"m1","at":1,"edits":2})",
                  R"({"records": [{"snapshot": {"rev": 515}}]})");
    expect_result(
        one_rule(kSnapshot + "            rev: edits\n"), R"({"id":"m1","at":1,"edits":-2})",
        R"({"verdict": "rejected", "records": [], "errors": [{"path": "receive.records[0].rules[0].snapshot.rev"}]})");
}

TEST(Map, ReceiptStandsBesideItsType) {
    expect_result(one_rule(R"y(
          receipt: { namespace: "'acme'", external_id: id, status: state, at: "time(at, 's')" }
)y"),
                  R"({"id":"m1","state":"delivered","at":0})", R"({"records": [
        {"type": "receipt", "external_id": "m1", "status": "delivered", "at": "1970-01-01T00:00:00Z"}]})");
}

TEST(Map, OneBadRecordLeavesItsNeighbours) {
    const auto receive = "  records:\n    - each: items\n      rules:\n        - name: message\n" + kSnapshot;
    expect_result(receive, R"({"items":[{"id":"a","at":1},{"id":"b","at":"soon"},{"at":1},{"id":"d","at":1}]})", R"({
        "verdict": "accepted",
        "records": [{"snapshot": {"external_id": "a"}}, {"snapshot": {"external_id": "d"}}],
        "errors": [{"path": "receive.records[0].rules[0].snapshot.started_at"},
                   {"path": "receive.records[0].rules[0].snapshot"}]})");
}

TEST(Map, FirstRuleThatAppliesMakesTheRecord) {
    const std::string receive = R"y(
  records:
    - rules:
        - { name: typing, when: "kind == 'typing'", ignore: "'typing indicator'" }
        - { name: echo, when: "kind == 'echo'", ignore: "'echo'", continue: true }
        - name: message
          when: id
)y" + kSnapshot;
    expect_result(receive, R"({"kind":"typing","id":"x","at":1})",
                  R"({"verdict": "ignored", "records": [], "reason": "typing indicator"})");
    expect_result(receive, R"({"kind":"echo","id":"x","at":1})",
                  R"({"verdict": "accepted", "records": [{"type": "snapshot"}], "ignored": [{"rule": "echo"}]})");
    expect_result(receive, R"({"kind":"poll"})",
                  R"({"verdict": "ignored", "records": [], "reason": "no rule takes this item"})");
}

TEST(Map, UnmatchedItemsMayGoToQuarantine) {
    expect_result(
        "  records:\n    - unmatched: quarantined\n      rules:\n        - name: message\n          when: id\n" +
            kSnapshot,
        R"({"kind":"poll"})", R"({"verdict": "rejected", "status": 200, "errors": [{"path": "receive.records[0]"}]})");
}

TEST(Map, ARuleSaysWhyAnItemGoesToQuarantine) {
    const std::string rules =
        "  records:\n    - rules:\n        - { name: broken, when: error, quarantine: error }\n"
        "        - { name: other, quarantine: \"join('', ['kind ', kind])\" }\n";
    expect_result(rules, R"({"error":"line 7"})",
                  R"({"errors": [{"path": "receive.records[0].rules[0].quarantine", "reason": "line 7"}]})");
    expect_result(rules, R"({"kind":"poll"})",
                  R"({"errors": [{"path": "receive.records[0].rules[1].quarantine", "reason": "kind poll"}]})");
    expect_result(rules, R"({"error":7})",
                  R"({"errors": [{"path": "receive.records[0].rules[0].quarantine", "reason": "broken"}]})");
}

TEST(Map, StepsKeepWhatStandsAroundAnItem) {
    expect_result(R"y(
  let: { whole: version }
  records:
    - each:
        - page: "pages"
        - "messages[]"
      let: { sender: from }
      rules:
        - name: message
          snapshot:
            namespace: "join(':', ['acme', $page.id, to_string($index), $whole])"
            external_id: "join(':', [$sender, $item.id, $.version, $body.version])"
            channel: "'chat'"
            direction: "'inbound'"
            state: "'closed'"
            started_at: "time(at, 's')"
            parties: [ { no: "`0`", role: "'customer'" } ]
)y",
                  R"({"version":"v","pages":[{"id":"p"},{"id":"q","messages":[
                      {"id":"1","from":"a","at":1},{"id":"2","from":"b","at":1}]}]})",
                  R"({"records": [{"snapshot": {"namespace": "acme:q:0:v", "external_id": "a:1:v:v"}},
                                  {"snapshot": {"namespace": "acme:q:1:v", "external_id": "b:2:v:v"}}]})");
}

// The name of the step takes the place in memory that a name of the group before had.
TEST(Map, ANameThatNobodyAskedForDoesNotShineThroughALaterStep) {
    expect_result(R"y(
  records:
    - each: a
      let: { unused: "'wrong'" }
      rules:
        - { name: first, ignore: "'first'" }
        - { name: second, when: $unused, ignore: "'second'" }
    - each: [ { outer: b }, "list[]" ]
      rules: [ { name: third, ignore: "$outer.name" } ]
)y",
                  R"({"a":[1],"b":[{"name":"right","list":[1]}]})",
                  R"({"ignored": [{"rule": "first"}, {"rule": "third", "reason": "right"}]})");
}

TEST(Map, EmptyBodiesAreIgnoredWithAReason) {
    expect_result("  records:\n    - each: items\n      rules:\n        - name: message\n" + kSnapshot, "{}",
                  R"({"verdict": "ignored", "records": [], "reason": "the body holds no records"})");
}

TEST(Map, OversizedBodiesGoToQuarantineWhole) {
    std::string body = R"({"items":[)";
    for (int i = 0; i <= 10'000; ++i)
        body += (i > 0 ? "," : "") + std::string(R"({"id":"a","at":1})");
    expect_result("  records:\n    - each: items\n      rules:\n        - name: message\n" + kSnapshot, body + "]}",
                  R"({"verdict": "rejected", "status": 200, "records": [], "errors": [{"path": "records"}]})");
}

TEST(Map, IntegersOf64BitsSurvive) {
    const auto receive = one_rule(R"y(
          receipt: { namespace: "'acme'", external_id: "to_string(token)", status: "'read'", at: "time(`0`, 's')" }
)y");
    expect_result(receive, R"({"token":5741311803571721087})",
                  R"({"records": [{"external_id": "5741311803571721087"}]})");
}

TEST(Map, ReadsTheRequestFromTheEnvelope) {
    const auto pack = compile(pack_text(R"y(
  methods: [POST, GET]
  keep_headers: [X-Event]
  secret_query: [key]
  decode: form
)y" + one_rule(R"y(
          receipt:
            namespace: "join(' ', [$request.method, $request.path, $request.headers.\"x-event\" || '-', $instance])"
            external_id: id
            status: "'sent'"
            at: $request.received_at
            reason: $request.url
            code: $request.query.q
)y")));
    auto bound = bound_pack(pack);
    data::Arena arena;
    Sent sent{.method = "GET",
              .url = "https://gw.example.test/hooks/acme_1?key=hidden&id=7&q=a%20b",
              .headers = {{"X-Event", "e"}, {"Authorization", "secret"}}};
    auto reception = bound.receive(sent.request(), arena);
    EXPECT_FALSE(reception.envelope.contains("hidden")) << reception.envelope;
    EXPECT_FALSE(reception.envelope.contains("secret")) << reception.envelope;
    auto record = result(bound, sent, arena).get("records").items()[0];
    EXPECT_EQ(record.get("namespace"), data::Value::string("GET /hooks/acme_1 e acme_1"));
    EXPECT_EQ(record.get("external_id"), data::Value::string("7"));
    EXPECT_EQ(record.get("at"), data::Value::string("2026-11-20T12:00:00Z"));
    EXPECT_EQ(record.get("reason"), data::Value::string("https://gw.example.test/hooks/acme_1?id=7&q=a%20b"));
    EXPECT_EQ(record.get("code"), data::Value::string("a b"));
}

TEST(Map, UnreadableStoredBodyIsOneError) {
    auto bound = bound_pack(compile(pack_text(one_rule(kSnapshot))));
    data::Arena arena;
    auto mapped = bound.map({"{}", "application/json", "{", {}}, arena);
    EXPECT_TRUE(mapped.records.empty());
    ASSERT_EQ(mapped.errors.size(), 1U);
    EXPECT_EQ(mapped.errors[0].path, "decode");
}

}  // namespace
}  // namespace tandem::mapping::testing
