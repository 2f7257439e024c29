// Signature vectors of the fixtures: a request is taken for the vendor's exactly when the vector says so.
#include "core/base/time.hpp"
#include "core/data/json.hpp"
#include "tests/mappings/reading.hpp"
#include "tests/mappings/requests.hpp"
#include "tests/support/fixtures.hpp"

#include <cctype>
#include <functional>
#include <map>
#include <sstream>

namespace tandem::testing {
namespace {

using data::Value;

constexpr int kForbidden = 403;
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

std::string text_at(Value object, std::string_view key) {
    return std::string(object.string_at(key).value_or(""));
}

std::string settings(const Pairs& pairs) {
    std::string out = "{";
    for (const auto& [name, value] : pairs) {
        if (out.size() > 1) out += ", ";
        data::write_json_string(name, out);
        out += ": ";
        data::write_json_string(value, out);
    }
    return out + "}";
}

// A request that owns its texts.
struct Sent {
    std::string method = "POST";
    std::string url = "https://gw.example.test/hooks/a";
    Pairs headers = {};
    std::string body = {};
    Instant received_at = {};
};

// Whether a connector with this pack takes the request for the vendor's.
bool genuine(const std::string& pack, const Pairs& secrets, const Sent& sent) {
    Vendor vendor(pack, settings(secrets));
    if (!vendor.ready()) return false;
    mapping::Request request{
        .method = sent.method, .url = sent.url, .headers = {}, .body = sent.body, .received_at = sent.received_at};
    for (const auto& [name, value] : sent.headers)
        request.headers.push_back({name, value});
    data::Arena arena;
    const auto status = vendor.read(request, arena).status;
    EXPECT_NE(status, 405) << sent.method << " is no request for " << pack;
    return status != kForbidden;
}

Pairs pairs_of(Value params) {
    Pairs out;
    if (!params.is_object()) return out;
    for (const auto& member : params.members()) {
        if (!member.value.is_array()) {
            out.emplace_back(member.key, member.value.as_string());
            continue;
        }
        for (const auto& value : member.value.items())
            out.emplace_back(member.key, value.as_string());
    }
    return out;
}

Pairs headers_of(Value vector) {
    Pairs out = {{"Content-Type", "application/json"}};
    for (const auto& header : vector.get("headers").members())
        out.emplace_back(header.key, header.value.as_string());
    return out;
}

bool twilio(Value vector) {
    const auto pairs = pairs_of(vector.get("params"));
    Sent sent{.method = pairs.empty() ? "GET" : "POST",
              .url = text_at(vector, "url"),
              .headers = {{"Content-Type", std::string(kForm)}, {"X-Twilio-Signature", text_at(vector, "signature")}},
              .body = form_body(pairs)};
    if (vector.find("body") != nullptr) {
        sent.method = "POST";
        sent.headers[0].second = "application/json";
        sent.body = text_at(vector, "body");
    }
    return genuine("twilio", {{"auth_token", text_at(vector, "auth_token")}}, sent);
}

// Vonage calls by form, by query string or with JSON, as the account is set.
bool vonage(Value vector) {
    const auto pairs = pairs_of(vector.get("params"));
    std::string method;
    for (const char c : text_at(vector, "algorithm"))
        method += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const Pairs secrets = {{"signature_secret", text_at(vector, "secret")}, {"signature_method", method}};
    const bool by_form =
        genuine("vonage", secrets, {.headers = {{"Content-Type", std::string(kForm)}}, .body = form_body(pairs)});
    const bool by_query =
        genuine("vonage", secrets, {.method = "GET", .url = "https://gw.example.test/hooks/a?" + form_body(pairs)});
    const bool by_json =
        genuine("vonage", secrets,
                {.headers = {{"Content-Type", "application/json"}}, .body = data::to_json(vector.get("params"))});
    EXPECT_EQ(by_form, by_query) << text_at(vector, "name");
    EXPECT_EQ(by_form, by_json) << text_at(vector, "name");
    // No other method may hold.
    const auto other = method == "sha512hmac" ? "sha256hmac" : "sha512hmac";
    EXPECT_FALSE(genuine("vonage", {secrets[0], {"signature_method", other}},
                         {.headers = {{"Content-Type", std::string(kForm)}}, .body = form_body(pairs)}));
    return by_form;
}

bool vonage_token(Value vector) {
    return genuine("vonage", {{"signature_secret", text_at(vector, "secret")}},
                   {.headers = headers_of(vector), .body = text_at(vector, "body")});
}

bool plivo(Value vector, const std::string& version) {
    const auto header = version == "v3" ? "X-Plivo-Signature-V3" : "X-Plivo-Signature-V2";
    const auto method = text_at(vector, "method");
    return genuine("plivo", {{"auth_token", text_at(vector, "auth_token")}, {"signature_version", version}},
                   {.method = method.empty() ? "POST" : method,
                    .url = text_at(vector, "url"),
                    .headers = {{"Content-Type", std::string(kForm)},
                                {header, text_at(vector, "signature")},
                                {std::string(header) + "-Nonce", text_at(vector, "nonce")}},
                    .body = form_body(pairs_of(vector.get("params")))});
}

bool smsru(Value vector) {
    Pairs pairs = {{"hash", text_at(vector, "hash")}};
    // The last first: the order of the fields says nothing.
    const auto records = vector.get("data").items();
    for (std::size_t i = records.size(); i-- > 0;)
        pairs.emplace_back("data[" + std::to_string(i) + "]", records[i].as_string());
    return genuine("smsru", {{"api_id", text_at(vector, "api_id")}},
                   {.headers = {{"Content-Type", std::string(kForm)}}, .body = form_body(pairs)});
}

TEST(Signatures, SmsVectors) {
    const auto folder = fixtures("sms");
    if (!folder) return;
    const std::map<std::string, std::function<bool(Value)>> schemes = {
        {"twilio", twilio},
        {"twilio-json", twilio},
        {"vonage-sms", vonage},
        {"vonage-jwt", vonage_token},
        {"plivo-v3", [](Value vector) { return plivo(vector, "v3"); }},
        {"plivo-v2", [](Value vector) { return plivo(vector, "v2"); }},
        {"sinch-events",
         [](Value vector) {
             return genuine("sinch", {{"webhook_secret", text_at(vector, "secret")}},
                            {.headers = headers_of(vector), .body = text_at(vector, "body")});
         }},
        {"bird",
         [](Value vector) {
             return genuine(
                 "bird", {{"signing_key", text_at(vector, "signing_key")}},
                 {.url = text_at(vector, "url"), .headers = headers_of(vector), .body = text_at(vector, "body")});
         }},
        {"smsru", smsru},
    };
    std::istringstream lines(read_file(*folder / "signatures.jsonl"));
    data::Arena arena;
    int count = 0;
    for (std::string text; std::getline(lines, text); ++count) {
        const auto line = data::parse_json(text, arena);
        ASSERT_TRUE(line);
        const auto scheme = schemes.find(text_at(*line, "scheme"));
        ASSERT_NE(scheme, schemes.end()) << "nothing judges " << text;
        EXPECT_EQ(scheme->second(*line), line->get("valid").as_bool()) << text_at(*line, "name");
    }
    EXPECT_EQ(count, 34);
}

// MessageBird's own vectors. The method is no part of what is signed, and their suite has some that the pack refuses.
TEST(Signatures, MessageBirdReference) {
    const auto folder = fixtures("sms");
    if (!folder) return;
    data::Arena arena;
    const auto text = read_file(*folder / "messagebird-jwt-reference.json");
    const auto vectors = data::parse_json(text, arena);
    ASSERT_TRUE(vectors);
    EXPECT_EQ(vectors->size(), 44U);
    for (const auto& vector : vectors->items()) {
        const auto secret = text_at(vector, "secret");
        for (const auto* method : {"POST", "GET"}) {
            const Sent sent{.method = method,
                            .url = text_at(vector, "url"),
                            .headers = {{"MessageBird-Signature-JWT", text_at(vector, "token")}},
                            .body = text_at(vector, "payload"),
                            .received_at = parse_time(text_at(vector, "timestamp")).value()};
            EXPECT_EQ(genuine("messagebird", {{"signing_key", secret.empty() ? "none" : secret}}, sent),
                      vector.get("valid").as_bool())
                << method << " " << text_at(vector, "name");
        }
    }
}

struct Checked {
    std::string_view scheme, pack, setting;
};
constexpr Checked kChecked[] = {
    {"viber", "viber", "auth_token"},          {"hub_sha256", "messenger", "app_secret"},
    {"hub_sha256", "instagram", "app_secret"}, {"hub_sha256", "whatsapp", "app_secret"},
    {"slack_v0", "slack", "signing_secret"},   {"chatwoot", "chatwoot", "secret"},
    {"line", "line", "channel_secret"},
};

void check_vector(Value vector, const Checked& checked) {
    const std::string body = text_at(vector, "body");
    Pairs headers = {{"Content-Type", "application/json"}};
    Instant at{};
    if (const auto stamp = text_at(vector, "timestamp"); !stamp.empty()) {
        headers.emplace_back(text_at(vector, "timestamp_header"), stamp);
        at = from_micros(std::stoll(stamp) * 1'000'000);
    }
    const auto accepted = [&](const std::string& signature, const std::string& bytes, Instant arrival) {
        Sent sent{.headers = headers, .body = bytes, .received_at = arrival};
        sent.headers.emplace_back(text_at(vector, "header"), signature);
        return genuine(std::string(checked.pack), {{std::string(checked.setting), text_at(vector, "key")}}, sent);
    };
    const auto signature = text_at(vector, "signature");
    EXPECT_TRUE(accepted(signature, body, at)) << checked.pack << " " << body;
    EXPECT_FALSE(accepted(signature, body + " ", at)) << checked.pack;
    EXPECT_FALSE(accepted(signature.substr(1), body, at)) << checked.pack;
    EXPECT_FALSE(accepted("", body, at)) << checked.pack;
    if (at != Instant{}) EXPECT_FALSE(accepted(signature, body, at + std::chrono::hours(1))) << checked.pack;
}

// The query alone is signed, of the handshake and of messages.
void check_wechat(Value vector) {
    const auto accepted = [&](const std::string& method, const std::string& nonce, const std::string& signature) {
        return genuine("wechat", {{"token", text_at(vector, "key")}},
                       {.method = method,
                        .url = "https://gw.example.test/hooks/a?echostr=1&timestamp=" + text_at(vector, "timestamp") +
                               "&nonce=" + nonce + "&signature=" + signature,
                        .headers = {{"Content-Type", "text/xml"}},
                        .body = method == "GET" ? "" : "<xml/>"});
    };
    const auto nonce = text_at(vector, "nonce");
    const auto signature = text_at(vector, "signature");
    for (const auto* method : {"GET", "POST"}) {
        EXPECT_TRUE(accepted(method, nonce, signature)) << method;
        EXPECT_FALSE(accepted(method, nonce + "x", signature)) << method;
        EXPECT_FALSE(accepted(method, nonce, signature.substr(1))) << method;
        EXPECT_FALSE(accepted(method, nonce, "")) << method;
    }
}

TEST(Signatures, ChatVectors) {
    const auto folder = fixtures("chat");
    if (!folder) return;
    data::Arena arena;
    const auto text = read_file(*folder / "signature_vectors.json");
    const auto vectors = data::parse_json(text, arena);
    ASSERT_TRUE(vectors);
    int count = 0;
    for (const auto& vector : vectors->items()) {
        const auto scheme = text_at(vector, "scheme");
        bool judged = scheme == "wechat_sha1";
        if (judged) check_wechat(vector);
        for (const auto& checked : kChecked) {
            if (scheme != checked.scheme) continue;
            judged = true;
            ++count;
            check_vector(vector, checked);
        }
        EXPECT_TRUE(judged) << "nothing judges " << scheme;
    }
    EXPECT_GE(count, 10);
}

}  // namespace
}  // namespace tandem::testing
