// Signature vectors of the fixtures: a request is taken for the vendor's exactly when the vector says so.
#include "core/data/json.hpp"
#include "tests/mappings/reading.hpp"
#include "tests/mappings/requests.hpp"
#include "tests/support/fixtures.hpp"

#include <sstream>

namespace tandem::testing {
namespace {

using data::Value;

constexpr int kForbidden = 403;

std::string setting(std::string_view name, std::string_view value) {
    std::string out = "{";
    data::write_json_string(name, out);
    out += ": ";
    data::write_json_string(value, out);
    return out + "}";
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

TEST(Signatures, TwilioVectors) {
    const auto folder = fixtures("sms");
    if (!folder) return;
    std::istringstream lines(read_file(*folder / "signatures.jsonl"));
    data::Arena arena;
    int count = 0;
    for (std::string text; std::getline(lines, text);) {
        const auto line = data::parse_json(text, arena);
        ASSERT_TRUE(line);
        if (!line->string_at("scheme")->starts_with("twilio")) continue;
        ++count;
        Vendor vendor("twilio", setting("auth_token", *line->string_at("auth_token")));
        ASSERT_TRUE(vendor.ready());
        const bool json = line->find("body") != nullptr;
        const auto pairs = pairs_of(line->get("params"));
        const auto body = json ? std::string(*line->string_at("body")) : form_body(pairs);
        const mapping::Request request{
            .method = json || !pairs.empty() ? "POST" : "GET",
            .url = *line->string_at("url"),
            .headers = {{"Content-Type", json ? "application/json" : "application/x-www-form-urlencoded"},
                        {"X-Twilio-Signature", *line->string_at("signature")}},
            .body = body};
        EXPECT_EQ(vendor.read(request, arena).status != kForbidden, line->get("valid").as_bool())
            << *line->string_at("name");
    }
    EXPECT_GE(count, 17);
}

struct Checked {
    std::string_view scheme, pack, setting;
};
constexpr Checked kChecked[] = {
    {"viber", "viber", "auth_token"},
    {"hub_sha256", "messenger", "app_secret"},
    {"hub_sha256", "instagram", "app_secret"},
    {"hub_sha256", "whatsapp", "app_secret"},
};

void check_vector(Value vector, const Checked& checked) {
    Vendor vendor(std::string(checked.pack), setting(checked.setting, *vector.string_at("key")));
    ASSERT_TRUE(vendor.ready());
    const std::string body(*vector.string_at("body"));
    const auto status = [&](std::string_view signature, std::string_view bytes) {
        data::Arena arena;
        return vendor
            .read({.method = "POST",
                   .url = "https://gw.example.test/hooks/a",
                   .headers = {{"Content-Type", "application/json"}, {*vector.string_at("header"), signature}},
                   .body = bytes},
                  arena)
            .status;
    };
    const std::string signature(*vector.string_at("signature"));
    EXPECT_NE(status(signature, body), kForbidden) << checked.pack << " " << body;
    EXPECT_EQ(status(signature, body + " "), kForbidden) << checked.pack;
    EXPECT_EQ(status(signature.substr(1), body), kForbidden) << checked.pack;
    EXPECT_EQ(status("", body), kForbidden) << checked.pack;
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
        for (const auto& checked : kChecked) {
            if (*vector.string_at("scheme") != checked.scheme) continue;
            ++count;
            check_vector(vector, checked);
        }
    }
    EXPECT_GE(count, 7);
}

}  // namespace
}  // namespace tandem::testing
