#include "tests/core/api/gateway.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tandem {
namespace {

using test::Gateway;
using test::header_of;
using test::Json;

constexpr auto* kAlice = "/v1/customers/00000000-0000-0000-0000-000000000001";
constexpr auto* kReader = "r-secret";
constexpr auto* kWriter = "w-secret";
const std::vector<net::Header> kJson = {{"Content-Type", "application/json"}};

class Customers : public testing::Test {
protected:
    Customers() { test::fill_with_alice(gateway_.store); }
    net::HttpResponse get(const std::string& target) { return gateway_.get(target, kReader); }

    Gateway gateway_;
};

std::vector<std::string> texts(data::Value list, std::string_view key) {
    std::vector<std::string> found;
    for (const auto item : list.items())
        found.emplace_back(item.string_at(key).value_or("(none)"));
    return found;
}

TEST_F(Customers, AreFoundByAPointHoweverItIsWritten) {
    for (const auto* point : {"tel:+74951234567", "tel:%2B74951234567", "%2B7%20495%20123-45-67", "8(495)123-45-67",
                              "%2B7+495+123-45-67", "Alice@Example.com", "mailto:alice@example.com"}) {
        SCOPED_TRACE(point);

        const auto response = get(std::string("/v1/customers?point=") + point);

        ASSERT_EQ(response.status, 200) << response.body;
        EXPECT_EQ(response.content_type, "application/json");
        EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
        const Json json(response.body);
        EXPECT_EQ(json.text_at("id"), "00000000-0000-0000-0000-000000000001");
        EXPECT_EQ(texts(json.at("points"), "point"),
                  (std::vector<std::string>{"tel:+74951234567", "mailto:alice@example.com"}));
        EXPECT_EQ(texts(json.at("suggestions"), "other"), std::vector<std::string>{"tel:+74957654321"});
        EXPECT_EQ(json.at("merged_ids").items()[0].as_string(), "00000000-0000-0000-0000-000000000009");
        EXPECT_EQ(json.text_at("created_at"), "2026-11-01T08:00:00Z");
    }
}

TEST_F(Customers, AreFoundByFormerIds) {
    EXPECT_EQ(Json(get("/v1/customers/00000000-0000-0000-0000-000000000009").body).text_at("id"),
              "00000000-0000-0000-0000-000000000001");
}

TEST_F(Customers, RefuseWhatMakesNoSense) {
    struct {
        const char* target;
        int status;
        const char* field;
    } const kCases[] = {
        {"/v1/customers", 400, "point"},
        {"/v1/customers?point=", 400, "point"},
        {"/v1/customers?point=nonsense%20text", 400, "point"},
        {"/v1/customers?poiint=x", 400, "poiint"},
        {"/v1/customers?point=tel:%2B74950000000", 404, "(none)"},
        {"/v1/customers/abc", 400, "id"},
        {"/v1/customers/00000000-0000-0000-0000-0000000000ff", 404, "(none)"},
        {"/v1/customers/00000000-0000-0000-0000-0000000000ff/timeline", 404, "(none)"},
        {"/v1/customers/00000000-0000-0000-0000-000000000001/timeline?limit=0", 400, "limit"},
        {"/v1/customers/00000000-0000-0000-0000-000000000001/timeline?limit=201", 400, "limit"},
        {"/v1/customers/00000000-0000-0000-0000-000000000001/timeline?before=junk", 400, "before"},
        {"/v1/customers/00000000-0000-0000-0000-000000000001/timeline?channel=vioce", 400, "channel"},
        {"/v1/interactions/abc", 400, "id"},
        {"/v1/interactions/00000000-0000-0000-0000-0000000000ff", 404, "(none)"},
    };
    for (const auto& row : kCases) {
        SCOPED_TRACE(row.target);

        const auto response = get(row.target);

        EXPECT_EQ(response.status, row.status);
        EXPECT_EQ(response.content_type, "application/problem+json");
        const Json problem(response.body);
        EXPECT_EQ(problem.at("status").as_int(), row.status);
        EXPECT_TRUE(problem.text_at("type").starts_with("urn:tandem:problem:"));
        EXPECT_NE(problem.text_at("detail"), "(none)");
        EXPECT_EQ(problem.text_at("field"), row.field);
    }
}

TEST_F(Customers, ShowATimelineItem) {
    const auto response = get(std::string(kAlice) + "/timeline?limit=4");

    ASSERT_EQ(response.status, 200);
    const Json page(response.body);
    const auto items = page.at("items").items();
    ASSERT_EQ(items.size(), 4U);
    EXPECT_EQ(data::to_json(items[1]),
              R"({"id":"00000000-0000-0000-0000-000000000004","channel":"messenger","provider":"whatsapp",)"
              R"("direction":"outbound","state":"closed","started_at":"2026-11-20T11:02:00Z",)"
              R"("thread":"07000000-0000-0000-0000-000000000000","parties":[{"role":"customer","name":"Alice",)"
              R"("points":["whatsapp:79161234567"]},{"role":"agent","name":"Boris","points":[]}],)"
              R"("text":"On its way","messages":1,"attachments":[],"delivery":{"status":"read",)"
              R"("sent_at":"2026-11-20T11:02:01Z","read_at":"2026-11-20T11:03:00Z"}})");
    EXPECT_EQ(items[3].string_at("summary"), "inbound voice, completed");
    EXPECT_EQ(items[3].string_at("ended_at"), "2026-11-19T09:04:00Z");
    EXPECT_EQ(items[0].find("delivery"), nullptr);
}

TEST_F(Customers, PageThroughTheTimelineWithoutGapOrRepeat) {
    std::multiset<std::string> seen;
    std::string target = std::string(kAlice) + "/timeline?limit=2";
    for (int pages = 1;; ++pages) {
        const Json page(get(target).body);
        for (const auto& id : texts(page.at("items"), "id"))
            seen.insert(id);
        if (page.at("next").is_null()) {
            EXPECT_EQ(pages, 3);
            break;
        }
        target = std::string(kAlice) + "/timeline?limit=2&before=" + page.text_at("next");
    }
    EXPECT_EQ(seen.size(), 5U);
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 5U);
}

