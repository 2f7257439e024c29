#include "core/outbox/messages.hpp"

#include "core/data/json.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/store_builder.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace tandem::outbox {
namespace {

class MessagesTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = store::open_sqlite_store({.file = dir_.path() / "store.db", .readers = 1});
        ASSERT_TRUE(opened) << opened.error().text;
        store_ = std::move(*opened);
        messages_ =
            std::make_unique<Messages>(*store_, pipeline::IdentityContext{.key = test::point_key(), .rules = {}}, "RU",
                                       clock_, [this](const std::string& instance) { woken_.push_back(instance); });
        messages_->use({{.name = "sms", .channel = "sms", .provider = "twilio", .to = {"tel"}, .max_text = 20},
                        {.name = "sms2", .channel = "sms", .provider = "plivo", .to = {"tel"}, .max_text = 20},
                        {.name = "tg",
                         .channel = "messenger",
                         .provider = "telegram",
                         .to = {"telegram"},
                         .max_text = 4096,
                         .max_media = 2}});
    }

    void apply(const store::Observation& observation) {
        store::Batch batch;
        batch.consumer = "p";
        batch.position = ++position_;
        batch.now = clock_.now();
        batch.observations = {observation};
        EXPECT_TRUE(store_->apply(batch));
    }
    // An inbound message of the past.
    InteractionId observe(const std::string& name, const std::string& source, const store::PartyPoint& point) {
        return observe(name, source, std::vector{point});
    }
    InteractionId observe(const std::string& name,
                          const std::string& source,
                          const std::vector<store::PartyPoint>& points,
                          const std::string& entry_point = {}) {
        auto message =
            test::message({.external_id = name, .source = source, .thread = "t-" + source, .points = points});
        std::string listed;
        for (const auto& one : points) {
            listed += std::string(listed.empty() ? "" : ",") + R"({"scheme":")" + one.point.scheme + R"(","scope":")" +
                      one.point.scope + R"(","value":")" + one.point.value + R"("})";
        }
        message.document =
            R"({"namespace":"test","external_id":")" + name + R"(","entry_point":")" + entry_point +
            R"(","channel":"sms","subject":"Where?","attributes":{"references":["r1"]},"parties":[{"no":0,"role":"customer","contact_points":[)" +
            listed + R"(]}],"messages":[{"external_id":"v-)" + name +
            R"("}],"thread":{"namespace":"test","external_id":"t-)" + source + R"("}})";
        apply(message);
        return message.id;
    }
    MessageRequest request(std::optional<identity::Point> to = identity::Point{"tel", "", "+74951234567"}) {
        MessageRequest out;
        out.to = std::move(to);
        out.text = "hello";
        out.owner = "crm";
        out.idempotency_key = "k" + std::to_string(++keys_);
        return out;
    }
    std::string refusal(const MessageRequest& request) {
        const auto accepted = messages_->accept(request);
        return accepted ? "accepted" : accepted.error().text;
    }
    store::OutboxView accepted(const MessageRequest& request) {
        const auto done = messages_->accept(request);
        EXPECT_TRUE(done) << done.error().text;
        return done ? store_->outbox().message(done->id).value().value() : store::OutboxView{};
    }

    test::TempDir dir_;
    test::ManualClock clock_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<Messages> messages_;
    std::vector<std::string> woken_;
    std::uint64_t position_ = 0;
    int keys_ = 0;
};

TEST_F(MessagesTest, AnAcceptedMessageIsAnInteractionAndWakesItsLane) {
    auto asked = request();
    asked.via = "sms";
    asked.author = "Olga";
    asked.subject = "Parcel";
    const auto message = accepted(asked);

    EXPECT_EQ(woken_, std::vector<std::string>{"sms"});
    EXPECT_EQ(message.instance, "sms");
    data::Arena arena;
    const auto wire = data::parse_json(message.request, arena).value();
    EXPECT_EQ(wire.string_at("id"), message.id.text());
    EXPECT_EQ(wire.get("to").string_at("value"), "+74951234567");
    EXPECT_EQ(wire.string_at("text"), "hello");
    EXPECT_EQ(wire.string_at("subject"), "Parcel");
    EXPECT_TRUE(wire.get("answered").is_null());
    const auto stored = store_->interaction(message.id).value().value();
    const auto document = data::parse_json(stored.document, arena).value();
    EXPECT_EQ(document.string_at("direction"), "outbound");
    EXPECT_EQ(document.string_at("provider"), "twilio");
    EXPECT_EQ(document.string_at("subject"), "Parcel");
    EXPECT_EQ(document.get("messages").items()[0].string_at("body"), "hello");
    EXPECT_EQ(document.get("parties").items()[1].string_at("name"), "Olga");
    EXPECT_EQ(stored.delivery.status(), model::ReceiptStatus::Queued);
}

