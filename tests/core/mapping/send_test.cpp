#include "core/mapping/send.hpp"

#include "core/data/decode.hpp"
#include "core/data/json.hpp"

#include <gtest/gtest.h>

namespace tandem::mapping {
namespace {

constexpr std::string_view kPack = R"yaml(
pack: acme
version: 1
settings:
  account: { type: string, default: "17" }
  token: { type: secret, required: true }
  extra: { type: secret }
receive: { records: [ { rules: [ { name: all, ignore: "'x'" } ] } ] }
send:
  channel: sms
  to: [tel]
  LIMITS
  max_media: 2
  let: { number: "trim_left($message.to.value, '+')" }
  request:
    url: "join('', ['https://api.acme.test/', $settings.account, '/send'])"
    query: { dry: "null", tag: "$message.media[].filename" }
    headers: { X-Id: id }
    AUTH
    BODY
  response:
    ids: "body.parts[].id || body.id"
    namespace: "'acme:17'"
    code: body.code
    reason: body.message
    errors:
      - { when: "body.code == `7`", kind: opted_out }
      - { when: "body.code == `8`", kind: throttled, retry_after: body.wait, code: "'busy'" }
)yaml";

constexpr Instant kNow = Instant(std::chrono::seconds(1'763'640'000));

constexpr std::string_view kMessage = R"({"id": "m1", "to": {"scheme": "tel", "value": "+74951234567"},
    "text": "Привет & пока", "media": [{"url": "https://x.test/1", "filename": "a b"}, {"url": "https://x.test/2"}]})";

struct Parts {
    std::string auth = "auth: { scheme: bearer, secret: token }";
    std::string body = "json: { to: $number, text: text }";
    std::string settings = "{ token: s3cret }";
    std::string limits = "max_text: 1600";
};

std::shared_ptr<const Pack> compile(const Parts& parts, config::Diagnostics& diagnostics) {
    std::string text(kPack);
    text.replace(text.find("AUTH"), 4, parts.auth);
    text.replace(text.find("BODY"), 4, parts.body);
    text.replace(text.find("LIMITS"), 6, parts.limits);
    return Pack::compile(config::parse_yaml(text, "acme.yaml", diagnostics), diagnostics);
}

class SendTest : public ::testing::Test {
protected:
    BoundPack bound(const Parts& parts) {
        config::Diagnostics diagnostics;
        const auto pack = compile(parts, diagnostics);
        EXPECT_TRUE(pack) << diagnostics.to_text();
        auto settings =
            read_settings(*pack, config::parse_yaml(parts.settings, "settings", diagnostics), "settings", diagnostics);
        return BoundPack(pack, std::move(settings), "acme", "RU");
    }
    data::Value message(std::string_view json = kMessage) { return data::parse_json(json, arena_).value(); }
    OutgoingRequest request(const Parts& parts, Reveal reveal = Reveal::Secrets) {
        const auto pack = bound(parts);
        auto made = outgoing_request(pack, message(), reveal, kNow, arena_);
        EXPECT_TRUE(made) << made.error().text;
        return made.value_or(OutgoingRequest{});
    }
    SendOutcome outcome(int status, std::string_view body, std::vector<RequestHeader> headers = {}) {
        const auto pack = bound({});
        return send_outcome(pack, message(), {.status = status, .headers = std::move(headers), .body = body}, arena_);
    }
    static std::string header(const OutgoingRequest& request, std::string_view name) {
        for (const auto& [key, value] : request.headers) {
            if (key == name) return value;
        }
        return "(none)";
    }