TEST_F(Customers, FilterTheTimelineByChannel) {
    const Json voice(get(std::string(kAlice) + "/timeline?channel=voice").body);
    const Json both(get(std::string(kAlice) + "/timeline?channel=voice,email&channel=messenger").body);

    EXPECT_EQ(voice.at("items").size(), 1U);
    EXPECT_EQ(both.at("items").size(), 5U);
}

TEST_F(Customers, ShowOneInteraction) {
    const Json json(get("/v1/interactions/00000000-0000-0000-0000-000000000004").body);

    EXPECT_EQ(json.at("document").string_at("direction"), "outbound");
    EXPECT_EQ(json.at("delivery").string_at("status"), "read");
    EXPECT_EQ(json.at("sources").items()[0].as_string(), "whatsapp");
    EXPECT_EQ(json.at("version").as_int(), 1);
}

TEST_F(Customers, AreLinkedByOperators) {
    const auto target = std::string(kAlice) + "/links";

    const auto linked = gateway_.send("POST", target, kWriter, R"({"point":"+7 495 765-43-21"})", kJson);

    ASSERT_EQ(linked.status, 200) << linked.body;
    EXPECT_EQ(Json(linked.body).at("points").size(), 3U);
    EXPECT_EQ(Json(linked.body).at("suggestions").size(), 0U);
    ASSERT_EQ(gateway_.store.links.size(), 1U);
    EXPECT_EQ(gateway_.store.links[0].a, "tel:+74951234567");
    EXPECT_EQ(gateway_.store.links[0].b, "tel:+74957654321");
    EXPECT_EQ(gateway_.store.links[0].actor, "writer");
}

