// The client against the shared simulator, which knows nothing of our code: every behaviour it can be switched to.
#include "tests/connectors/smpp/smsc.hpp"

#include "connectors/smpp/client.hpp"
#include "tests/connectors/smpp/client_fixture.hpp"
#include "tests/connectors/smpp/support.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>

namespace tandem::smpp {
namespace {

using namespace std::chrono_literals;
using data::Value;
using test::Smsc;
using test::text_at;

class SmscTest : public test::ClientTest {
protected:
    // False where there is no simulator.
    bool begin(std::vector<std::string> smsc_options = {}, const std::function<void(Config&)>& change = {}) {
        smsc_ = Smsc::start(std::move(smsc_options));
        if (!smsc_) return false;
        Config config = options(smsc_->port());
        if (change) change(config);
        open(std::move(config));
        const auto started = get(start());
        EXPECT_TRUE(started) << started.error().text;
        return started.has_value();
    }
    void TearDown() override {
        ClientTest::TearDown();
        smsc_.reset();
    }

    // The documents of one kind that came so far.
    std::vector<std::string> documents(std::string_view kind) {
        std::vector<std::string> out;
        for (const auto& event : events()) {
            data::Arena arena;
            const auto document = data::parse_json(event.raw, arena);
            if (document && document->string_at("kind") == kind) out.push_back(event.raw);
        }
        return out;
    }
    std::vector<std::string> texts() {
        std::vector<std::string> out;
        for (const auto& document : documents("message")) {
            data::Arena arena;
            out.push_back(text_at(*data::parse_json(document, arena), "text"));
        }
        return out;
    }
    // The fields of the receipts that came so far.
    std::vector<std::pair<std::string, std::string>> receipts() {
        std::vector<std::pair<std::string, std::string>> out;
        for (const auto& document : documents("receipt")) {
            data::Arena arena;
            const Value fields = data::parse_json(document, arena)->get("receipt");
            out.emplace_back(text_at(fields, "id"), text_at(fields, "status"));
        }
        return out;
    }
    bool receives(std::size_t count) {
        return becomes([&] { return documents("receipt").size() >= count; });
    }

