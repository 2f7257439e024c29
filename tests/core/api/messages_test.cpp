#include "core/outbox/messages.hpp"

#include "core/api/api.hpp"
#include "tests/core/api/gateway.hpp"
#include "tests/support/store_builder.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

// The API over a real store that can send.
class MessagesApi : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = store::open_sqlite_store({.file = dir_.path() / "store.db", .readers = 1});
        ASSERT_TRUE(opened) << opened.error().text;
        store_ = std::move(*opened);
        messages_ = std::make_unique<outbox::Messages>(
            *store_, pipeline::IdentityContext{.key = Secret("test key"), .rules = {}}, "RU", clock_,
            [](const std::string&) {});
        messages_->use({{.name = "sms", .channel = "sms", .provider = "twilio", .to = {"tel"}, .max_text = 160}});
        api::ApiSources sources;
        sources.messages = messages_.get();
        gateway_ = std::make_unique<Gateway>(Gateway::options(), std::move(sources), store_.get());
    }

    net::HttpResponse post(const std::string& body, std::vector<net::Header> headers = {}) {
        headers.push_back({"Content-Type", "application/json"});
        return gateway_->send("POST", "/v1/messages", "w-secret", body, std::move(headers));
    }
    std::string field_of(const std::string& body) {
        const auto response = post(body);
        EXPECT_EQ(response.status, 400) << response.body;
        return Json(response.body).text_at("field");
    }

    TempDir dir_;
    ManualClock clock_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<outbox::Messages> messages_;
    std::unique_ptr<Gateway> gateway_;
};

constexpr const char* kHello = R"({"to":"tel:+7 495 123-45-67","text":"hello","idempotency_key":"k1"})";

TEST_F(MessagesApi, AcceptsAMessageAndShowsWhatBecameOfIt) {
    const auto accepted = post(kHello);
    ASSERT_EQ(accepted.status, 202) << accepted.body;
    const Json message(accepted.body);
    EXPECT_EQ(message.text_at("state"), "queued");
    EXPECT_EQ(message.text_at("via"), "sms");
    EXPECT_EQ(message.at("interaction").string_at("channel"), "sms");
    EXPECT_EQ(message.at("interaction").get("delivery").string_at("status"), "queued");

    const auto claimed = store_->outbox().claim("sms", 1, clock_.now()).value();
    ASSERT_EQ(claimed.size(), 1U);
    const store::Settlement failed{.id = claimed[0].id,
                                   .attempt = 1,
                                   .state = store::OutboxState::Failed,
                                   .code = "21211",
                                   .reason = "no such number"};
    ASSERT_TRUE(store_->outbox().settle({&failed, 1}, clock_.now()));
    const Json after(gateway_->get("/v1/messages/" + message.text_at("id"), "r-secret").body);
    EXPECT_EQ(after.text_at("state"), "failed");
    EXPECT_EQ(after.at("history").items().back().string_at("code"), "21211");

    const auto again = gateway_->send("POST", "/v1/messages/" + message.text_at("id") + "/resend", "w-secret");
    EXPECT_EQ(again.status, 202) << again.body;
    EXPECT_EQ(Json(again.body).text_at("state"), "queued");
    EXPECT_EQ(gateway_->send("POST", "/v1/messages/" + message.text_at("id") + "/resend", "w-secret").status, 409);
}

TEST_F(MessagesApi, ListsWhatFailed) {
    const auto failed_id = Json(post(kHello).body).text_at("id");
    const auto claimed = store_->outbox().claim("sms", 1, clock_.now()).value();
    const store::Settlement failed{
        .id = claimed.at(0).id, .attempt = 1, .state = store::OutboxState::Failed, .code = "21211"};
    ASSERT_TRUE(store_->outbox().settle({&failed, 1}, clock_.now()));
    post(R"({"to":"tel:+74951234567","text":"second","idempotency_key":"k2"})");

    const Json all(gateway_->get("/v1/messages", "r-secret").body);
    EXPECT_EQ(all.at("items").size(), 2U);
    const Json list(gateway_->get("/v1/messages?state=failed&via=sms", "r-secret").body);
    ASSERT_EQ(list.at("items").size(), 1U);
    EXPECT_EQ(list.at("items").items()[0].string_at("id"), failed_id);
    EXPECT_EQ(list.at("items").items()[0].get("history").items()[0].string_at("code"), "21211");
    const Json page(gateway_->get("/v1/messages?limit=1", "r-secret").body);
    ASSERT_FALSE(page.at("next").is_null());
    const Json rest(gateway_->get("/v1/messages?before=" + data::to_json(page.at("next")), "r-secret").body);
    ASSERT_EQ(rest.at("items").size(), 1U);
    EXPECT_EQ(rest.at("items").items()[0].string_at("id"), failed_id);
    EXPECT_EQ(gateway_->get("/v1/messages?state=lost", "r-secret").status, 400);
}