TEST_F(Customers, AreLinkedWithAPointOfChoice) {
    const auto target = std::string(kAlice) + "/links";

    const auto linked = gateway_.send("POST", target, kWriter,
                                      R"({"point":"mailto:new@example.com","with":"mailto:alice@example.com"})", kJson);

    ASSERT_EQ(linked.status, 200) << linked.body;
    EXPECT_EQ(gateway_.store.links[0].a, "mailto:alice@example.com");
}

TEST_F(Customers, RefuseLinksThatMakeNoSense) {
    struct {
        const char* body;
        const char* field;
    } const kCases[] = {
        {"", "body"},
        {"[]", "body"},
        {"{}", "point"},
        {R"({"point":1})", "point"},
        {R"({"pont":"x"})", "pont"},
        {R"({"point":"nonsense text"})", "point"},
        {R"({"point":"mailto:new@example.com","with":"tel:+74957654321"})", "with"},
        {R"({"point":"mailto:new@example.com","with":"nonsense text"})", "with"},
    };
    for (const auto& row : kCases) {
        SCOPED_TRACE(row.body);

        const auto response = gateway_.send("POST", std::string(kAlice) + "/links", kWriter, row.body, kJson);

        EXPECT_EQ(response.status, 400);
        EXPECT_EQ(Json(response.body).text_at("field"), row.field);
    }
    EXPECT_TRUE(gateway_.store.links.empty());
}

TEST_F(Customers, AreLinkedByJsonOnly) {
    const auto target = std::string(kAlice) + "/links";
    const std::string body = R"({"point":"mailto:new@example.com"})";
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/json5", "application"}) {
        SCOPED_TRACE(type);
        const auto refused = gateway_.send("POST", target, kWriter, body, {{"Content-Type", type}});
        EXPECT_EQ(refused.status, 415);
        EXPECT_EQ(refused.content_type, "application/problem+json");
        EXPECT_EQ(Json(refused.body).text_at("field"), "Content-Type");
        EXPECT_EQ(header_of(refused, "Accept"), "application/json");
    }
    EXPECT_EQ(gateway_.send("POST", target, kWriter, body).status, 415);
    EXPECT_EQ(gateway_.send("POST", target, kReader, body).status, 403) << "who may not write learns only that";
    EXPECT_TRUE(gateway_.store.links.empty());

    const net::Header type{"content-type", "Application/JSON ; charset=utf-8"};
    EXPECT_EQ(gateway_.send("POST", target, kWriter, body, {type}).status, 200);
}

TEST_F(Customers, AreSplitByOperators) {
    const auto target = std::string(kAlice) + "/links?point=mailto:alice@example.com";

    const auto response = gateway_.send("DELETE", target, kWriter);

    ASSERT_EQ(response.status, 200) << response.body;
    const Json json(response.body);
    EXPECT_EQ(texts(json.at("customer").get("points"), "point"), std::vector<std::string>{"tel:+74951234567"});
    EXPECT_EQ(texts(json.at("separated").get("points"), "point"), std::vector<std::string>{"mailto:alice@example.com"});
}

TEST_F(Customers, AreNotSplitAlongForeignPoints) {
    for (const auto* query : {"point=tel:%2B74957654321", "point=mailto:alice@example.com&with=tel:%2B74957654321",
                              "point=mailto:alice@example.com&with=mailto:alice@example.com"}) {
        EXPECT_EQ(gateway_.send("DELETE", std::string(kAlice) + "/links?" + query, kWriter).status, 400) << query;
    }
    EXPECT_TRUE(gateway_.store.links.empty());
}

TEST_F(Customers, AnswerForAStoreThatCannot) {
    gateway_.store.failure = transient("database is locked");
    const auto busy = get(kAlice);
    gateway_.store.failure = corrupt("page 7 of /data/store.db");
    const auto broken = get(kAlice);

    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(header_of(busy, "Retry-After"), "1");
    EXPECT_EQ(broken.status, 500);
    EXPECT_EQ(broken.body.find("store.db"), std::string::npos) << "the inside is not shown";
}

}  // namespace
}  // namespace tandem