    data::Arena arena_;
};

TEST_F(SendTest, MakesARequestOfAMessage) {
    const auto made = request({});

    EXPECT_EQ(made.method, "POST");
    EXPECT_EQ(made.url, "https://api.acme.test/17/send?tag=a%20b");
    EXPECT_EQ(header(made, "X-Id"), "m1");
    EXPECT_EQ(header(made, "Authorization"), "Bearer s3cret");
    EXPECT_EQ(header(made, "Content-Type"), "application/json");
    EXPECT_EQ(made.body, R"({"to":"74951234567","text":"Привет & пока"})");
}

TEST_F(SendTest, WritesFormsAndTexts) {
    EXPECT_EQ(request({.body = "form: { To: to.value, Media: \"media[].url\", None: \"null\", N: \"`5`\" }"}).body,
              "To=%2B74951234567&Media=https%3A%2F%2Fx.test%2F1&Media=https%3A%2F%2Fx.test%2F2&N=5");
    const auto text = request({.body = "text: \"join('', ['<t>', text, '</t>'])\"\n    type: text/xml"});
    EXPECT_EQ(text.body, "<t>Привет & пока</t>");
    EXPECT_EQ(header(text, "Content-Type"), "text/xml");
}

TEST_F(SendTest, WritesXmlAndMultipart) {
    const auto xml =
        request({.body = "xml: { sms: { '@key': \"secret('token')\", to: to.value, url: 'media[].url' } }"});
    EXPECT_EQ(xml.body, R"(<?xml version="1.0" encoding="UTF-8"?><sms key="s3cret"><to>+74951234567</to>)"
                        R"(<url>https://x.test/1</url><url>https://x.test/2</url></sms>)");
    EXPECT_EQ(header(xml, "Content-Type"), "text/xml; charset=utf-8");

    const auto form = request({.body = "multipart: { to: to.value, none: \"null\", media: \"media[].url\", file: "
                                       "\"{filename: 'a.txt', content_type: 'text/plain', text: $message.text}\" }"});
    const auto fields = data::decode("multipart", header(form, "Content-Type"), form.body, arena_).value();
    EXPECT_EQ(fields.string_at("to"), "+74951234567");
    EXPECT_EQ(fields.find("none"), nullptr);
    EXPECT_EQ(fields.get("media").size(), 2U);
    EXPECT_EQ(fields.get("file").string_at("text"), "Привет & пока");
}

TEST_F(SendTest, XmlNeedsOneRoot) {
    const auto pack = bound({.body = "xml: { a: text, b: text }"});
    const auto made = outgoing_request(pack, message(), Reveal::Secrets, kNow, arena_);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::Rejected);
    EXPECT_EQ(made.error().text, "request.xml: an XML document needs one root element");
}

TEST_F(SendTest, ALongTextGoesOutInParts) {
    const auto pack = bound({.limits = "max_text: 6\n  split: true"});
    const auto parts = message_parts(
        pack.pack(), message(R"({"id":"m","to":{"value":"+7"},"text":"first second","reply_to":{},"media":[]})"),
        arena_);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(data::to_json(parts[0]), R"({"id":"m","to":{"value":"+7"},"text":"first","reply_to":{},)"
                                       R"("part":{"number":1,"total":2}})");
    EXPECT_EQ(data::to_json(parts[1]),
              R"({"id":"m-2","to":{"value":"+7"},"text":"second","part":{"number":2,"total":2}})");
    EXPECT_EQ(message_parts(pack.pack(), message(R"({"id":"m","text":"first"})"), arena_).size(), 1U);
    EXPECT_EQ(send_abilities(pack.pack())->max_text, 6 * 20);
}

TEST_F(SendTest, FilesGoOneByOneBesideTextThatFits) {
    const auto pack = bound({.limits = "max_text: 100\n  caption: 5"});
    const auto shown = [&](std::string_view json) {
        std::vector<std::string> out;
        for (const auto part : message_parts(pack.pack(), message(json), arena_)) {
            const auto media = part.get("media");
            out.push_back(std::string(part.string_at("text").value_or("")) + "|" +
                          std::string(media.is_array() ? media.items()[0].string_at("url").value_or("") : "") +
                          (media.is_array() && media.size() > 1 ? "+" : ""));
        }
        return out;
    };
    using Parts = std::vector<std::string>;
    EXPECT_EQ(shown(R"({"id":"m","text":"short","media":[{"url":"a"}]})"), Parts{"short|a"});
    EXPECT_EQ(shown(R"({"id":"m","text":"longer","media":[{"url":"a"}]})"), (Parts{"longer|", "|a"}));
    EXPECT_EQ(shown(R"({"id":"m","text":"short","media":[{"url":"a"},{"url":"b"}]})"), (Parts{"short|a", "|b"}));
    EXPECT_EQ(shown(R"({"id":"m","media":[{"url":"a"},{"url":"b"}]})"), (Parts{"|a", "|b"}));
}