TEST_F(MessagesTest, ARepeatedRequestIsTheSameMessage) {
    auto asked = request();
    asked.via = "sms";
    const auto first = messages_->accept(asked).value();
    const auto second = messages_->accept(asked).value();
    asked.text = "other";

    EXPECT_EQ(second.id, first.id);
    EXPECT_TRUE(second.repeated);
    EXPECT_EQ(woken_.size(), 1U);
    EXPECT_NE(refusal(asked).find("idempotency key"), std::string::npos);
    asked.owner = "shop";
    EXPECT_EQ(refusal(asked), "accepted") << "keys belong to who asks";
}

TEST_F(MessagesTest, ARepeatedRequestIsAnsweredAsTheFirstTimeWhateverHasChanged) {
    auto asked = request();
    asked.via = "sms";
    const auto first = messages_->accept(asked).value();
    observe("m1", "sms2", test::tel("+74951234567"));
    messages_->use({});

    EXPECT_EQ(messages_->accept(asked).value().id, first.id);
    asked.text = "one character too many";
    EXPECT_TRUE(refusal(asked).contains("idempotency key"));
}

TEST_F(MessagesTest, TheConversationDecidesWhoCarriesIt) {
    observe("m1", "sms2", test::tel("+74951234567"));
    const auto message = accepted(request());

    EXPECT_EQ(message.instance, "sms2");
    data::Arena arena;
    EXPECT_EQ(data::parse_json(message.request, arena).value().get("thread").string_at("external_id"), "t-sms2");
}

TEST_F(MessagesTest, AnAnswerGoesToThePointThatWrote) {
    const auto asked_id = observe("m1", "sms", test::tel("+74951234567"));
    observe("m2", "sms2", test::tel("+74959999999"));
    auto asked = request(std::nullopt);
    asked.reply_to = asked_id;
    const auto message = accepted(asked);

    EXPECT_EQ(message.instance, "sms");
    data::Arena arena;
    const auto wire = data::parse_json(message.request, arena).value();
    EXPECT_EQ(wire.get("to").string_at("value"), "+74951234567");
    EXPECT_EQ(wire.get("reply_to").string_at("external_id"), "v-m1");
    EXPECT_EQ(data::to_json(wire.get("answered")),
              R"({"id":")" + asked_id.text() + R"(","subject":"Where?","attributes":{"references":["r1"]}})");
    EXPECT_EQ(wire.string_at("at"), format_time(clock_.now()));
    asked = request(identity::Point{"tel", "", "+74959999999"});
    asked.reply_to = asked_id;
    EXPECT_NE(refusal(asked).find("the conversation is with tel:+74951234567"), std::string::npos);
}

TEST_F(MessagesTest, AMessengerThatTellsTheNumberIsAnsweredByTheMessenger) {
    auto messenger = test::tel("+74951234567");
    messenger.point = {"telegram", "bot", "17"};
    const auto asked_id = observe("m1", "tg", std::vector{test::tel("+74951234567"), messenger});
    auto asked = request(std::nullopt);
    asked.reply_to = asked_id;
    const auto message = accepted(asked);

    EXPECT_EQ(message.instance, "tg");
    data::Arena arena;
    EXPECT_EQ(data::parse_json(message.request, arena).value().get("to").string_at("scheme"), "telegram");
}

TEST_F(MessagesTest, AnAnswerStaysInTheNetworkOfTheConversation) {
    messages_->use({{.name = "twilio",
                     .channel = "",
                     .provider = "twilio",
                     .to = {"tel", "whatsapp"},
                     .max_text = 20,
                     .channels = {{"tel", "messenger"}, {"whatsapp", "sms"}}}});
    auto whatsapp = test::tel("+74951234567");
    whatsapp.point = {"whatsapp", "", "74951234567"};
    const auto asked_id = observe("m1", "twilio", std::vector{test::tel("+74951234567"), whatsapp});  // channel sms
    auto asked = request(std::nullopt);
    asked.reply_to = asked_id;
    data::Arena arena;
    EXPECT_EQ(data::parse_json(accepted(asked).request, arena).value().get("to").string_at("scheme"), "whatsapp");
}

TEST_F(MessagesTest, TheInstanceSaysWhyAMessageCannotBeSent) {
    messages_->use({{.name = "sms",
                     .channel = "sms",
                     .provider = "twilio",
                     .to = {"tel"},
                     .max_text = 20,
                     .channels = {{"tel", "messenger"}},
                     .check = [](std::string_view message) -> Result<void> {
                         if (message.contains("forbidden")) return fail(rejected("not this"));
                         return {};
                     }}});
    auto asked = request();
    asked.text = "forbidden";
    EXPECT_EQ(refusal(asked), "not this");
    const auto message = accepted(request());
    EXPECT_TRUE(store_->interaction(message.id).value().value().document.contains(R"("channel":"messenger")"));
}

