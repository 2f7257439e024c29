// Packs that map mails: the document, $envelope, and the tests beside such packs.
#include "support.hpp"

#include "core/mapping/pack_tests.hpp"

namespace tandem::mapping::testing {
namespace {

std::string mail_pack(const std::string& charset = "") {
    return pack_text("  methods: []\n  decode: mail\n" + charset + one_rule(R"y(
          snapshot:
            namespace: "'mail'"
            external_id: "message_id || keys.delivery"
            channel: "'email'"
            direction: "$envelope.role == 'sent' && 'outbound' || 'inbound'"
            state: "'closed'"
            started_at: "$envelope.internal_date || date"
            subject: subject
            parties: [ { no: "`0`", role: "'customer'" } ]
            messages: [ { external_id: "message_id || keys.delivery", sender: "`0`", author_kind: "'customer'", body: reply_text, sent_at: date } ]
)y"));
}

data::Value mapped(const BoundPack& pack, std::string_view envelope, std::string_view mail, data::Arena& arena) {
    RequestOutcome outcome;
    outcome.mapped = pack.map({arena.copy(envelope), "message/rfc822", arena.copy(mail), {}}, arena);
    return map_result(outcome, arena);
}

data::Value snapshot(const BoundPack& pack, std::string_view envelope, std::string_view mail, data::Arena& arena) {
    const auto result = mapped(pack, envelope, mail, arena);
    EXPECT_EQ(result.get("records").size(), 1U) << data::to_json(result);
    return result.get("records").size() == 1 ? result.get("records").items()[0].get("snapshot") : data::Value();
}

constexpr std::string_view kMail =
    "From: a@b.test\r\nMessage-ID: <1@b.test>\r\nSubject: hi\r\n"
    "Date: Mon, 2 Nov 2026 09:00:00 +0300\r\n\r\nwords\r\n";

TEST(Mail, DocumentAndEnvelopeAreMapped) {
    const auto bound = bound_pack(compile(mail_pack()));
    data::Arena arena;
    const auto made =
        snapshot(bound, R"({"role":"sent","internal_date":"2026-11-02T06:00:03Z","uid":12})", kMail, arena);
    EXPECT_EQ(made.string_at("external_id"), "1@b.test");
    EXPECT_EQ(made.string_at("direction"), "outbound");
    EXPECT_EQ(made.string_at("started_at"), "2026-11-02T06:00:03Z");
    EXPECT_EQ(made.get("messages").items()[0].string_at("body"), "words");
}

TEST(Mail, EnvelopeIsNullWithoutOne) {
    const auto bound = bound_pack(compile(mail_pack()));
    for (const auto* envelope : {"", "[", "null"}) {
        data::Arena arena;
        const auto made = snapshot(bound, envelope, kMail, arena);
        EXPECT_EQ(made.string_at("direction"), "inbound") << envelope;
        EXPECT_EQ(made.string_at("started_at"), "2026-11-02T06:00:00Z") << envelope;
    }
}

TEST(Mail, CharsetOfTheMailboxGoesBeforeThatOfThePack) {
    const std::string mail = "Subject: \xC4\xE0\r\nDate: Mon, 2 Nov 2026 09:00:00 +0300\r\n\r\nx\r\n";
    const auto pack = bound_pack(compile(mail_pack("  charset: koi8-r\n")));
    data::Arena arena;
    EXPECT_EQ(snapshot(pack, "", mail, arena).string_at("subject"), "дЮ");
    EXPECT_EQ(snapshot(pack, R"({"default_charset":"windows-1251"})", mail, arena).string_at("subject"), "Да");
}

TEST(Mail, AnEmptyOneGoesToQuarantine) {
    const auto bound = bound_pack(compile(mail_pack()));
    data::Arena arena;
    const auto result = mapped(bound, "", "\r\n", arena);
    EXPECT_EQ(data::to_json(result.get("errors")), R"([{"path":"decode","reason":"the mail is empty"}])");
}

TEST(Mail, TestsBesideThePack) {
    config::Diagnostics diagnostics;
    const auto tests = config::parse_yaml(R"y(
mails:
  - name: fits
    envelope: { role: inbox }
    mail: |
      From: a@b.test
      Message-ID: <2@b.test>
      Date: Mon, 2 Nov 2026 09:00:00 +0300

      words
    expect: { records: [ { type: snapshot, snapshot: { external_id: 2@b.test, direction: inbound } } ], errors: 0 }
  - name: does not fit
    mail: "Date: Mon, 2 Nov 2026 09:00:00 +0300\n\nx"
    expect: { records: [] }
  - name: is empty
    mail: ""
    expect: { records: [], errors: 1, reason: the mail is empty }
)y",
                                          "mail.tests.yaml", diagnostics);
    const auto report = run_pack_tests(compile(mail_pack()), tests, diagnostics);
    EXPECT_EQ(diagnostics.to_text(), "");
    ASSERT_EQ(report.cases.size(), 3U);
    EXPECT_EQ(report.failed(), 1U);
    EXPECT_TRUE(report.cases[0].failures.empty()) << ::testing::PrintToString(report.cases[0].failures);
    EXPECT_FALSE(report.cases[1].failures.empty());
    EXPECT_TRUE(report.cases[2].failures.empty()) << ::testing::PrintToString(report.cases[2].failures);
}

}  // namespace
}  // namespace tandem::mapping::testing