TEST_F(SendTest, SignsWithSecretsTimeAndItsOwnAddress) {
    const Parts parts{.body = R"x(signatures:
      sign: { algorithm: md5, encoding: HEX, message: "join('', ['a', secret('token'), digits($now)])" }
      mac: { algorithm: sha256, secret: token, message: text }
    json: { s: "signature('sign')", m: "signature('mac')", has: "has_secret('extra')", to: $callback_url, t: "base64('x')" })x"};
    config::Diagnostics diagnostics;
    const auto pack = compile(parts, diagnostics);
    ASSERT_TRUE(pack) << diagnostics.to_text();
    auto settings =
        read_settings(*pack, config::parse_yaml(parts.settings, "settings", diagnostics), "settings", diagnostics);
    const BoundPack here(pack, std::move(settings), "acme", "RU", "https://gw.test/hooks/acme");
    const auto asked = message(R"({"id":"m","to":{"value":"+7"},"text":"what do ya want for nothing?"})");
    const auto made = outgoing_request(here, asked, Reveal::Secrets, kNow, arena_);
    ASSERT_TRUE(made) << made.error().text;
    const auto body = data::parse_json(made->body, arena_).value();
    EXPECT_EQ(body.string_at("s"), "5AE0BBC26703099E40D407B69319D43C");
    EXPECT_EQ(body.string_at("m"), "33bfd994af6ab9c18b2f4a3ad36a104f12a3da5d05e62dce7a86da7fefb35382");
    EXPECT_FALSE(body.get("has").as_bool());
    EXPECT_EQ(body.string_at("to"), "https://gw.test/hooks/acme");
    EXPECT_EQ(body.string_at("t"), "eA==");
    const auto shown = outgoing_request(here, asked, Reveal::Nothing, kNow, arena_);
    EXPECT_EQ(data::parse_json(shown->body, arena_).value().string_at("s"), "***");
}