TEST_F(MessagesApi, AKeyNamesOneMessage) {
    const auto first = post(kHello);
    const auto second = post(kHello);
    EXPECT_EQ(second.status, 202);
    EXPECT_EQ(Json(second.body).text_at("id"), Json(first.body).text_at("id"));

    EXPECT_EQ(post(kHello, {{"Idempotency-Key", "k2"}}).status, 400) << "two keys are none";
    const auto other = post(R"({"to":"tel:+74951234567","text":"bye"})", {{"Idempotency-Key", "k1"}});
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(Json(other.body).text_at("field"), "idempotency_key");
}

TEST_F(MessagesApi, SaysWhichMemberIsWrong) {
    EXPECT_EQ(field_of("[]"), "body");
    EXPECT_EQ(field_of("{"), "body");
    EXPECT_EQ(field_of(R"({"text":"x","idempotency_key":"k"})"), "to");
    EXPECT_EQ(field_of(R"({"to":"tel:12","text":"x","idempotency_key":"k"})"), "to");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","text":"x"})"), "idempotency_key");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","text":5,"idempotency_key":"k"})"), "text");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","txt":"x","idempotency_key":"k"})"), "txt");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","text":"x","idempotency_key":"k","purpose":"fun"})"), "purpose");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","text":"x","idempotency_key":"k","expires_in":0})"), "expires_in");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","idempotency_key":"k","media":[{"url":"file:///etc/passwd"}]})"),
              "media[0].url");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","idempotency_key":"k","thread":{"namespace":"x"}})"),
              "thread.external_id");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","text":"x","idempotency_key":"k","reply_to":"17"})"), "reply_to");
    EXPECT_EQ(field_of(R"({"to":"viber:bot:x","text":"x","idempotency_key":"k"})"), "to");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","text":"x","idempotency_key":"k","via":"none"})"), "via");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","text":"a\u0000b","idempotency_key":"k"})"), "text");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","text":"a","text":"b","idempotency_key":"k"})"), "text");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","text":"x","idempotency_key":"k","author":"a\nb"})"), "author");
    EXPECT_EQ(field_of(R"({"to":"tel:+74951234567","idempotency_key":"k","media":[{"url":"https://x.test/a b"}]})"),
              "media[0].url");
    EXPECT_EQ(
        field_of(
            R"({"to":"tel:+74951234567","idempotency_key":"k","media":[{"url":"HTTPS://x.test","filename":"a\u0000"}]})"),
        "media[0].filename");
}

TEST_F(MessagesApi, NamesTheSettingThatSendingNeeds) {
    messages_->use({{.name = "sms",
                     .channel = "sms",
                     .provider = "twilio",
                     .to = {"tel"},
                     .max_text = 160,
                     .check = [](std::string_view) -> Result<void> {
                         return fail(Error{.kind = ErrorKind::Config, .text = "the setting 'account_sid' is needed"});
                     }}});
    const auto refused = post(kHello);
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(Json(refused.body).text_at("field"), "via");
    EXPECT_TRUE(Json(refused.body).text_at("detail").contains("'account_sid'")) << refused.body;
}

TEST_F(MessagesApi, NeedsTheScopeAndTheService) {
    EXPECT_EQ(gateway_->send("POST", "/v1/messages", "r-secret", kHello, {{"Content-Type", "application/json"}}).status,
              403);
    EXPECT_EQ(gateway_->get("/v1/messages/" + interaction_id("a", "b").text(), "r-secret").status, 404);
    EXPECT_EQ(gateway_->get("/v1/messages/17", "r-secret").status, 400);
    Gateway without(Gateway::options(), {}, store_.get());
    EXPECT_EQ(without.send("POST", "/v1/messages", "w-secret", kHello, {{"Content-Type", "application/json"}}).status,
              503);
}

TEST_F(MessagesApi, RefusesWhoeverWithdrewConsent) {
    store::Batch batch;
    batch.consumer = "p";
    batch.position = 1;
    batch.now = clock_.now();
    auto stop = message({.external_id = "in"});
    const identity::Point point{"tel", "", "+74951234567"};
    stop.points = {{.id = identity::point_id(Secret("test key"), point),
                    .point = point,
                    .verification = identity::Verification::Vendor,
                    .display = {}}};
    stop.consent = store::ConsentChange{.granted = false, .at = clock_.now()};
    batch.observations = {stop};
    ASSERT_TRUE(store_->apply(batch));

    const auto refused = post(kHello);
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(Json(refused.body).text_at("field"), "to");
    EXPECT_EQ(post(R"({"to":"tel:+74951234567","text":"x","idempotency_key":"k2","purpose":"service"})").status, 202);
}

}  // namespace
}  // namespace tandem::test
