#include "support.hpp"

namespace tandem::mapping::testing {
namespace {

const std::string kHead = R"y(
settings:
  token: { type: secret, help: "the word" }
  page: { type: string }
)y";

const std::string kReceive = R"y(
  methods: [GET, POST]
  challenge:
    - when: "$request.method == 'GET'"
      accept: "secret_equals('token', $request.query.token)"
      answer: { type: text/plain, body: $request.query.challenge }
      refuse: { status: 403, body: "'wrong token'" }
  verify: [ { scheme: token, header: X-Token, secret: token, optional: true } ]
  guards:
    - { when: "object != 'page'", status: 422, reason: "'not a page'" }
    - { when: "$settings.page && id != $settings.page", verdict: ignored, reason: "'another page'" }
    - { when: "ping", verdict: ignored, answer: { body: "{pong: ping}" } }
  answer: { status: 202, body: "'thanks'" }
  records: [ { rules: [ { name: any, ignore: "'any'" } ] } ]
)y";

struct Case {
    std::string name;
    std::string settings;
    Sent sent;
    Verdict verdict;
    int status;
    std::string answer;
    bool store;
};

class Receive : public ::testing::TestWithParam<Case> {};

TEST_P(Receive, Judges) {
    const auto& param = GetParam();
    auto bound = bound_pack(compile(pack_text(kReceive, kHead)), param.settings);
    data::Arena arena;
    auto reception = bound.receive(param.sent.request(), arena);
    EXPECT_EQ(reception.verdict, param.verdict) << reception.reason;
    EXPECT_EQ(reception.answer.status, param.status) << reception.reason;
    EXPECT_EQ(reception.answer.body, param.answer);
    EXPECT_EQ(reception.store, param.store);
    EXPECT_EQ(reception.envelope.empty(), !param.store);
    EXPECT_FALSE(reception.reason.contains("hush"));
}

const std::string kPage = R"({"object":"page","id":"1"})";
const std::string kUrl = "https://gw.example.test/hooks/acme_1";

INSTANTIATE_TEST_SUITE_P(
    Requests,
    Receive,
    ::testing::Values(
        Case{"accepted", "{}", {.body = kPage}, Verdict::Accepted, 202, "thanks", true},
        Case{"method", "{}", {.method = "PUT", .body = kPage}, Verdict::Rejected, 405, "method not allowed", false},
        Case{"handshake",
             "{token: hush}",
             {.method = "GET", .url = kUrl + "?token=hush&challenge=77"},
             Verdict::Accepted,
             200,
             "77",
             false},
        Case{"wrong_handshake",
             "{token: hush}",
             {.method = "GET", .url = kUrl + "?token=no&challenge=77"},
             Verdict::Rejected,
             403,
             "wrong token",
             false},
        Case{"handshake_without_setting",
             "{}",
             {.method = "GET", .url = kUrl + "?token=&challenge=77"},
             Verdict::Rejected,
             403,
             "wrong token",
             false},
        Case{"no_token",
             "{token: hush}",
             {.body = kPage},
             Verdict::Rejected,
             403,
             "the request does not prove that it comes from the vendor",
             false},
        Case{"wrong_token",
             "{token: hush}",
             {.headers = {{"X-Token", "hus"}}, .body = kPage},
             Verdict::Rejected,
             403,
             "the request does not prove that it comes from the vendor",
             false},
        Case{"token",
             "{token: hush}",
             {.headers = {{"x-token", "hush"}}, .body = kPage},
             Verdict::Accepted,
             202,
             "thanks",
             true},
        Case{"rotated_token",
             "{token: [new, hush]}",
             {.headers = {{"x-token", "hush"}}, .body = kPage},
             Verdict::Accepted,
             202,
             "thanks",
             true},
        Case{"guard", "{}", {.body = R"({"object":"user"})"}, Verdict::Rejected, 422, "not a page", false},
        Case{"ignored", "{page: 2}", {.body = kPage}, Verdict::Ignored, 202, "thanks", false},
        Case{"ignored_with_answer",
             "{}",
             {.body = R"({"object":"page","ping":[1]})"},
             Verdict::Ignored,
             200,
             R"({"pong":[1]})",
             false}),
    [](const auto& info) { return info.param.name; });

TEST(ReceiveBodies, MalformedBodyIsRejectedWithItsPosition) {
    auto bound = bound_pack(compile(pack_text(kReceive, kHead)));
    data::Arena arena;
    auto reception = bound.receive(Sent{.body = "{\"object\":\n}"}.request(), arena);
    EXPECT_EQ(reception.verdict, Verdict::Rejected);
    EXPECT_EQ(reception.answer.status, 400);
    EXPECT_TRUE(reception.reason.contains("line 2")) << reception.reason;
}