// A mailbox is read by one instance and written for by another.
TEST_F(MessagesTest, AnAnswerGoesOutFromTheAddressThatTheConversationCameTo) {
    const auto writer = [](const std::string& name, const std::string& address) {
        return SendingInstance{.name = name,
                               .channel = "email",
                               .provider = "mail",
                               .to = {"mailto"},
                               .max_text = 100,
                               .addresses = {address}};
    };
    const auto ann = test::party_point({"mailto", "", "ann@customer.test"});
    const auto bob = test::party_point({"mailto", "", "bob@customer.test"});
    const auto support = observe("m1", "boxes", {ann}, "support@example.test");
    const auto info = observe("m2", "boxes", {bob}, "info@example.test");
    const auto carrier = [&](std::optional<InteractionId> reply_to, std::optional<identity::Point> to) {
        auto asked = request(std::move(to));
        asked.reply_to = reply_to;
        const auto message = messages_->accept(asked);
        if (!message) return message.error().text;
        return store_->outbox().message(message->id).value().value().instance;
    };

    messages_->use({writer("out", "hotline@example.test")});
    EXPECT_EQ(carrier(info, std::nullopt), "out") << "nobody else could";

    messages_->use({writer("out", "hotline@example.test"), writer("out2", "Support@Example.test")});
    EXPECT_EQ(carrier(support, std::nullopt), "out2");
    EXPECT_EQ(carrier(std::nullopt, ann.point), "out2");
    const auto journalled =
        observe("m3", "out", {test::party_point({"mailto", "", "kim@customer.test"})}, "support@example.test");
    EXPECT_EQ(carrier(journalled, std::nullopt), "out2") << "who only took a copy of it writes from elsewhere";

    messages_->use({writer("out2", "support@example.test"), writer("out3", "support@example.test"),
                    writer("out4", "x@example.test")});
    EXPECT_NE(
        carrier(support, std::nullopt).find("support@example.test is not said; give `via`, one of out2, out3, out4"),
        std::string::npos);
    auto asked = request(std::nullopt);
    asked.reply_to = support;
    asked.via = "out3";
    EXPECT_EQ(accepted(asked).instance, "out3");
}

TEST_F(MessagesTest, SaysWhyNobodyCanCarryIt) {
    EXPECT_NE(refusal(request()).find("give `via`"), std::string::npos) << "two could";
    EXPECT_NE(refusal(request(std::nullopt)).find("give `to`"), std::string::npos);
    EXPECT_NE(refusal(request(identity::Point{"viber", "", "x"})).find("can write to viber"), std::string::npos);
    auto asked = request();
    asked.via = "nope";
    EXPECT_NE(refusal(asked).find("'nope'"), std::string::npos);
    asked = request();
    asked.via = "tg";
    EXPECT_NE(refusal(asked).find("tg cannot write to tel"), std::string::npos);
    asked = request();
    asked.reply_to = interaction_id("test", "none");
    EXPECT_NE(refusal(asked).find("no interaction"), std::string::npos);
}

TEST_F(MessagesTest, KnowsTheVendorsLimits) {
    auto asked = request();
    asked.via = "sms";
    asked.text = "Двадцать букв ровно!";
    EXPECT_EQ(refusal(asked), "accepted");
    asked = request();
    asked.via = "sms";
    asked.text = "one character too many";
    EXPECT_NE(refusal(asked).find("22 characters; sms takes 20"), std::string::npos);
    asked = request();
    asked.via = "sms";
    asked.text.clear();
    EXPECT_NE(refusal(asked).find("neither text nor media"), std::string::npos);
    asked.media = {{.url = "https://x.test/a.jpg", .media_type = "image/jpeg", .filename = {}}};
    EXPECT_NE(refusal(asked).find("at most 0 attachments"), std::string::npos);
    asked = request(identity::Point{"telegram", "bot", "17"});
    asked.media = {{.url = "https://x.test/a.jpg", .media_type = "image/jpeg", .filename = {}}};
    const auto message = accepted(asked);
    data::Arena arena;
    const auto document = data::parse_json(store_->interaction(message.id).value()->document, arena).value();
    EXPECT_EQ(document.get("attachments").items()[0].string_at("kind"), "image");
}

TEST_F(MessagesTest, AServiceMessageNeedsNoConsent) {
    auto stop = test::message({.external_id = "in", .points = {test::tel("+74951234567")}});
    stop.consent = store::ConsentChange{.granted = false, .at = clock_.now()};
    apply(stop);
    auto asked = request();
    asked.via = "sms";

    EXPECT_NE(refusal(asked).find("does not want messages"), std::string::npos);
    asked.purpose = "service";
    EXPECT_EQ(refusal(asked), "accepted");
}

TEST_F(MessagesTest, AFailedMessageGoesOutAgainWhenSomebodySaysSo) {
    auto asked = request();
    asked.via = "sms";
    const auto message = accepted(asked);
    const auto claimed = store_->outbox().claim("sms", 1, clock_.now()).value();
    ASSERT_EQ(claimed.size(), 1U);
    const store::Settlement failed{.id = message.id, .attempt = 1, .state = store::OutboxState::Failed};
    ASSERT_TRUE(store_->outbox().settle({&failed, 1}, clock_.now()));
    woken_.clear();

    ASSERT_TRUE(messages_->resend(message.id, "ops", std::chrono::hours(1)));

    EXPECT_EQ(woken_, std::vector<std::string>{"sms"});
    EXPECT_FALSE(messages_->resend(interaction_id("x", "y"), "ops", std::chrono::hours(1)));
}

}  // namespace
}  // namespace tandem::outbox
