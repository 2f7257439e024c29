// `verify` as a whole: entries with conditions, expressions over the body, tokens, and what is drawn from them.
#include "support.hpp"

#include "core/mapping/program.hpp"
#include "core/mapping/verify.hpp"
#include "tests/support/table.hpp"

namespace tandem::mapping::testing {
namespace {

const std::string kUrl = "https://gw.example.test/hooks/acme_1";
constexpr int kForbidden = 403;

std::string pack_with(const std::string& verify, const std::string& more = "") {
    return pack_text("  methods: [GET, POST]\n  decode: auto\n" + more + "  verify:\n" + verify +
                         "  records: [ { rules: [ { name: any, ignore: \"'any'\" } ] } ]\n",
                     "settings: { key: { type: secret }, other: { type: secret }, open: { type: boolean, default: "
                     "false }, method: { type: string, default: strong } }\n");
}

bool passes(const std::string& pack, const std::string& settings, const Sent& sent) {
    data::Arena arena;
    return bound_pack(compile(pack), settings).receive(sent.request(), arena).answer.status != kForbidden;
}

// Parameters in order of their names, as Vonage signs them: digests computed with Python's hashlib.
const std::string kMethods = R"y(
    - scheme: digest
      when: "$settings.method == 'weak'"
      algorithm: md5
      field: sig
      message:
        - { text: "join('', map(&join('', ['&', [0], '=', regex_replace([1], '[&=]', '_')]), sort_by(items(@), &[0])[?[0] != 'sig']))" }
        - secret
      secret: key
    - scheme: hmac
      when: "$settings.method == 'strong'"
      algorithm: md5
      field: sig
      message: [ { text: "join('', map(&join('', ['&', [0], '=', regex_replace([1], '[&=]', '_')]), sort_by(items(@), &[0])[?[0] != 'sig']))" } ]
      secret: key
      optional: true
)y";
const std::string kOptional = R"y(
    - { scheme: token, when: a, query: t, secret: key, optional: true }
    - { scheme: token, when: b, query: t, secret: other }
)y";
const std::string kUnsigned = R"y(
    - { scheme: token, query: t, secret: key }
    - { scheme: none, when: "$request.method == 'GET' && status && $settings.open" }
)y";
const std::string kOdd = R"y(
    - { scheme: hmac, header: X-Sig, message: [ { text: a.b } ], secret: key }
)y";

struct Case {
    std::string name;
    std::string verify;
    std::string settings;
    Sent sent;
    bool valid;
};

class Rules : public ::testing::TestWithParam<Case> {};

TEST_P(Rules, Judge) {
    const auto& param = GetParam();
    EXPECT_EQ(passes(pack_with(param.verify), param.settings, param.sent), param.valid);
}

Sent form(const std::string& sig) {
    return {.headers = {{"Content-Type", "application/x-www-form-urlencoded"}}, .body = "b=2+%26+3&a=x%3Dy&sig=" + sig};
}
const std::string kWeak = "C1D6C3979BF7EB204ED85B780B55E868";
const std::string kStrong = "1cea748919000041744de72de2d2b925";
// Of an empty text, with the key "hush".
const std::string kEmpty = "2a79bcad68de497348b761f400e313ec343cfd84b2f2c422fe91236ee52618cb";

INSTANTIATE_TEST_SUITE_P(
    Table,
    Rules,
    ::testing::Values(
        Case{"condition_takes_the_weak_entry", kMethods, "{key: hush, method: weak}", form(kWeak), true},
        Case{"condition_takes_the_strong_entry", kMethods, "{key: [new, hush]}", form(kStrong), true},
        Case{"weaker_than_the_setting_says", kMethods, "{key: hush}", form(kWeak), false},
        Case{"nothing_signed", kMethods, "{key: hush}", form(""), false},
        Case{"parameter_changed",
             kMethods,
             "{key: hush}",
             {.headers = form("").headers, .body = "b=2&sig=" + kStrong},
             false},
        Case{"by_query_string",
             kMethods,
             "{key: hush}",
             {.method = "GET", .url = kUrl + "?a=x%3Dy&b=2+%26+3&sig=" + kStrong, .headers = {}},
             true},
        Case{"optional_of_the_entry_that_exists", kMethods, "{}", form(""), true},
        Case{"optional_of_an_entry_that_does_not_exist", kMethods, "{method: weak}", form(""), false},
        Case{"no_entry_exists", kOptional, "{}", {.body = "{}"}, false},
        Case{"another_secret_does_not_count", kOptional, "{other: x}", {.body = R"({"a":1})"}, true},
        Case{"both_exist", kOptional, "{other: x}", {.body = R"({"a":1,"b":1})"}, false},
        Case{"unsigned_switched_off", kUnsigned, "{key: k}", {.method = "GET", .url = kUrl + "?status=1"}, false},
        Case{"unsigned_switched_on",
             kUnsigned,
             "{key: k, open: true}",
             {.method = "GET", .url = kUrl + "?status=1"},
             true},
        Case{"unsigned_of_another_kind",
             kUnsigned,
             "{key: k, open: true}",
             {.method = "GET", .url = kUrl + "?x=1"},
             false},
        Case{"no_text_is_not_an_empty_one",
             kOdd,
             "{key: hush}",
             {.headers = {{"X-Sig", kEmpty}, {"Content-Type", "application/json"}}, .body = R"({"a":{"b":5}})"},
             false},
        Case{"empty_text_is_a_text",
             kOdd,
             "{key: hush}",
             {.headers = {{"X-Sig", kEmpty}, {"Content-Type", "application/json"}}, .body = R"({"a":{"b":""}})"},
             true},
        Case{"body_that_cannot_be_read",
             kOdd,
             "{key: hush}",
             {.headers = {{"X-Sig", kEmpty}, {"Content-Type", "application/json"}}, .body = "{"},
             false}),
    [](const auto& info) { return info.param.name; });

