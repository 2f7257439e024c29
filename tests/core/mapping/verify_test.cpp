#include "core/mapping/verify.hpp"

#include "support.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/mapping/program.hpp"
#include "tests/support/fixtures.hpp"

#include <set>
#include <sstream>

namespace tandem::mapping::testing {
namespace {

using data::Value;

std::string text_at(Value value, std::string_view key) {
    return std::string(value.string_at(key).value_or(""));
}

// The entry of `verify` written as in a pack.
Verification entry(const std::string& yaml) {
    auto pack = compile(
        pack_text("  verify: [ " + yaml + " ]\n  records: [ { rules: [ { name: any, ignore: \"'any'\" } ] } ]\n",
                  "settings: { key: { type: secret }, user: { type: string } }\n"));
    return pack ? pack->program().verifications.at(0) : Verification{};
}

// Every expression gives the same text.
struct OneText final : Texts {
    explicit OneText(std::string_view text) : value(text) {}
    std::optional<std::string_view> text(const Code&) override { return value; }
    std::string_view value;
};

bool accepts(const Verification& verification, const Sent& sent, const std::vector<Secret>& secrets) {
    OneText alice("alice");
    return holds(verification, sent.request(), {secrets, &alice});
}

std::string form(Value params) {
    std::string out;
    const auto add = [&](std::string_view name, std::string_view value) {
        out += (out.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
    };
    for (const auto& [name, value] : params.members()) {
        if (value.is_string()) add(name, value.as_string());
        if (!value.is_array()) continue;
        for (const auto& item : value.items())
            add(name, item.as_string());
    }
    return out;
}

TEST(Verify, TwilioVectors) {
    auto folder = tandem::testing::fixtures("sms");
    if (!folder) return;
    const auto twilio = entry("{ scheme: twilio, secret: key }");
    std::istringstream lines(tandem::testing::read_file(*folder / "signatures.jsonl"));
    int seen = 0;
    for (std::string line; std::getline(lines, line);) {
        data::Arena arena;
        const auto vector = parse(line, arena);
        const auto scheme = text_at(vector, "scheme");
        if (scheme != "twilio" && scheme != "twilio-json") continue;
        ++seen;
        const bool json = scheme == "twilio-json";
        const auto signature = text_at(vector, "signature");
        const bool get = !json && vector.get("params").size() == 0;
        Sent sent{.method = get ? "GET" : "POST",
                  .url = text_at(vector, "url"),
                  .headers = {{"Content-Type", json ? "application/json" : "application/x-www-form-urlencoded"},
                              {"x-twilio-signature", signature}},
                  .body = json ? text_at(vector, "body") : form(vector.get("params"))};
        const std::vector<Secret> secrets = {Secret(text_at(vector, "auth_token"))};
        EXPECT_EQ(accepts(twilio, sent, secrets), vector.get("valid").as_bool()) << text_at(vector, "name");
    }
    EXPECT_EQ(seen, 17);
}

TEST(Verify, KeyedDigestsOfChatPlatforms) {
    auto folder = tandem::testing::fixtures("chat");
    if (!folder) return;
    const std::map<std::string, std::string> schemes = {
        {"viber", "{ scheme: hmac, secret: key, header: X-Viber-Content-Signature }"},
        {"slack_v0",
         "{ scheme: hmac, secret: key, header: X-Slack-Signature, prefix: v0=, "
         "message: ['v0:', 'header:X-Slack-Request-Timestamp', ':', body] }"},
        {"hub_sha256", "{ scheme: hmac, secret: key, header: X-Hub-Signature-256, prefix: sha256= }"},
        {"chatwoot",
         "{ scheme: hmac, secret: key, header: X-Chatwoot-Signature, prefix: sha256=, "
         "message: ['header:X-Chatwoot-Timestamp', '.', body] }"},
        {"line", "{ scheme: hmac, secret: key, header: X-Line-Signature, encoding: base64 }"},
        {"wechat_sha1",
         "{ scheme: digest, secret: key, algorithm: sha1, query: signature, "
         "message: [ { sorted: [secret, 'query:timestamp', 'query:nonce'] } ] }"},
    };
    data::Arena arena;
    std::set<std::string> seen;
    for (const auto& vector : parse(tandem::testing::read_file(*folder / "signature_vectors.json"), arena).items()) {
        const auto scheme = schemes.find(text_at(vector, "scheme"));
        if (scheme == schemes.end()) continue;
        seen.insert(scheme->first);
        const auto header = text_at(vector, "header");
        const auto stamp = text_at(vector, "timestamp_header");
        const auto signature = text_at(vector, "signature");
        const auto timestamp = text_at(vector, "timestamp");
        Sent sent{.headers = {{header, signature}, {stamp, timestamp}}, .body = text_at(vector, "body")};
        const std::vector<Secret> secrets = {Secret("another"), Secret(text_at(vector, "key"))};
        const auto by_query =
            "?signature=" + signature + "&timestamp=" + timestamp + "&nonce=" + text_at(vector, "nonce");
        if (scheme->first == "wechat_sha1") sent = {.url = "https://gw.example.test/" + by_query, .headers = {}};
        EXPECT_TRUE(accepts(entry(scheme->second), sent, secrets)) << scheme->first;
        sent.body += " ";
        sent.url += "0";
        EXPECT_FALSE(accepts(entry(scheme->second), sent, secrets)) << scheme->first;
    }
    EXPECT_EQ(seen.size(), schemes.size());
}

// Schemes of SMS providers that are keyed digests over parts of the request.
TEST(Verify, KeyedDigestsOfSmsProviders) {
    auto folder = tandem::testing::fixtures("sms");
    if (!folder) return;
    const std::map<std::string, std::string> schemes = {
        {"sinch-events",
         "{ scheme: hmac, secret: key, header: x-sinch-webhook-signature, encoding: base64, message: [body, '.', "
         "'header:x-sinch-webhook-signature-nonce', '.', 'header:x-sinch-webhook-signature-timestamp'] }"},
        {"bird",
         "{ scheme: hmac, secret: key, header: messagebird-signature, encoding: base64, message: "
         "['header:messagebird-request-timestamp', \"\\n\", url, \"\\n\", body_sha256] }"},
        {"plivo-v2",
         "{ scheme: hmac, secret: key, header: x-plivo-signature-v2, encoding: base64, message: "
         "[url_without_query, 'header:x-plivo-signature-v2-nonce'] }"},
    };
    std::istringstream lines(tandem::testing::read_file(*folder / "signatures.jsonl"));
    std::set<std::string> seen;
    for (std::string line; std::getline(lines, line);) {
        data::Arena arena;
        const auto vector = parse(line, arena);
        const auto scheme = schemes.find(text_at(vector, "scheme"));
        if (scheme == schemes.end()) continue;
        seen.insert(scheme->first);
        Sent sent{.url = text_at(vector, "url"), .headers = {}, .body = text_at(vector, "body")};
        if (const auto headers = vector.get("headers"); headers.is_object()) {
            for (const auto& [name, value] : headers.members())
                sent.headers.push_back({name, value.as_string()});
        } else {
            sent.headers = {{"X-Plivo-Signature-V2", *vector.string_at("signature")},
                            {"X-Plivo-Signature-V2-Nonce", *vector.string_at("nonce")}};
        }
        const auto key = text_at(vector, "secret") + text_at(vector, "signing_key") + text_at(vector, "auth_token");
        EXPECT_TRUE(accepts(entry(scheme->second), sent, {Secret(key)})) << scheme->first;
        EXPECT_FALSE(accepts(entry(scheme->second), sent, {Secret(key + "x")})) << scheme->first;
    }
    EXPECT_EQ(seen.size(), schemes.size());
}

struct Case {
    std::string name;
    std::string entry;
    Sent sent;
    bool valid;
};

class Schemes : public ::testing::TestWithParam<Case> {};

TEST_P(Schemes, Judge) {
    const std::vector<Secret> secrets = {Secret("old"), Secret("hush")};
    EXPECT_EQ(accepts(entry(GetParam().entry), GetParam().sent, secrets), GetParam().valid);
}

const std::string kHmac = "{ scheme: hmac, secret: key, header: X-Sig }";
const std::string kStamped = "{ scheme: hmac, secret: key, header: X-Sig, timestamp: 'header:X-At', tolerance: 300 }";
const std::string kUrl = "https://gw.example.test/hooks/acme_1";
const std::string kHex = hex(hmac_sha256("hush", "x"));
const std::string kUpper = "A" + hex(hmac_sha256("hush", "x"));
const std::string kSha512 = hex(hmac_sha512("hush", "x"));
const std::string kJoined = hex(hmac_sha256("hush", "POST" + kUrl + "?a=1&" + kUrl + "1body"));

const std::string kList = "{ scheme: hmac, secret: key, header: X-Sig, separator: ',' }";
const std::string kListed = "00, " + kHex;
const std::string kLongList = [] {
    std::string out;
    for (int i = 0; i < 16; ++i)
        out += "00,";
    return out + kHex;
}();
const std::string kHuge = kHex + std::string(1'000'000, '0');
const std::string kSorted =
    "{ scheme: digest, secret: key, algorithm: sha1, query: signature, "
    "message: [ { sorted: [secret, 'query:timestamp', 'query:nonce'] } ] }";

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    return text;
}
const std::string kUpperHex = upper(kHex);
const std::string kQueryUrl = kUrl + "?sig=" + kHex;

INSTANTIATE_TEST_SUITE_P(
    Table,
    Schemes,
    ::testing::Values(
        Case{"hmac", kHmac, {.headers = {{"X-Sig", kHex}}, .body = "x"}, true},
        Case{"hmac_capitals", kHmac, {.headers = {{"X-Sig", kUpperHex}}, .body = "x"}, true},
        Case{"hmac_missing", kHmac, {.body = "x"}, false},
        Case{"hmac_empty", kHmac, {.headers = {{"X-Sig", ""}}, .body = "x"}, false},
        Case{"hmac_query", "{ scheme: hmac, secret: key, query: sig }", {.url = kQueryUrl, .body = "x"}, true},
        Case{"hmac_sha512",
             "{ scheme: hmac, secret: key, header: X-Sig, algorithm: sha512 }",
             {.headers = {{"X-Sig", kSha512}}, .body = "x"},
             true},
        Case{"hmac_parts",
             "{ scheme: hmac, secret: key, header: X-Sig, message: [method, url, '&', url_without_query, 'query:a', "
             "'text:body'] }",
             {.url = kUrl + "?a=1", .headers = {{"X-Sig", kJoined}}},
             true},
        Case{"hmac_sha384",
             "{ scheme: hmac, secret: key, header: X-Sig, algorithm: sha384 }",
             {.headers = {{"X-Sig",
                           "ca81f6990e3a3bc3586d4b6621a0881e4a99190cf36fb3e1ebaa53cc07532feee4a8bd35cd11d67cd9acd45981"
                           "c157bc"}},
              .body = "x"},
             true},
        Case{"hmac_digests_as_text",
             "{ scheme: hmac, secret: key, header: X-Sig, message: [body_sha256_hex, url_sha256_hex] }",
             {.headers = {{"X-Sig", "aa350ac2be0f35e064551869bb78efff02633719586e55364adcc40ca94410a2"}}, .body = "x"},
             true},
        Case{"hmac_over_the_secret_too",
             "{ scheme: hmac, secret: key, header: X-Sig, message: [secret, '|', body] }",
             {.headers = {{"X-Sig", "7851ef1ff99e3ce14bd9c9941af78b552ace9f067b69dc0b2d4711c84b41c51d"}}, .body = "x"},
             true},
        Case{"list_holds", kList, {.headers = {{"X-Sig", kListed}}, .body = "x"}, true},
        Case{"list_without_ours", kList, {.headers = {{"X-Sig", "00, 11"}}, .body = "x"}, false},
        Case{"list_too_long", kList, {.headers = {{"X-Sig", kLongList}}, .body = "x"}, false},
        Case{"list_without_separator", kHmac, {.headers = {{"X-Sig", kListed}}, .body = "x"}, false},
        Case{"longer_than_any_signature", kHmac, {.headers = {{"X-Sig", kHuge}}, .body = "x"}, false},
        Case{"sorted",
             kSorted,
             {.url = kUrl + "?signature=9dbba30679eb537add843b8a64f4065efb0635cc&timestamp=20180216094704&nonce=nonce"},
             true},
        Case{"sorted_other_nonce",
             kSorted,
             {.url = kUrl + "?signature=9dbba30679eb537add843b8a64f4065efb0635cc&timestamp=20180216094704&nonce=once"},
             false},
        Case{"stamp_fresh", kStamped, {.headers = {{"X-Sig", kHex}, {"X-At", "1795176060"}}, .body = "x"}, true},
        Case{"stamp_old", kStamped, {.headers = {{"X-Sig", kHex}, {"X-At", "1795175000"}}, .body = "x"}, false},
        Case{"stamp_future", kStamped, {.headers = {{"X-Sig", kHex}, {"X-At", "1795177000"}}, .body = "x"}, false},
        Case{"stamp_missing", kStamped, {.headers = {{"X-Sig", kHex}}, .body = "x"}, false},
        Case{"stamp_odd", kStamped, {.headers = {{"X-Sig", kHex}, {"X-At", "1795176060x"}}, .body = "x"}, false},
        Case{"token",
             "{ scheme: token, secret: key, header: Authorization, prefix: 'Bearer ' }",
             {.headers = {{"authorization", "Bearer hush"}}},
             true},
        Case{"token_prefix",
             "{ scheme: token, secret: key, header: Authorization, prefix: 'Bearer ' }",
             {.headers = {{"authorization", "hush"}}},
             false},
        Case{"token_query", "{ scheme: token, secret: key, query: k }", {.url = kUrl + "?k=hush"}, true},
        Case{"token_longer", "{ scheme: token, secret: key, query: k }", {.url = kUrl + "?k=hush2"}, false},
        Case{"basic",
             "{ scheme: basic, secret: key, username: $settings.user }",
             {.headers = {{"Authorization", "Basic YWxpY2U6aHVzaA=="}}},
             true},
        Case{"basic_any_user",
             "{ scheme: basic, secret: key }",
             {.headers = {{"Authorization", "basic Ym9iOmh1c2g="}}},
             true},
        Case{"basic_other_user",
             "{ scheme: basic, secret: key, username: $settings.user }",
             {.headers = {{"Authorization", "Basic Ym9iOmh1c2g="}}},
             false},
        Case{"basic_garbage", "{ scheme: basic, secret: key }", {.headers = {{"Authorization", "Basic ==="}}}, false}),
    [](const auto& info) { return info.param.name; });

TEST(Verify, TokenInTheBody) {
    const auto token = entry("{ scheme: token, secret: key, field: secret }");
    const std::vector<Secret> secrets = {Secret("hush")};
    const Sent sent;
    OneText right("hush");
    OneText wrong("");
    EXPECT_TRUE(holds(token, sent.request(), {secrets, &right}));
    EXPECT_FALSE(holds(token, sent.request(), {secrets, &wrong}));
    EXPECT_FALSE(holds(token, sent.request(), {secrets}));
}

TEST(Verify, EmptySecretsNeverHold) {
    const std::vector<Secret> secrets = {Secret("")};
    EXPECT_FALSE(accepts(entry("{ scheme: token, secret: key, query: k }"), {.url = kUrl + "?k="}, secrets));
    EXPECT_FALSE(accepts(entry(kHmac), {.headers = {{"X-Sig", kHex}}, .body = "x"}, {}));
}

TEST(Verify, WhatItSignsItAccepts) {
    const std::vector<Secret> secrets = {Secret("hush")};
    for (const auto* yaml : {"{ scheme: hmac, secret: key, header: X-Sig, encoding: base64, algorithm: sha1 }",
                             "{ scheme: twilio, secret: key }", "{ scheme: token, secret: key, header: X-Token }",
                             "{ scheme: basic, secret: key, username: $settings.user }",
                             "{ scheme: digest, secret: key, header: X-Sig, message: [secret, body] }",
                             "{ scheme: hmac, secret: key, header: X-Sig, message: [ { text: a } ] }",
                             "{ scheme: jwt, secret: key, header: Authorization, prefix: 'Bearer ', algorithms: "
                             "[HS512], claims: { iss: 'text:A', p: body_sha256_hex, u: url_sha256_hex, t: { text: a } "
                             "}, require: [jti, exp], max_age: 60 }"}) {
        const auto verification = entry(yaml);
        Sent sent{.headers = {{"Content-Type", "application/x-www-form-urlencoded"}}, .body = "b=2&a=1&b=1"};
        OneText alice("alice");
        auto proof = sign(verification, sent.request(), {secrets, &alice});
        ASSERT_TRUE(proof) << proof.error().text;
        sent.headers.push_back({proof->name, proof->value});
        EXPECT_TRUE(accepts(verification, sent, secrets)) << yaml;
    }
}

}  // namespace
}  // namespace tandem::mapping::testing
