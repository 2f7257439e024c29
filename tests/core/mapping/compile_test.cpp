#include "support.hpp"

#include <algorithm>

namespace tandem::mapping::testing {
namespace {

struct Case {
    std::string name;
    std::string text;      // of the pack
    std::string expected;  // part of the diagnostics
};

class Diagnostics : public ::testing::TestWithParam<Case> {};

TEST_P(Diagnostics, NamePlaceAndRemedy) {
    std::string problems;
    EXPECT_FALSE(compile(GetParam().text, &problems));
    EXPECT_TRUE(problems.contains(GetParam().expected)) << problems;
}

const std::string kRules = "  records: [ { rules: [ { name: any, ignore: \"'any'\" } ] } ]\n";

std::string snapshot(const std::string& line) {
    return pack_text(one_rule(kSnapshot + "            " + line + "\n"));
}

INSTANTIATE_TEST_SUITE_P(
    Keys,
    Diagnostics,
    ::testing::Values(
        Case{"unknown_key", pack_text("  guard: []\n" + kRules),
             "acme.yaml:4:3: error: receive: unknown key 'guard'; did you mean 'guards'?"},
        Case{"missing_key", "pack: acme\nreceive:\n" + kRules, "key 'version' is missing"},
        Case{"version_range", "pack: acme\nversion: 256\nreceive:\n" + kRules,
             "acme.yaml:2:10: error: version: must be 0 to 255"},
        Case{"wrong_kind", pack_text("  guards: { when: a }\n" + kRules), "receive.guards: expected a list"},
        Case{"unknown_word", pack_text("  decode: jsn\n" + kRules),
             "'jsn' is not one of json, form, multipart, xml, csv, text, auto, mail; did you mean 'json'?"},
        Case{"unknown_charset", pack_text("  decode: form\n  charset: martian\n" + kRules),
             "receive.charset: unknown charset martian"},
        Case{"charset_of_json", pack_text("  charset: windows-1251\n" + kRules),
             "`charset` is for form, text, csv, mail and auto"},
        Case{"not_a_mapping", "- 1\n", "expected keys and values"},
        Case{"two_results", pack_text("  records: [ { rules: [ { name: any } ] } ]\n"),
             "a rule has one of `snapshot`, `receipt`, `ignore`, `quarantine`"},
        Case{"secret_default", pack_text(kRules, "settings: { k: { type: secret, default: x } }\n"),
             "settings.k.default: a secret has no default"},
        Case{"format_of_a_number", pack_text(kRules, "settings: { k: { type: integer, format: regex } }\n"),
             "settings.k.format: a format is for settings of type string and list"},
        Case{"format_of_a_default",
             pack_text(kRules, "settings: { k: { type: list, format: mailboxes, default: [a.test] } }\n"),
             "settings.k.default[0]: must be an address"},
        Case{"default_type", pack_text(kRules, "settings: { k: { type: integer, default: x } }\n"),
             "settings.k.default: expected a whole number"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Expressions,
    Diagnostics,
    ::testing::Values(
        Case{"syntax_position", pack_text("  guards: [ { when: \"a == = b\" } ]\n" + kRules),
             "acme.yaml:4:27: error: receive.guards[0].when"},
        Case{"unknown_function", pack_text("  guards: [ { when: \"tme(a, 's')\" } ]\n" + kRules), "did you mean time?"},
        Case{"unknown_variable", pack_text("  guards: [ { when: $setings.a } ]\n" + kRules), "settings"},
        Case{"unknown_setting",
             pack_text("  guards: [ { when: $settings.lin } ]\n" + kRules, "settings: { line: { type: string } }\n"),
             "there is no setting 'lin'; did you mean 'line'?"},
        Case{"secret_setting",
             pack_text("  guards: [ { when: $settings.key } ]\n" + kRules, "settings: { key: { type: secret } }\n"),
             "'key' is a secret: no expression sees it"},
        Case{"unknown_table",
             pack_text("  guards: [ { when: \"lookup('colours', a)\" } ]\n" + kRules,
                       "tables: { colour: { r: red } }\n"),
             "there is no table 'colours'; did you mean 'colour'?"},
        Case{"unknown_secret",
             pack_text("  guards: [ { when: \"secret_equals('tokn', a)\" } ]\n" + kRules,
                       "settings: { token: { type: secret } }\n"),
             "there is no secret setting 'tokn'; did you mean 'token'?"},
        Case{"plain_number", snapshot("rev: 1"), "a constant in an expression stands in backticks: \"`1`\""},
        Case{"plain_boolean", pack_text("  guards: [ { when: true } ]\n" + kRules),
             "a constant in an expression stands in backticks"},
        Case{"name_twice", pack_text("  let: { a: b, body: c }\n" + kRules), "$body is already defined"},
        Case{"odd_name", pack_text("  let: { a-b: c }\n" + kRules), "'a-b' cannot be a name"},
        Case{"let_uses_itself", pack_text("  let: { a: $a }\n" + kRules), "receive.let.a"},
        Case{"let_in_verify",
             pack_text("  let: { a: b }\n  verify: [ { scheme: token, secret: k, field: $a } ]\n" + kRules,
                       "settings: { k: { type: secret } }\n"),
             "receive.verify[0].field"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Templates,
    Diagnostics,
    ::testing::Values(Case{"unknown_field", snapshot("subjekt: a"),
                           "the schema has no 'subjekt' here; did you mean 'subject'?"},
                      Case{"gateway_field", snapshot("source: a"), "'source' is filled in by the gateway"},
                      Case{"missing_field", pack_text(one_rule("          receipt: { status: \"'sent'\" }\n")),
                           "'namespace' is missing"},
                      Case{"constant_word", snapshot("end_reason: \"'done'\""), "'done' is not a end_reason"},
                      Case{"forgotten_quotes", snapshot("initiated_by: customer"), "the constant is \"'customer'\""},
                      Case{"each_outside_a_list", snapshot("thread: { $each: a, namespace: b, external_id: c }"),
                           "$each stands in an object of a list only"},
                      Case{"unknown_control", snapshot("attributes: { $when: a, b: c }"), "unknown key '$when'"},
                      Case{"object_for_a_list", snapshot("attachments: { external_id: a, kind: b }"),
                           "'attachments' is not an object but a list of objects"},
                      Case{"nested_field", snapshot("attachments: [ { external_id: a, kind: b, nmae: c } ]"),
                           "acme.yaml:16:55: error: receive.records[0].rules[0].snapshot.attachments[0]: the schema "
                           "has no 'nmae' here"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Verification,
    Diagnostics,
    ::testing::Values(
        Case{"unknown_scheme",
             pack_text("  verify: [ { scheme: hmak, secret: k } ]\n" + kRules, "settings: { k: { type: secret } }\n"),
             "'hmak' is not one of hmac, digest, jwt, twilio, token, basic, none; did you mean 'hmac'?"},
        Case{"foreign_parameter",
             pack_text("  verify: [ { scheme: twilio, secret: k, algorithm: sha1 } ]\n" + kRules,
                       "settings: { k: { type: secret } }\n"),
             "scheme twilio has no 'algorithm'"},
        Case{"no_place",
             pack_text("  verify: [ { scheme: hmac, secret: k } ]\n" + kRules, "settings: { k: { type: secret } }\n"),
             "scheme hmac needs one of `header`, `query`, `field`"},
        Case{"no_such_secret",
             pack_text("  verify: [ { scheme: twilio, secret: kk } ]\n" + kRules,
                       "settings: { kk: { type: string } }\n"),
             "there is no secret setting 'kk'"},
        Case{"secret_missing",
             pack_text("  verify: [ { scheme: hmac, header: X } ]\n" + kRules, "settings: { k: { type: secret } }\n"),
             "key 'secret' is missing"},
        Case{"digest_without_secret",
             pack_text("  verify: [ { scheme: digest, secret: k, header: X } ]\n" + kRules,
                       "settings: { k: { type: secret } }\n"),
             "`message` needs the part `secret`"},
        Case{"none_without_when",
             pack_text("  verify: [ { scheme: none } ]\n" + kRules, "settings: { k: { type: secret } }\n"),
             "scheme none needs `when`"},
        Case{"none_with_secret",
             pack_text("  verify: [ { scheme: none, when: a, secret: k } ]\n" + kRules,
                       "settings: { k: { type: secret } }\n"),
             "scheme none has no 'secret'"},
        Case{"odd_part",
             pack_text("  verify: [ { scheme: hmac, secret: k, header: X, message: [ { txt: a } ] } ]\n" + kRules,
                       "settings: { k: { type: secret } }\n"),
             "expected a text, { text: EXPRESSION } or { sorted: [parts] }"},
        Case{"odd_expression",
             pack_text("  verify: [ { scheme: hmac, secret: k, header: X, message: [ { text: \"a ==\" } ] } ]\n" +
                           kRules,
                       "settings: { k: { type: secret } }\n"),
             "receive.verify[0].message[0].text"},
        Case{"odd_claim",
             pack_text("  verify: [ { scheme: jwt, secret: k, header: X, claims: { iss: Acme } } ]\n" + kRules,
                       "settings: { k: { type: secret } }\n"),
             "a claim is text:"},
        Case{"odd_algorithm",
             pack_text("  verify: [ { scheme: jwt, secret: k, header: X, algorithms: [none] } ]\n" + kRules,
                       "settings: { k: { type: secret } }\n"),
             "'none' is not one of HS256, HS384, HS512"},
        Case{
            "hidden_secret",
            pack_text("  verify: [ { scheme: hmac, secret: k, header: X, message: [ { text: \"secret('k')\" } ] } ]\n" +
                          kRules,
                      "settings: { k: { type: secret } }\n"),
            "secret() stands in requests to the vendor only"},
        Case{"challenge_without_verify", pack_text("  challenge: [ { when: a, verify: true, answer: {} } ]\n" + kRules),
             "`verify: true` needs `verify`"},
        Case{"tolerance_alone",
             pack_text("  verify: [ { scheme: hmac, secret: k, header: X, tolerance: 5 } ]\n" + kRules,
                       "settings: { k: { type: secret } }\n"),
             "`tolerance` needs `timestamp`"}),
    [](const auto& info) { return info.param.name; });

std::string calls(const std::string& more, const std::string& response = "response: { namespace: \"'a'\" }") {
    return "pack: acme\nversion: 1\nsettings: { k: { type: secret }, u: { type: url } }\nreceive:\n" + kRules + more +
           "\nsend:\n  channel: sms\n  to: [tel]\n  request: { url: $settings.u }\n  " + response + "\n";
}

std::string sends(const std::string& lines) {
    return "pack: acme\nversion: 1\nsettings: { k: { type: secret }, u: { type: url } }\nsend:\n" + lines;
}

INSTANTIATE_TEST_SUITE_P(
    Calls,
    Diagnostics,
    ::testing::Values(
        Case{"nobody_to_write_to",
             sends("  { channel: sms, to: [], request: { url: $settings.u }, response: { namespace: \"'a'\" } }"),
             "send.to: a pack that can write to nobody"},
        Case{"body_of_a_get",
             sends("  { channel: sms, to: [tel], request: { method: GET, url: $settings.u, json: {} }, response: { "
                   "namespace: \"'a'\" } }"),
             "a GET has no body"},
        Case{"no_header",
             sends("  { channel: sms, to: [tel], request: { url: $settings.u, headers: { \"X\\r\\nA\": text } }, "
                   "response: { namespace: \"'a'\" } }"),
             "this is no name of a header"},
        Case{"own_header",
             sends("  { channel: sms, to: [tel], request: { url: $settings.u, headers: { Content-Length: text } }, "
                   "response: { namespace: \"'a'\" } }"),
             "this header is the gateway's own"},
        Case{"no_requests", sends("  { channel: sms, to: [tel], requests: [], response: { namespace: \"'a'\" } }"),
             "send.requests: a list without requests"},
        Case{"unreachable_request",
             sends("  channel: sms\n  to: [tel]\n  requests:\n    - request: { url: $settings.u }\n"
                   "    - { when: media, request: { url: $settings.u } }\n  response: { namespace: \"'a'\" }\n"),
             "acme.yaml:9:7: error: send.requests[1]: is never reached"},
        Case{"secret_in_an_answer", calls("", "response: { namespace: \"'a'\", reason: \"secret('k')\" }"),
             "send.response.reason: secret() stands in requests to the vendor only"},
        Case{"forgotten_quotes_in_an_answer", calls("", "response: { ids: body.id, namespace: eye }"),
             "send.response.namespace: there is no 'eye' here: there are status, headers, body, text; a text is "
             "written \"'eye'\""},
        Case{"unknown_member_of_a_message",
             sends("  { channel: sms, to: [tel], request: { url: $settings.u, form: { a: recipient } }, response: { "
                   "namespace: \"'a'\" } }"),
             "send.request.form.a: there is no 'recipient' here: there are id, at, to, subject, text, thread"},
        Case{"probe_of_a_message", calls("probe: { request: { url: to.value } }"),
             "probe.request.url: there is no 'to' here: nothing is there to read from, only names with $"},
        Case{"probe_shows", calls("probe: { request: { url: $settings.u }, response: {}, shows: nosuch }"),
             "probe.shows: there is no 'nosuch' here"},
        Case{"poll_when", calls("poll: [ { name: p, every: 10s, when: body.x, request: { url: $settings.u } } ]"),
             "poll[0].when: there is no 'body' here"},
        Case{"poll_without_records",
             calls("poll: [ { name: p, every: 10s, request: { url: $settings.u }, records: [] } ]"),
             "poll[0].records: a poll without records"},
        Case{"token_for_a_token", calls("oauth2: { request: { url: $settings.u, auth: { scheme: oauth2 } } }"),
             "oauth2.request.auth: the request for the token cannot need it"},
        Case{"password_grant",
             calls("oauth2: { token_url: $settings.u, grant: password, client_id: \"'a'\", secret: k }"),
             "oauth2: grant password needs `parameters`"},
        Case{"unused_signature",
             calls("probe: { request: { url: $settings.u, signatures: { s: { message: \"'x'\", secret: k } } } }"),
             "nothing in the request has signature('s')"}),
    [](const auto& info) { return info.param.name; });

TEST(Compile, WarnsOfATokenThatNobodyNeeds) {
    std::string problems;
    EXPECT_TRUE(compile(calls("oauth2: { token_url: $settings.u, client_id: \"'a'\", secret: k }"), &problems))
        << problems;
    EXPECT_TRUE(problems.contains("acme.yaml:6:9: warning: oauth2: no request has")) << problems;
}

TEST(Compile, ItemsOfAListAreTheirOwnDocuments) {
    std::string problems;
    EXPECT_TRUE(compile(
        sends("  channel: sms\n  to: [tel]\n  max_media: 2\n  request: { url: $settings.u, json: { files: [ { $each: "
              "media, address: address, $if: size } ], quoted: \"media[0].x || null\" } }\n  response: { namespace: "
              "\"'a'\" }\n"),
        &problems))
        << problems;
    EXPECT_EQ(problems, "");
}

TEST(Compile, ReportsEverythingAtOnce) {
    std::string problems;
    EXPECT_FALSE(compile(pack_text("  guards: [ { when: \"a ==\" }, { when: \"(b\" } ]\n" + kRules), &problems));
    EXPECT_EQ(std::ranges::count(problems, '\n'), 2) << problems;
}

TEST(Compile, WarnsOfANotThatBindsCloserThanTheDot) {
    std::string problems;
    EXPECT_TRUE(compile(pack_text("  guards: [ { when: \"b && !a.b\" } ]\n" + kRules), &problems));
    EXPECT_TRUE(problems.contains("acme.yaml:4:27: warning: receive.guards[0].when: '!' is applied before"))
        << problems;
}

TEST(Compile, KeepsWhatItDeclares) {
    auto pack = compile(pack_text(kRules, "title: ACME\nsettings:\n  a: { type: integer, default: 7, help: \"h\" }\n"));
    ASSERT_TRUE(pack);
    EXPECT_EQ(pack->name(), "acme");
    EXPECT_EQ(pack->version(), 3);
    EXPECT_EQ(pack->title(), "ACME");
    ASSERT_EQ(pack->settings().size(), 3U) << "and the two that every pack has";
    EXPECT_EQ(pack->settings()[1].name, "opt_out_words");
    EXPECT_EQ(pack->settings()[2].name, "opt_in_words");
    EXPECT_EQ(pack->settings()[0].default_text, "7");
    EXPECT_FALSE(pack->settings()[0].secret());
}

}  // namespace
}  // namespace tandem::mapping::testing