// Made with Python's hmac for the key "hush" (token_old: "old"), arrival and URL of `Sent` and the body {"a":1}.
TEST(Jwt, Vectors) {
    const auto pack = pack_with(R"y(
    - scheme: jwt
      header: Authorization
      prefix: "Bearer "
      algorithms: [HS256, HS384]
      claims: { iss: "text:Acme", url_hash: url_sha256_hex, payload_hash: body_sha256_hex }
      require: [jti]
      tolerance: 5
      max_age: 600
      secret: key
)y");
    const auto rows = tandem::testing::read_table(TANDEM_SOURCE_DIR "/tests/core/mapping/jwt_vectors.tsv");
    EXPECT_EQ(rows.size(), 33U);
    for (auto row : rows) {
        const auto value = "Bearer " + row["token"];
        const auto sent = [&](std::string_view header, const std::string& body) {
            return Sent{.headers = {{"Authorization", header}, {"Content-Type", "application/json"}}, .body = body};
        };
        EXPECT_EQ(passes(pack, "{key: [old, hush]}", sent(value, R"({"a":1})")), row["valid"] == "yes") << row["name"];
        EXPECT_FALSE(passes(pack, "{key: [old, hush]}", sent(value, R"({"a":2})"))) << row["name"];
        EXPECT_FALSE(passes(pack, "{key: [old, hush]}", sent(row["token"], R"({"a":1})"))) << row["name"];
        // Only the token that speaks of no body fits a request without one.
        EXPECT_EQ(passes(pack, "{key: [old, hush]}", sent(value, "")), row["name"] == "no_payload") << row["name"];
    }
}

TEST(Jwt, HugeTokensAreNotRead) {
    const auto pack = pack_with("    - { scheme: jwt, header: X-Jwt, secret: key }\n");
    const std::string huge(1'000'000, 'a');
    const auto token = huge + "." + huge + "." + huge;
    EXPECT_FALSE(passes(pack, "{key: hush}", {.headers = {{"X-Jwt", token}}, .body = "{}"}));
}

TEST(Challenge, MayNeedASignature) {
    const auto pack = pack_with(R"y(
    - { scheme: digest, algorithm: sha1, query: signature, secret: key, message: [ { sorted: [ secret, "query:timestamp", "query:nonce" ] } ] }
)y",
                                R"y(
  challenge:
    - { when: $request.query.echostr, verify: true, answer: { body: $request.query.echostr }, refuse: { status: 403 } }
)y");
    const auto url = kUrl + "?echostr=77&timestamp=20180216094704&nonce=nonce&signature=";
    const Sent genuine{.method = "GET", .url = url + "9dbba30679eb537add843b8a64f4065efb0635cc"};
    EXPECT_TRUE(passes(pack, "{key: hush}", genuine));
    EXPECT_FALSE(passes(pack, "{key: rush}", genuine));
    EXPECT_FALSE(passes(pack, "{key: hush}", {.method = "GET", .url = url}));
}

// A signature in the query string is worth something to whoever can read what is stored.
TEST(Envelope, LosesTheFieldOfASignature) {
    data::Arena arena;
    const auto bound = bound_pack(compile(pack_with(kMethods)), "{key: hush}");
    const Sent sent{.method = "GET", .url = kUrl + "?a=x%3Dy&b=2+%26+3&sig=" + kStrong, .headers = {}};
    const auto reception = bound.receive(sent.request(), arena);
    ASSERT_TRUE(reception.store);
    EXPECT_EQ(parse(reception.envelope, arena).string_at("url"), kUrl + "?a=x%3Dy&b=2+%26+3");
}

TEST(Warnings, NameWhatPassesUnsigned) {
    const auto pack = compile(pack_with(kUnsigned));
    EXPECT_TRUE(bound_pack(pack, "{key: k}").warnings().empty());
    const auto warnings = bound_pack(pack, "{key: k, open: true}").warnings();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings[0],
              "requests with $request.method == 'GET' && status && $settings.open pass unsigned: anybody who knows "
              "the URL can post");
}

// Where a signature in the body goes, by the kind of request.
TEST(Sign, FindsItsPlace) {
    const auto bound = bound_pack(compile(pack_with(kMethods)), "{key: hush}");
    const auto proof = [&](const Sent& sent) {
        const auto* entry = signing_entry(bound, sent.request());
        EXPECT_NE(entry, nullptr);
        return sign_as_vendor(bound, *entry, sent.request());
    };
    const auto made = proof(form("x"));
    ASSERT_TRUE(made) << made.error().text;
    EXPECT_EQ(made->where, Proof::Where::Field);
    EXPECT_EQ(made->name, "sig");
    EXPECT_EQ(made->value, kStrong);
    EXPECT_EQ(signing_entry(bound_pack(compile(pack_with(kMethods))), form("").request()), nullptr);
}

TEST(Sign, SaysWhenTheFieldIsNoName) {
    const auto bound =
        bound_pack(compile(pack_with("    - { scheme: hmac, field: meta.sig, secret: key }\n")), "{key: hush}");
    const Sent sent{.body = "{}"};
    const auto made = sign_as_vendor(bound, *signing_entry(bound, sent.request()), sent.request());
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().text.contains("meta.sig"));
}

}  // namespace
}  // namespace tandem::mapping::testing