    std::unique_ptr<Smsc> smsc_;
};

TEST_F(SmscTest, TextsOfEveryAlphabetArriveAsTheyWere) {
    if (!begin()) return;
    for (const char* json :
         {R"({"text":"Hello @ {}"})", R"({"text":"Привет"})", R"({"text":"café","encoding":"latin1"})",
          R"({"text":"x","encoding":"ucs2","data_coding":25})"}) {
        EXPECT_EQ(smsc_->post("/mo", json).get("statuses").items()[0].as_int(), 0) << json;
    }
    EXPECT_EQ(texts(), (std::vector<std::string>{"Hello @ {}", "Привет", "café", "x"}));
    smsc_->post("/mo", R"({"encoding":"binary","hex":"0605040b8423f0"})");
    EXPECT_NE(documents("message").back().find("\"base64\""), std::string::npos);
}

TEST_F(SmscTest, LongTextsAreJoinedHoweverTheirPartsCome) {
    if (!begin()) return;
    const std::string text = "Ёлка " + std::string(300, 'x') + " 😀";
    int expected = 0;
    for (const char* how :
         {R"("concat":"udh8")", R"("concat":"udh16")", R"("concat":"sar")", R"("concat":"payload")",
          R"("concat":"udh8","order":[3,1,5,2,4])", R"("concat":"udh8","repeat":[2])", R"("concat":"udh8","ref":0)"}) {
        SCOPED_TRACE(how);
        const Value answer = smsc_->post("/mo", R"({"text":")" + text + R"(",)" + how + "}");
        for (const Value status : answer.get("statuses").items())
            EXPECT_EQ(status.as_int(), 0);
        ++expected;
        ASSERT_EQ(texts().size(), static_cast<std::size_t>(expected));
        EXPECT_EQ(texts().back(), text);
    }
}

TEST_F(SmscTest, APartThatIsMissingLeavesAGapAfterTheTimeout) {
    if (!begin({}, [](Config& config) { config.reassembly_timeout = 1s; })) return;
    smsc_->post("/mo", R"({"text":")" + std::string(400, 'a') + R"(","skip":[2]})");
    EXPECT_TRUE(texts().empty());
    on_loop([&] { return host_.time.advance(1s), 0; });
    ASSERT_TRUE(becomes([&] { return texts().size() == 1; }));
    EXPECT_EQ(texts()[0], std::string(153, 'a') + "[…]" + std::string(94, 'a'));
}

TEST_F(SmscTest, TwoSendersWithOneReferenceDoNotMix) {
    if (!begin()) return;
    smsc_->post("/mo", R"({"from":"1111111","text":")" + std::string(200, 'a') + R"(","ref":5,"skip":[2]})");
    smsc_->post("/mo", R"({"from":"2222222","text":")" + std::string(200, 'b') + R"(","ref":5})");
    EXPECT_EQ(texts(), std::vector<std::string>{std::string(200, 'b')});
}

TEST_F(SmscTest, ASubmitReachesTheCentreAsItWas) {
    if (!begin()) return;
    EXPECT_FALSE(get(submit("Hello @ €")).error);
    EXPECT_FALSE(get(submit("Привет 😀")).error);
    EXPECT_FALSE(get(submit(std::string(200, 'a'))).error);
    const Value messages = smsc_->get("/messages");
    ASSERT_EQ(messages.size(), 4U);
    EXPECT_EQ(text_at(messages.items()[0], "text"), "Hello @ €");
    EXPECT_EQ(text_at(messages.items()[1], "text"), "Привет 😀");
    EXPECT_EQ(text_at(messages.items()[0], "from"), "5550");
    EXPECT_EQ(text_at(messages.items()[0], "to"), "79161234567");
    EXPECT_EQ(text_at(messages.items()[2], "text") + text_at(messages.items()[3], "text"), std::string(200, 'a'));
    EXPECT_EQ(text_at(messages.items()[3], "udh").substr(0, 6), "050003");
}

TEST_F(SmscTest, LongTextsBySarAndPayloadReachTheCentre) {
    for (const Concat concat : {Concat::Udh16, Concat::Sar, Concat::Payload}) {
        SCOPED_TRACE(to_string(concat));
        if (!begin({}, [concat](Config& config) { config.long_messages = concat; })) return;
        EXPECT_FALSE(get(submit(std::string(200, 'a'))).error);
        std::string joined;
        const Value messages = smsc_->get("/messages");
        for (const Value message : messages.items()) {
            joined += text_at(message, "text");
            EXPECT_EQ(message.get("sar").is_object(), concat == Concat::Sar);
            EXPECT_EQ(message.get("payload_tlv").as_bool(), concat == Concat::Payload);
        }
        EXPECT_EQ(joined, std::string(200, 'a'));
        run(client_->stop());
    }
}

TEST_F(SmscTest, ReceiptsComeHomeInEveryFormatAndNotation) {
    struct Row {
        const char* id_format;
        IdForm form;
    };
    for (const auto& [id_format, form] :
         {Row{"dec", IdForm::Text}, Row{"hex", IdForm::Hex}, Row{"hex-resp-dec-dlr", IdForm::HexThenDecimal},
          Row{"dec-resp-hex-dlr", IdForm::DecimalThenHex}, Row{"padded-dlr", IdForm::Decimal},
          Row{"uuid", IdForm::Text}}) {
        SCOPED_TRACE(id_format);
        if (!begin({"--id-format", id_format, "--dlr-delay-ms", "0"},
                   [form](Config& config) { config.message_id = form; }))
            return;
        std::size_t expected = documents("receipt").size();
        for (const char* format : {"standard", "lower", "no-text", "reordered", "minimal", "tlv-only"}) {
            SCOPED_TRACE(format);
            smsc_->post("/options", std::string(R"({"dlr-format":")") + format + "\"}");
            const auto sent = get(submit("hi"));
            ASSERT_EQ(sent.ids.size(), 1U);
            ASSERT_TRUE(receives(++expected));
            EXPECT_EQ(receipts().back(), std::pair(sent.ids[0], std::string("delivered")));
        }
        smsc_->post("/options", R"({"dlr-format":"standard","dlr-tlv":0})");
        const auto sent = get(submit("hi"));
        ASSERT_TRUE(receives(++expected));
        EXPECT_EQ(receipts().back().first, sent.ids.at(0)) << "by the text alone";
        run(client_->stop());
    }
}

TEST_F(SmscTest, EveryStateOfAReceiptIsKnown) {
    if (!begin({"--dlr-delay-ms", "-1"})) return;
    const auto id = get(submit("hi")).ids.at(0);
    std::size_t expected = 0;
    for (const auto& [word, status] : {std::pair{"DELIVRD", "delivered"},
                                       {"EXPIRED", "expired"},
                                       {"DELETED", "failed"},
                                       {"UNDELIV", "failed"},
                                       {"ACCEPTD", "sent"},
                                       {"UNKNOWN", "unknown"},
                                       {"REJECTD", "failed"},
                                       {"ENROUTE", "sent"}}) {
        smsc_->post("/dlr", R"({"id":")" + id + R"(","stat":")" + word + R"(","err":"021"})");
        ASSERT_TRUE(receives(++expected));
        EXPECT_EQ(receipts().back().second, status) << word;
    }
    EXPECT_TRUE(smsc_->becomes([](Smsc& smsc) { return smsc.count("dlr_acks") == 8; }));
}

TEST_F(SmscTest, AMessageThatCouldNotBeDeliveredIsReported) {
    if (!begin({"--dlr-delay-ms", "0", "--dlr-status", "EXPIRED"})) return;
    const auto sent = get(submit("hi"));
    ASSERT_TRUE(receives(1));
    EXPECT_EQ(receipts().back(), std::pair(sent.ids.at(0), std::string("expired")));
}

TEST_F(SmscTest, TheDefaultAlphabetIsTheLinks) {
    if (!begin({"--dlr-delay-ms", "-1", "--default-charset", "latin1"},
               [](Config& config) { config.default_alphabet = Alphabet::Latin1; }))
        return;
    EXPECT_FALSE(get(submit("Ça coûte 5")).error);
    const Value messages = smsc_->get("/messages");
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(text_at(messages.items()[0], "text"), "Ça coûte 5");
    EXPECT_EQ(messages.items()[0].get("data_coding").as_int(), 0);
    smsc_->post("/mo", R"({"text":"Où?","encoding":"latin1","data_coding":0})");
    EXPECT_EQ(texts(), std::vector<std::string>{"Où?"});
}

TEST_F(SmscTest, ACentreThatTakesNoMoreSessionsIsTriedAgainLater) {
    if (!begin({"--max-sessions", "1"})) return;
    EXPECT_EQ(run(probe(options(smsc_->port()), nullptr)).error().kind, ErrorKind::Transient);
}

TEST_F(SmscTest, AReceiptMayComeBeforeTheAnswer) {
    if (!begin({"--dlr-delay-ms", "0", "--resp-delay-ms", "200"})) return;
    auto outcome = submit("hi");
    ASSERT_TRUE(receives(1));
    const auto sent = get(std::move(outcome));
    EXPECT_EQ(receipts().back().first, sent.ids.at(0));
}

TEST_F(SmscTest, ShuffledAnswersFindTheirSubmits) {
    if (!begin({"--dlr-delay-ms", "-1"})) return;
    smsc_->post("/behave", R"({"shuffle_responses":true})");
    std::vector<std::future<SubmitOutcome>> outcomes;
    for (int i = 0; i < 30; ++i)
        outcomes.push_back(submit("text " + std::to_string(i)));
    std::vector<std::string> ids;
    for (auto& outcome : outcomes)
        ids.push_back(get(std::move(outcome)).ids.at(0));
    const Value messages = smsc_->get("/messages");
    ASSERT_EQ(messages.size(), 30U);
    for (const Value message : messages.items()) {
        const auto number = std::stoul(text_at(message, "text").substr(5));
        EXPECT_EQ(text_at(message, "id"), ids[number]);
    }
}

TEST_F(SmscTest, ThrottlingCostsTimeAndNoMessage) {
    if (!begin({"--dlr-delay-ms", "-1"})) return;
    smsc_->post("/behave", R"({"throttle_next":3})");
    for (int i = 0; i < 5; ++i)
        EXPECT_FALSE(get(submit("x")).error);
    EXPECT_EQ(smsc_->count("accepted"), 5);
    EXPECT_EQ(smsc_->count("throttled"), 3);
}

TEST_F(SmscTest, ARateLimitOfTheCentreIsKeptByPausing) {
    if (!begin({"--dlr-delay-ms", "-1", "--rate-limit", "20"})) return;
    std::vector<std::future<SubmitOutcome>> outcomes;
    for (int i = 0; i < 40; ++i)
        outcomes.push_back(submit("x"));
    for (auto& outcome : outcomes)
        EXPECT_FALSE(get(std::move(outcome)).error);
    EXPECT_EQ(smsc_->count("accepted"), 40);
}

TEST_F(SmscTest, FailuresAreTyped) {
    if (!begin()) return;
    for (const auto& [status, kind] : {std::pair{0x45, ErrorKind::Rejected},
                                       {0x0B, ErrorKind::Rejected},
                                       {0x08, ErrorKind::Transient},
                                       {0x61, ErrorKind::Config}}) {
        smsc_->post("/behave", R"({"fail_next":1,"fail_status":)" + std::to_string(status) + "}");
        const auto outcome = get(submit("x"));
        ASSERT_TRUE(outcome.error);
        EXPECT_EQ(outcome.error->kind, kind) << status;
    }
    EXPECT_EQ(smsc_->count("accepted"), 0);
}

TEST_F(SmscTest, ASubmitWithoutAnswerIsInDoubt) {
    if (!begin({}, [](Config& config) { config.response_timeout = 300ms; })) return;
    smsc_->post("/behave", R"({"mute_next":1})");
    EXPECT_EQ(get(submit("x")).error->kind, ErrorKind::UnknownOutcome);
    EXPECT_FALSE(get(submit("y")).error) << "the session goes on";
}

TEST_F(SmscTest, AfterADropWithSubmitsOnTheWayTheyAreInDoubtAndTheReceiptStillComes) {
    if (!begin({"--dlr-delay-ms", "50"})) return;
    smsc_->post("/behave", R"({"drop_after_submits":1})");
    EXPECT_EQ(get(submit("x")).error->kind, ErrorKind::UnknownOutcome);
    ASSERT_TRUE(receives(1)) << "over the next connection";
    EXPECT_EQ(smsc_->count("accepted"), 1) << "and nothing was sent again";
    EXPECT_FALSE(get(submit("y")).error);
}

TEST_F(SmscTest, CutConnectionsAreMadeAgain) {
    if (!begin()) return;
    for (int i = 2; i < 5; ++i) {
        smsc_->post("/drop");
        ASSERT_TRUE(smsc_->becomes([i](Smsc& smsc) { return smsc.count("binds") == i; }));
        EXPECT_EQ(smsc_->post("/mo", R"({"text":"x"})").get("parts").as_int(), 1);
    }
    EXPECT_TRUE(becomes_on_loop([&] { return std::ranges::count(host_.states, connector::State::Ready) == 3; }));
}

TEST_F(SmscTest, AnUnbindOfTheCentreIsAnsweredAndTheLinkMadeAgain) {
    if (!begin()) return;
    smsc_->post("/unbind");
    EXPECT_TRUE(smsc_->becomes([](Smsc& smsc) { return smsc.count("binds") == 2; }));
}

TEST_F(SmscTest, EnquireLinkIsAnsweredAndAsked) {
    if (!begin({"--enquire-ms", "50"}, [](Config& config) { config.enquire_link = 100ms; })) return;
    EXPECT_TRUE(smsc_->post("/enquire").get("answered").as_bool());
    EXPECT_TRUE(smsc_->becomes([](Smsc& smsc) { return smsc.count("enquire_acks") >= 3; }));
    smsc_->post("/options", R"({"enquire-ms":0})");
}

TEST_F(SmscTest, SilenceMakesTheClientAsk) {
    if (!begin({}, [](Config& config) { config.enquire_link = 100ms; })) return;
    EXPECT_TRUE(smsc_->becomes([](Smsc& smsc) { return smsc.count("enquire_in") >= 3; }));
}

TEST_F(SmscTest, ACentreThatNoLongerAnswersIsLeft) {
    if (!begin({}, [](Config& config) {
            config.enquire_link = 100ms;
            config.enquire_limit = 200ms;
        }))
        return;
    smsc_->post("/behave", R"({"mute_enquire":true})");
    EXPECT_TRUE(smsc_->becomes([](Smsc& smsc) { return smsc.count("binds") >= 2; }));
}

TEST_F(SmscTest, RefusedBinds) {
    if (!begin()) return;
    smsc_->post("/behave", R"({"reject_binds":1})");
    EXPECT_EQ(run(probe(options(smsc_->port()), nullptr)).error().kind, ErrorKind::Auth);
    Config wrong = options(smsc_->port());
    wrong.password = Secret("wrong");
    EXPECT_EQ(run(probe(wrong, nullptr)).error().kind, ErrorKind::Auth);
    EXPECT_TRUE(run(probe(options(smsc_->port()), nullptr)));
}

TEST_F(SmscTest, OneDirectionEach) {
    if (!begin({"--dlr-delay-ms", "-1"}, [](Config& config) { config.bind = BindMode::Transmitter; })) return;
    EXPECT_FALSE(get(submit("x")).error);
    EXPECT_EQ(smsc_->get("/state").get("sessions").items()[0].string_at("mode"), "TX");
    run(client_->stop());
    Config receiver = options(smsc_->port());
    receiver.bind = BindMode::Receiver;
    open(receiver);
    ASSERT_TRUE(get(start()));
    EXPECT_EQ(smsc_->post("/mo", R"({"text":"x"})").get("statuses").items()[0].as_int(), 0);
}

TEST_F(SmscTest, StrayOctetsEndTheSessionAndUnknownPdusDoNot) {
    if (!begin()) return;
    smsc_->post("/raw", R"({"hex":"00000010000001100000000000000007"})");
    smsc_->post("/alert");
    EXPECT_EQ(smsc_->post("/mo", R"({"text":"x"})").get("statuses").items()[0].as_int(), 0);
    EXPECT_EQ(smsc_->count("binds"), 1);
    smsc_->post("/raw", R"({"hex":"0000000f00000110"})");
    EXPECT_TRUE(smsc_->becomes([](Smsc& smsc) { return smsc.count("binds") == 2; }));
}

TEST_F(SmscTest, WhatCannotBeStoredIsNotAcknowledged) {
    if (!begin()) return;
    on_loop([&] { return host_.refusal = full("backlog"), 0; });
    EXPECT_EQ(smsc_->post("/mo", R"({"text":"x"})").get("statuses").items()[0].as_int(), 0x64);
    on_loop([&] { return host_.refusal.reset(), 0; });
    EXPECT_EQ(smsc_->post("/mo", R"({"text":"x"})").get("statuses").items()[0].as_int(), 0);
}

TEST_F(SmscTest, OverTlsTheCertificateMustBeTheCentres) {
    const tandem::test::TempDir folder;
    const auto certificate = folder.path() / "cert.pem";
    const auto key = folder.path() / "key.pem";
    tandem::test::write_certificate(certificate, key, "smsc.test");
    const auto tls = [&](Config& config) {
        config.tls = true;
        config.tls_ca = certificate;
        config.tls_name = "smsc.test";
    };
    if (!begin({"--cert", certificate.string(), "--key", key.string()}, tls)) return;
    EXPECT_EQ(smsc_->post("/mo", R"({"text":"Привет"})").get("statuses").items()[0].as_int(), 0);
    EXPECT_FALSE(get(submit("x")).error);

    Config other = options(smsc_->port());
    tls(other);
    other.tls_name = "other.test";
    EXPECT_EQ(run(probe(other, *tls_context(other))).error().kind, ErrorKind::Config);
    other.tls_ca = folder.path() / "missing.pem";
    EXPECT_EQ(tls_context(other).error().kind, ErrorKind::Config);
}

}  // namespace
}  // namespace tandem::smpp