TEST_F(SendTest, RefusesAndNeeds) {
    const auto pack =
        bound({.limits = "max_text: 100\n  needs: [extra]\n  refuse: [ { when: \"!text\", reason: \"'a text is "
                         "needed'\" } ]"});
    EXPECT_EQ(check_message(pack, message(), arena_).error().text, "the setting 'extra' is needed for sending");
    const auto good =
        bound({.settings = "{ token: s, extra: e }",
               .limits = "max_text: 100\n  needs: [extra]\n  refuse: [ { when: \"!text\", reason: \"'a text "
                         "is needed'\" } ]"});
    EXPECT_TRUE(check_message(good, message(), arena_));
    const auto refused = check_message(
        good, message(R"({"to":{"scheme":"tel","value":"+7"},"media":[{"url":"https://x.test"}]})"), arena_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
    EXPECT_EQ(refused.error().text, "a text is needed");
}

TEST_F(SendTest, SaysWhatIsWrongWithAMessage) {
    const auto pack = bound({.limits = "max_text: 5"});
    const auto problem = [&](std::string_view json) { return check_message(pack, message(json), arena_).error().text; };
    EXPECT_EQ(problem(R"({"text":"x"})"), "to: is missing");
    EXPECT_EQ(problem(R"({"to":{"scheme":"mailto","value":"a@b"},"text":"x"})"),
              "to.scheme: this pack cannot write to 'mailto'");
    EXPECT_EQ(problem(R"({"to":{"scheme":"tel"},"text":"x"})"), "to.value: is missing");
    EXPECT_EQ(problem(R"({"to":{"scheme":"tel","value":"+7"}})"), "text: there is neither text nor media");
    EXPECT_EQ(problem(R"({"to":{"scheme":"tel","value":"+7"},"text":5})"), "text: a text is needed");
    EXPECT_EQ(problem(R"({"to":{"scheme":"tel","value":"+7"},"text":"123456"})"), "text: has more than 5 characters");
    EXPECT_EQ(problem(R"({"to":{"scheme":"tel","value":"+7"},"media":{}})"), "media: a list is needed");
    EXPECT_EQ(problem(R"({"to":{"scheme":"tel","value":"+7"},"media":[{"url":1}]})"), "media.url: a text is needed");
    EXPECT_EQ(problem(R"({"to":{"scheme":"tel","value":"+7"},"txt":"x"})"), "txt: there is no such member");
    EXPECT_EQ(problem(R"({"to":{"scheme":"tel","value":"+7"},"thread":"x","text":"x"})"),
              "thread: an object is needed");
}

struct AuthCase {
    std::string auth, header, value, url;
};

class Auth : public SendTest, public ::testing::WithParamInterface<AuthCase> {};

TEST_P(Auth, PutsTheSecretWhereTheVendorWantsIt) {
    const auto made = request({.auth = GetParam().auth});

    if (!GetParam().header.empty()) EXPECT_EQ(header(made, GetParam().header), GetParam().value);
    if (!GetParam().url.empty()) EXPECT_EQ(made.url, GetParam().url);
}

INSTANTIATE_TEST_SUITE_P(
    Schemes,
    Auth,
    ::testing::Values(AuthCase{"auth: { scheme: basic, username: $settings.account, secret: token }", "Authorization",
                               "Basic MTc6czNjcmV0", ""},
                      AuthCase{"auth: { scheme: header, name: X-Key, prefix: 'k ', secret: token }", "X-Key",
                               "k s3cret", ""},
                      AuthCase{"auth: { scheme: query, name: api key, secret: token }", "", "",
                               "https://api.acme.test/17/send?tag=a%20b&api%20key=s3cret"}));

TEST_F(SendTest, AnExpressionPlacesASecretWithoutSeeingIt) {
    const Parts parts{.body =
                          "json: { key: \"join('/', ['k', secret('token')])\", size: \"length(secret('token'))\" }"};

    EXPECT_EQ(request(parts).body, R"({"key":"k/s3cret","size":7})");
    const auto shown = request(parts, Reveal::Nothing);
    EXPECT_EQ(shown.body, R"({"key":"k/***","size":7})");
    EXPECT_EQ(header(shown, "Authorization"), "Bearer ***");
}

TEST_F(SendTest, NoMessageCanAskForASecret) {
    const auto pack = bound({});
    const auto made = outgoing_request(pack, message(R"({"id":"m","to":{"value":"+7"},"text":"\u0002token\u0003"})"),
                                       Reveal::Secrets, kNow, arena_);

    ASSERT_TRUE(made);
    EXPECT_EQ(made->body.find("s3cret"), std::string::npos) << made->body;
}

TEST_F(SendTest, NoValueCanAddAHeader) {
    const auto pack = bound({});
    const auto made = outgoing_request(pack, message(R"({"id":"m\r\nX-Evil: 1","to":{"value":"+7"},"text":"x"})"),
                                       Reveal::Secrets, kNow, arena_);

    ASSERT_TRUE(made);
    EXPECT_EQ(header(*made, "X-Id"), "m  X-Evil: 1");
}

TEST_F(SendTest, SaysWhichSettingIsMissing) {
    const auto pack = bound({.body = "json: { key: \"secret('extra')\" }"});
    const auto made = outgoing_request(pack, message(), Reveal::Secrets, kNow, arena_);

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::Config);
    EXPECT_NE(made.error().text.find("'extra'"), std::string::npos);
}

TEST_F(SendTest, KnowsWhatTheVendorWillCallTheMessage) {
    const auto reference = [&](const std::string& limits) -> std::string {
        const auto pack = bound({.limits = limits});
        const auto found = message_reference(pack, message(), arena_);
        return found ? found->name_space + " " + found->external_id : "none";
    };
    const std::string limits = "max_text: 1600\n  reference: ";
    EXPECT_EQ(reference(limits + "{ namespace: \"'acme-ref:17'\", external_id: $message.id }"), "acme-ref:17 m1");
    EXPECT_EQ(reference(limits + "{ namespace: \"'acme-ref:17'\", external_id: thread.external_id }"), "none");
    EXPECT_EQ(reference("max_text: 1600"), "none");
}

TEST_F(SendTest, ReadsTheVendorsIds) {
    const auto one = outcome(201, R"({"id": 12345678901234567890})");
    ASSERT_FALSE(one.error);
    ASSERT_EQ(one.ids.size(), 1U);
    EXPECT_EQ(one.ids[0].external_id, "12345678901234567890");
    EXPECT_EQ(one.ids[0].name_space, "acme:17");
    EXPECT_EQ(outcome(200, R"({"parts": [{"id": "a"}, {"id": "b"}]})").ids.size(), 2U);
    EXPECT_TRUE(outcome(202, "").ids.empty());
    EXPECT_FALSE(outcome(202, "").error);
}

struct ErrorCase {
    int status;
    std::string body;
    ErrorKind kind;
    std::string code;
};

class Errors : public SendTest, public ::testing::WithParamInterface<ErrorCase> {};

TEST_P(Errors, AreTyped) {
    const auto got = outcome(GetParam().status, GetParam().body);

    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->kind, GetParam().kind) << to_string(got.error->kind);
    EXPECT_EQ(got.error->code, GetParam().code);
    EXPECT_TRUE(got.ids.empty());
}

INSTANTIATE_TEST_SUITE_P(Answers,
                         Errors,
                         ::testing::Values(ErrorCase{400, R"({"code": 3})", ErrorKind::Rejected, "3"},
                                           ErrorCase{400, "<html>", ErrorKind::Rejected, "400"},
                                           ErrorCase{200, R"({"code": 7})", ErrorKind::OptedOut, "7"},
                                           ErrorCase{400, R"({"code": 8, "wait": 2})", ErrorKind::Throttled, "busy"},
                                           ErrorCase{401, "", ErrorKind::Auth, "401"},
                                           ErrorCase{429, "", ErrorKind::Throttled, "429"},
                                           ErrorCase{503, "", ErrorKind::Transient, "503"},
                                           ErrorCase{500, "", ErrorKind::UnknownOutcome, "500"},
                                           ErrorCase{502, "", ErrorKind::UnknownOutcome, "502"},
                                           ErrorCase{302, "", ErrorKind::Rejected, "302"}));

TEST_F(SendTest, NeitherSecretsNorPagesOfTheVendorAreKept) {
    const auto got =
        outcome(400, R"({"code": "bad s3cret\u001b", "message": "key=s3cret )" + std::string(3000, 'x') + "\"}");
    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->code, "bad *** ");
    const auto basic = outcome(401, R"({"message": "no: Basic MTc6czNjcmV0!"})");  // 17:s3cret
    EXPECT_EQ(basic.error->text, "no: Basic ***!");
    EXPECT_TRUE(got.error->text.starts_with("key=*** xxx"));
    EXPECT_LT(got.error->text.size(), 1010U);
}

TEST_F(SendTest, WaitsAsLongAsTheVendorSays) {
    using std::chrono::milliseconds;
    EXPECT_EQ(outcome(400, R"({"code": 8, "wait": 2.5})").error->retry_after, milliseconds(2500));
    EXPECT_EQ(outcome(429, "", {{"Retry-After", "7"}}).error->retry_after, milliseconds(7000));
    EXPECT_EQ(outcome(429, "", {{"Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"}}).error->retry_after, std::nullopt);
    EXPECT_EQ(outcome(429, "", {{"Retry-After", "1e99"}}).error->retry_after, std::nullopt);
}

struct Mistake {
    std::string auth, body, says;
};

class SendMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(SendMistakes, AreToldWhenThePackIsLoaded) {
    config::Diagnostics diagnostics;

    EXPECT_FALSE(compile({.auth = GetParam().auth, .body = GetParam().body}, diagnostics));
    EXPECT_NE(diagnostics.to_text().find(GetParam().says), std::string::npos) << diagnostics.to_text();
}

INSTANTIATE_TEST_SUITE_P(
    Packs,
    SendMistakes,
    ::testing::Values(Mistake{"auth: { scheme: basic, secret: token }", "", "needs `username`"},
                      Mistake{"auth: { scheme: bearer, secret: tokn }", "", "did you mean 'token'"},
                      Mistake{"auth: { scheme: header, secret: token }", "", "needs the `name`"},
                      Mistake{"auth: { scheme: bearer, secret: token, name: x }", "", "have a `name`"},
                      Mistake{"", "json: { a: \"'b'\" }\n    form: { a: \"'b'\" }", "a body is one of"},
                      Mistake{"", "text: \"'b'\"", "needs its `type`"},
                      Mistake{"", "form: { a: text }\n    type: text/plain", "say their type themselves"},
                      Mistake{"", "json: { a: \"secret('tokn')\" }", "did you mean 'token'"},
                      Mistake{"", "json: { a: \"secret(text)\" }", "as a constant"}));

TEST(SecretFunction, StandsInSendOnly) {
    config::Diagnostics diagnostics;
    const auto root = config::parse_yaml(R"yaml(
pack: acme
version: 1
settings: { token: { type: secret } }
receive: { records: [ { rules: [ { name: all, ignore: "secret('token')" } ] } ] }
)yaml",
                                         "acme.yaml", diagnostics);

    EXPECT_FALSE(Pack::compile(root, diagnostics));
    EXPECT_NE(diagnostics.to_text().find("in requests to the vendor only"), std::string::npos) << diagnostics.to_text();
}

TEST(SendAbilitiesOf, APackAreWhatItsSendSays) {
    config::Diagnostics diagnostics;
    const auto pack = compile({}, diagnostics);
    ASSERT_TRUE(pack) << diagnostics.to_text();
    const auto abilities = send_abilities(*pack);
    ASSERT_TRUE(abilities);
    EXPECT_EQ(abilities->channel, "sms");
    EXPECT_EQ(abilities->provider, "acme");
    EXPECT_EQ(abilities->to, std::vector<std::string>{"tel"});
    EXPECT_EQ(abilities->max_text, 1600);
    EXPECT_EQ(abilities->max_media, 2);
    EXPECT_FALSE(abilities->repeatable);
    EXPECT_TRUE(abilities->by_http);
}

std::shared_ptr<const Pack> pack_with_send(const std::string& send, config::Diagnostics& diagnostics) {
    const auto text =
        "pack: acme\nversion: 1\nreceive: { records: [ { rules: [ { name: all, ignore: \"'x'\" } ] } ] }\n" + send;
    return Pack::compile(config::parse_yaml(text, "acme.yaml", diagnostics), diagnostics);
}

TEST(SendAbilitiesOf, APackThatOnlyReceivesAreNone) {
    config::Diagnostics diagnostics;
    const auto pack = pack_with_send("", diagnostics);
    ASSERT_TRUE(pack) << diagnostics.to_text();
    EXPECT_FALSE(send_abilities(*pack));
}

TEST(SendAbilitiesOf, APackMakesADocumentForAConnectorWithAProtocolOfItsOwn) {
    for (const auto& [request, body] :
         {std::pair{"", R"({"id":"m1","text":"hi"})"},
          {", request: { json: { words: text, from: \"'5550'\" } }", R"({"words":"hi","from":"5550"})"}}) {
        config::Diagnostics diagnostics;
        const auto pack = pack_with_send(std::string("send: { channel: sms, to: [tel]") + request + " }", diagnostics);
        ASSERT_TRUE(pack) << diagnostics.to_text();
        EXPECT_FALSE(send_abilities(*pack)->by_http);
        const BoundPack bound(pack, read_settings(*pack, {}, "settings", diagnostics), "acme", "RU");
        data::Arena arena;
        const auto message = data::parse_json(R"({"id":"m1","text":"hi"})", arena);
        const auto made = outgoing_request(bound, *message, Reveal::Secrets, kNow, arena);
        ASSERT_TRUE(made) << made.error().text;
        EXPECT_EQ(made->body, body);
    }
}

TEST(SendAbilitiesOf, WhatIsMissingOrTooMuchIsTold) {
    for (const auto& [rest, says] :
         {std::pair{"response: { namespace: \"'a'\" }",
                    "acme.yaml:4:7: error: send: needs `request`, or a list `requests`"},
          {"request: { json: {} }, response: { namespace: \"'a'\" }", "'url' is missing"},
          {"request: { url: \"'x'\" }", "4:45: error: send.request: without `response` a request is a document"}}) {
        config::Diagnostics diagnostics;
        EXPECT_FALSE(pack_with_send(std::string("send: { channel: sms, to: [tel], ") + rest + " }", diagnostics));
        EXPECT_NE(diagnostics.to_text().find(says), std::string::npos) << diagnostics.to_text();
    }
}

}  // namespace
}  // namespace tandem::mapping