TEST(ReceiveBodies, SignatureIsJudgedBeforeTheBody) {
    auto bound = bound_pack(compile(pack_text(kReceive, kHead)), "{token: hush}");
    data::Arena arena;
    EXPECT_EQ(bound.receive(Sent{.body = "{"}.request(), arena).answer.status, 403);
}

// An odd body must be stored and looked at by people, not refused because a guard could not read it.
TEST(ReceiveBodies, GuardThatFailsEndsNothing) {
    auto bound = bound_pack(compile(pack_text(R"y(
  guards: [ { when: "length(entry) == `0`" } ]
  records: [ { rules: [ { name: any, ignore: "'any'" } ] } ]
)y")));
    data::Arena arena;
    EXPECT_TRUE(bound.receive(Sent{.body = R"({"entry":5})"}.request(), arena).store);
    EXPECT_FALSE(bound.receive(Sent{.body = R"({"entry":[]})"}.request(), arena).store);
}

// Guards and answers know what records know; a name that fails is null.
TEST(ReceiveBodies, GuardsAndAnswersUseNames) {
    auto bound = bound_pack(compile(pack_text(R"y(
  let: { sender: "trim(from)", path: $request.path, odd: "length(from)", reply: "join(' ', ['hello', $sender])" }
  guards:
    - { when: "$odd == `1` && !$sender", reason: "'not reached'" }
    - { when: "$sender == 'spam'", verdict: ignored, reason: $path, answer: { body: $sender } }
  answer: { body: $reply }
  records: [ { rules: [ { name: any, ignore: $sender } ] } ]
)y")));
    data::Arena arena;
    const auto spam = bound.receive(Sent{.body = R"({"from":" spam "})"}.request(), arena);
    EXPECT_EQ(spam.verdict, Verdict::Ignored);
    EXPECT_EQ(spam.reason, "/hooks/acme_1");
    EXPECT_EQ(spam.answer.body, "spam");
    EXPECT_EQ(bound.receive(Sent{.body = R"({"from":"Ann"})"}.request(), arena).answer.body, "hello Ann");
    const auto odd = bound.receive(Sent{.body = R"({"from":7})"}.request(), arena);
    EXPECT_TRUE(odd.store);
    EXPECT_EQ(odd.answer.body, "");
}

TEST(ReceiveBodies, TypeOfTheAnswerMayBeAnExpression) {
    auto bound = bound_pack(compile(pack_text(R"y(
  let: { wanted: type }
  answer: { type: $wanted, body: "'<ok/>'" }
  records: [ { rules: [ { name: any, ignore: "'any'" } ] } ]
)y")));
    data::Arena arena;
    const auto type = [&](const std::string& wanted) {
        return bound.receive(Sent{.body = R"({"type":)" + wanted + "}"}.request(), arena).answer.content_type;
    };
    EXPECT_EQ(type(R"("text/xml")"), "text/xml");
    for (const auto* wanted : {"null", "7", R"("")", R"("text/xml\r\nX: 1")"})
        EXPECT_EQ(type(wanted), "text/plain; charset=utf-8") << wanted;
}

TEST(ReceiveBodies, CharsetOfBodiesThatNameNone) {
    auto bound = bound_pack(compile(pack_text(R"y(
  methods: [GET, POST]
  decode: form
  charset: windows-1251
  answer: { body: text }
  records: [ { rules: [ { name: any, ignore: "'any'" } ] } ]
)y")));
    data::Arena arena;
    const auto answer = [&](const Sent& sent) { return bound.receive(sent.request(), arena).answer.body; };
    EXPECT_EQ(answer({.headers = {}, .body = "text=%C4%E0"}), "Да");
    EXPECT_EQ(answer({.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                      .body = "text=%D0%94%D0%B0"}),
              "Да");
    EXPECT_EQ(answer({.method = "GET", .url = "https://gw.example.test/hooks/acme_1?text=%C4%E0", .headers = {}}),
              "Да");
}

TEST(Warnings, SayWhenAnybodyCanPost) {
    auto pack = compile(pack_text(kReceive, kHead));
    EXPECT_EQ(bound_pack(pack).warnings(), std::vector<std::string>{"no token: anybody who knows the URL can post"});
    EXPECT_TRUE(bound_pack(pack, "{token: hush}").warnings().empty());
    auto open = compile(pack_text("  records: [ { rules: [ { name: any, ignore: \"'any'\" } ] } ]\n"));
    EXPECT_EQ(bound_pack(open).warnings().size(), 1U);
}

}  // namespace
}  // namespace tandem::mapping::testing
