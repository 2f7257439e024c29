#include "connectors/smpp/client.hpp"

#include "connectors/smpp/connector.hpp"
#include "tests/connectors/smpp/client_fixture.hpp"
#include "tests/connectors/smpp/peer.hpp"
#include "tests/connectors/smpp/support.hpp"

namespace tandem::smpp {
namespace {

using namespace std::chrono_literals;
using test::Peer;
using test::PeerConnection;

class PeerTest : public test::ClientTest {
protected:
    PeerConnection connected(Config config) {
        open(std::move(config));
        auto started = start();
        auto connection = peer_.accept();
        connection.accept_bind();
        EXPECT_TRUE(get(std::move(started)));
        return connection;
    }
    PeerConnection connected() { return connected(options(peer_.port())); }

    static Pdu deliver(std::uint32_t sequence, std::string octets = "hi") {
        return {.command = Command::DeliverSm,
                .sequence = sequence,
                .source_addr = "79161234567",
                .destination_addr = "5550",
                .short_message = std::move(octets)};
    }
    static void answer(PeerConnection& connection, const Pdu& submit, std::uint32_t status = 0, std::string id = "7") {
        connection.say({.command = Command::SubmitSmResp,
                        .status = status,
                        .sequence = submit.sequence,
                        .has_body = status == 0,
                        .message_id = std::move(id)});
    }
    void finish(PeerConnection& connection) {
        auto stopped = spawn(client_->stop());
        const Pdu unbind = connection.expect(Command::Unbind);
        connection.say({.command = Command::UnbindResp, .sequence = unbind.sequence});
        stopped.get();
        connection.drop();
    }

    Peer peer_;
};

TEST_F(PeerTest, BindsAndUnbinds) {
    open(options(peer_.port()));
    auto started = start();
    auto connection = peer_.accept();
    const Pdu bind = connection.expect(Command::BindTransceiver);
    EXPECT_EQ(bind.system_id, "tandem");
    EXPECT_EQ(bind.password, "secret");
    connection.say({.command = Command::BindTransceiverResp, .sequence = bind.sequence});
    EXPECT_TRUE(get(std::move(started)));

    auto stopped = spawn(client_->stop());
    const Pdu unbind = connection.expect(Command::Unbind);
    connection.say({.command = Command::UnbindResp, .sequence = unbind.sequence});
    EXPECT_FALSE(connection.hear());
    stopped.get();
}

TEST_F(PeerTest, ARefusedBindIsAMatterForAHuman) {
    open(options(peer_.port()));
    auto started = start();
    auto connection = peer_.accept();
    const Pdu bind = connection.expect(Command::BindTransceiver);
    connection.say(
        {.command = Command::BindTransceiverResp, .status = 0x0E, .sequence = bind.sequence, .has_body = false});
    const auto result = get(std::move(started));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Auth);
    EXPECT_NE(result.error().text.find("RINVPASWD"), std::string::npos);
}

TEST_F(PeerTest, NobodyThereIsTransient) {
    Config config = options(peer_.port());
    {
        const Peer gone;
        config.port = gone.port();
    }
    open(config);
    const auto result = get(start());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Transient);
}

TEST_F(PeerTest, ADeliveryIsAnsweredOnlyWhenItIsDurable) {
    auto connection = connected();
    on_loop([&] { return host_.hold = true; });
    connection.say(deliver(5));
    ASSERT_TRUE(becomes_on_loop([&] { return host_.emitting == 1; }));
    EXPECT_TRUE(connection.silent());

    on_loop([&] {
        EXPECT_TRUE(host_.events.empty());
        host_.hold = false;
        host_.let_go.notify_all();
        return 0;
    });
    const Pdu answer = connection.expect(Command::DeliverSmResp);
    EXPECT_EQ(answer.sequence, 5U);
    EXPECT_EQ(answer.status, 0U);
    EXPECT_EQ(on_loop([&] { return host_.events.size(); }), 1U);
}

TEST_F(PeerTest, WhatCannotBeStoredIsAskedForAgain) {
    auto connection = connected();
    on_loop([&] { return host_.refusal = full("backlog"), 0; });
    connection.say(deliver(5));
    EXPECT_EQ(connection.expect(Command::DeliverSmResp).status, 0x64U);
    on_loop([&] { return host_.refusal.reset(), 0; });
    connection.say(deliver(6));
    EXPECT_EQ(connection.expect(Command::DeliverSmResp).status, 0U);
    EXPECT_EQ(on_loop([&] { return host_.events.size(); }), 1U);
}

TEST_F(PeerTest, OrTheAnswerWaitsUntilItIsStored) {
    Config config = options(peer_.port());
    config.when_full = WhenFull::Hold;
    auto connection = connected(config);
    on_loop([&] { return host_.refusal = full("backlog"), 0; });
    connection.say(deliver(5));
    connection.say({.command = Command::EnquireLink, .sequence = 6});
    connection.expect(Command::EnquireLinkResp);
    EXPECT_TRUE(connection.silent());
    on_loop([&] { return host_.refusal.reset(), 0; });
    EXPECT_EQ(connection.expect(Command::DeliverSmResp).status, 0U);
}

TEST_F(PeerTest, AnUnreadableDeliveryIsKeptAndRefusedAndTheSessionGoesOn) {
    auto connection = connected();
    std::string octets = encode(deliver(5));
    octets[octets.size() - 3] = 9;
    connection.say_octets(octets);
    EXPECT_EQ(connection.expect(Command::DeliverSmResp).status, 0x01U);
    EXPECT_NE(on_loop([&] { return host_.events.at(0).raw; }).find("sm_length runs past the PDU"), std::string::npos);
    connection.say(deliver(6));
    EXPECT_EQ(connection.expect(Command::DeliverSmResp).status, 0U);
}

TEST_F(PeerTest, AfterADropItConnectsAgainAndARepetitionIsOneMessage) {
    auto first = connected();
    on_loop([&] { return host_.hold = true; });
    first.say(deliver(5, "yes"));
    ASSERT_TRUE(becomes_on_loop([&] { return host_.emitting == 1; }));
    first.drop();

    auto second = peer_.accept();
    second.accept_bind();
    second.say(deliver(9, "yes"));
    ASSERT_TRUE(becomes_on_loop([&] { return host_.emitting == 2; }));
    on_loop([&] {
        host_.hold = false;
        host_.let_go.notify_all();
        return 0;
    });
    EXPECT_EQ(second.expect(Command::DeliverSmResp).sequence, 9U);
    const auto ids = on_loop([&] { return std::pair(host_.events.at(0).vendor_id, host_.events.at(1).vendor_id); });
    EXPECT_EQ(ids.first, ids.second);
    EXPECT_TRUE(becomes_on_loop(
        [&] { return host_.states == std::vector{connector::State::Failed, connector::State::Ready}; }));
}

TEST_F(PeerTest, WhenCredentialsAreRefusedLaterTheHostIsTold) {
    auto first = connected();
    first.drop();
    auto second = peer_.accept();
    const Pdu bind = second.expect(Command::BindTransceiver);
    second.say({.command = Command::BindTransceiverResp, .status = 0x0F, .sequence = bind.sequence, .has_body = false});
    EXPECT_TRUE(becomes_on_loop([&] { return host_.failure && host_.failure->kind == ErrorKind::Auth; }));
}

TEST_F(PeerTest, ASilentPeerIsAskedAndThenLeft) {
    Config config = options(peer_.port());
    config.enquire_link = 100ms;
    auto connection = connected(config);
    for (int i = 0; i < 2; ++i) {
        const Pdu enquire = connection.expect(Command::EnquireLink);
        connection.say({.command = Command::EnquireLinkResp, .sequence = enquire.sequence});
    }
}

TEST_F(PeerTest, PartsOfAnEarlierRunAreJoinedWithTheRest) {
    const auto part = [](unsigned number, const std::string& octets) {
        Pdu pdu = deliver(number, std::string("\x05\x00\x03\x07\x02", 5) + static_cast<char>(number) + octets);
        pdu.esm_class = 0x40;
        return pdu;
    };
    Config config = options(peer_.port());
    Inbox earlier(config);
    host_.archive = earlier.take({part(1, "one "), {}, {}}, host_.time.now(), 1).events;
    auto connection = connected(config);
    connection.say(part(2, "two"));
    connection.expect(Command::DeliverSmResp);
    const auto events = on_loop([&] { return host_.events; });
    ASSERT_EQ(events.size(), 2U);
    EXPECT_NE(events[1].raw.find("\"text\":\"one two\""), std::string::npos) << events[1].raw;
}

TEST_F(PeerTest, GapsAreShownAfterTheTimeout) {
    Config config = options(peer_.port());
    config.reassembly_timeout = 1s;
    auto connection = connected(config);
    Pdu pdu = deliver(5, std::string("\x05\x00\x03\x07\x02\x01", 6) + "one");
    pdu.esm_class = 0x40;
    connection.say(pdu);
    connection.expect(Command::DeliverSmResp);
    on_loop([&] { return host_.time.advance(1s), 0; });
    EXPECT_TRUE(becomes_on_loop([&] { return host_.events.size() == 2; }));
    EXPECT_NE(on_loop([&] { return host_.events.at(1).raw; }).find("\"incomplete\":true"), std::string::npos);
}

TEST_F(PeerTest, ATextIsSubmittedAndItsIdComesBackInTheDeclaredForm) {
    Config config = options(peer_.port());
    config.message_id = IdForm::HexThenDecimal;
    config.service_type = "CMT";
    auto connection = connected(config);
    auto outcome = submit("Hello @");
    const Pdu pdu = connection.expect(Command::SubmitSm);
    EXPECT_EQ(pdu.service_type, "CMT");
    EXPECT_EQ(pdu.source_addr, "5550");
    EXPECT_EQ(pdu.source_addr_ton, 3);
    EXPECT_EQ(pdu.source_addr_npi, 0);
    EXPECT_EQ(pdu.destination_addr, "79161234567");
    EXPECT_EQ(pdu.dest_addr_ton, 1);
    EXPECT_EQ(pdu.dest_addr_npi, 1);
    EXPECT_EQ(pdu.registered_delivery, 1);
    EXPECT_EQ(pdu.data_coding, 0);
    EXPECT_EQ(pdu.short_message, std::string("Hello \0", 7));
    answer(connection, pdu, 0, "38601FA");
    const auto sent = get(std::move(outcome));
    EXPECT_FALSE(sent.error);
    EXPECT_EQ(sent.ids, std::vector<std::string>{"59113978"});
}

struct SenderCase {
    const char* from;
    int ton, npi;
    int option_ton;
};

TEST_F(PeerTest, TheTypeOfTheSenderFollowsItsLook) {
    for (const auto& [from, ton, npi, option_ton] :
         {SenderCase{"Tandem", 5, 0, -1}, SenderCase{"900", 3, 0, -1}, SenderCase{"+79160000000", 1, 1, -1},
          SenderCase{"900", 6, 0, 6}}) {
        SCOPED_TRACE(from);
        Config config = options(peer_.port());
        config.source_address = from;
        config.source_ton = option_ton;
        auto connection = connected(config);
        auto outcome = submit("x");
        const Pdu pdu = connection.expect(Command::SubmitSm);
        EXPECT_EQ(pdu.source_addr_ton, ton);
        EXPECT_EQ(pdu.source_addr_npi, npi);
        answer(connection, pdu);
        get(std::move(outcome));
        finish(connection);
    }
}

TEST_F(PeerTest, ValidityGoesOutAsRelativeTime) {
    auto connection = connected();
    auto outcome = spawn(client_->submit({.to = "79161234567", .text = "x", .from = "", .validity = 90'061s}));
    const Pdu pdu = connection.expect(Command::SubmitSm);
    EXPECT_EQ(pdu.validity_period, "000001010101000R");
    answer(connection, pdu);
    get(std::move(outcome));
}

struct LongCase {
    Concat concat;
    const char* title;
};

TEST_F(PeerTest, ALongTextGoesOutInTheDeclaredWay) {
    const std::string text(200, 'a');
    for (const auto& [concat, title] : {LongCase{Concat::Udh8, "udh8"}, LongCase{Concat::Udh16, "udh16"},
                                        LongCase{Concat::Sar, "sar"}, LongCase{Concat::Payload, "payload"}}) {
        SCOPED_TRACE(title);
        Config config = options(peer_.port());
        config.long_messages = concat;
        auto connection = connected(config);
        auto outcome = submit(text);
        const unsigned parts = concat == Concat::Payload ? 1 : 2;
        std::string joined;
        for (unsigned i = 1; i <= parts; ++i) {
            const Pdu pdu = connection.expect(Command::SubmitSm);
            const Content content = content_of(pdu);
            EXPECT_EQ(content.place.has_value(), concat != Concat::Payload);
            if (content.place) {
                EXPECT_EQ(content.place->concat, concat);
                EXPECT_EQ(content.place->number, i);
                EXPECT_EQ(content.place->total, 2U);
            }
            joined += content.octets;
            answer(connection, pdu, 0, "id" + std::to_string(i));
        }
        EXPECT_EQ(joined, text);
        EXPECT_EQ(get(std::move(outcome)).ids.size(), parts);
        finish(connection);
    }
}

TEST_F(PeerTest, TheWindowBoundsWhatIsOnTheWay) {
    Config config = options(peer_.port());
    config.window = 2;
    auto connection = connected(config);
    std::vector<std::future<SubmitOutcome>> outcomes;
    for (int i = 0; i < 3; ++i)
        outcomes.push_back(submit("text " + std::to_string(i)));
    const Pdu first = connection.expect(Command::SubmitSm);
    const Pdu second = connection.expect(Command::SubmitSm);
    EXPECT_TRUE(connection.silent());
    answer(connection, second, 0, "b");
    const Pdu third = connection.expect(Command::SubmitSm);
    answer(connection, first, 0, "a");
    answer(connection, third, 0, "c");
    EXPECT_EQ(get(std::move(outcomes[0])).ids, std::vector<std::string>{"a"});
    EXPECT_EQ(get(std::move(outcomes[1])).ids, std::vector<std::string>{"b"});
    EXPECT_EQ(get(std::move(outcomes[2])).ids, std::vector<std::string>{"c"});
}

TEST_F(PeerTest, AThrottledSubmitIsSentAgainAfterThePause) {
    auto connection = connected();
    auto outcome = submit("x");
    answer(connection, connection.expect(Command::SubmitSm), 0x58);
    answer(connection, connection.expect(Command::SubmitSm), 0x14);
    answer(connection, connection.expect(Command::SubmitSm), 0, "9");
    EXPECT_EQ(get(std::move(outcome)).ids, std::vector<std::string>{"9"});
    EXPECT_EQ(counter("throttled"), 2U);
}

TEST_F(PeerTest, ThrottledAllTheTimeItIsLeftForLater) {
    Config config = options(peer_.port());
    config.response_timeout = 300ms;
    config.throttle_backoff = 10min;
    auto connection = connected(config);
    auto outcome = submit("x");
    answer(connection, connection.expect(Command::SubmitSm), 0x58);
    const auto left = get(std::move(outcome));
    ASSERT_TRUE(left.error);
    EXPECT_EQ(left.error->kind, ErrorKind::Throttled);
    EXPECT_EQ(left.error->retry_after, 10min);
}

TEST_F(PeerTest, ARefusalIsTypedAndNamed) {
    auto connection = connected();
    auto outcome = submit("x");
    answer(connection, connection.expect(Command::SubmitSm), 0x0B);
    const auto refused = get(std::move(outcome));
    ASSERT_TRUE(refused.error);
    EXPECT_EQ(refused.error->kind, ErrorKind::Rejected);
    EXPECT_EQ(refused.error->code, "0x0b");
    EXPECT_TRUE(refused.ids.empty());
}

TEST_F(PeerTest, AfterADropTheOutcomeIsUnknownAndNothingIsSentAgain) {
    auto first = connected();
    auto outcome = submit("x");
    first.expect(Command::SubmitSm);
    first.drop();
    const auto lost = get(std::move(outcome));
    ASSERT_TRUE(lost.error);
    EXPECT_EQ(lost.error->kind, ErrorKind::UnknownOutcome);
    auto second = peer_.accept();
    second.accept_bind();
    EXPECT_TRUE(second.silent());
    EXPECT_EQ(counter("submits_in_doubt"), 1U);
}

TEST_F(PeerTest, WithoutAnswerInTimeTheOutcomeIsUnknown) {
    Config config = options(peer_.port());
    config.response_timeout = 200ms;
    auto connection = connected(config);
    auto outcome = submit("x");
    connection.expect(Command::SubmitSm);
    EXPECT_EQ(get(std::move(outcome)).error->kind, ErrorKind::UnknownOutcome);
}

TEST_F(PeerTest, WhenTheFirstPartWentOutTheRestIsNoMatterForARepetition) {
    auto connection = connected();
    for (const std::uint32_t refusal : {0x08U, 0x0BU, 0x61U}) {
        auto outcome = submit(std::string(200, 'a'));
        answer(connection, connection.expect(Command::SubmitSm), 0, "first");
        answer(connection, connection.expect(Command::SubmitSm), refusal);
        const auto half = get(std::move(outcome));
        EXPECT_EQ(half.ids, std::vector<std::string>{"first"});
        EXPECT_EQ(half.parts, 2U);
        ASSERT_TRUE(half.error);
        EXPECT_EQ(half.error->kind, ErrorKind::UnknownOutcome);
        EXPECT_NE(half.error->text.find("part 2 of 2"), std::string::npos);
    }
}

TEST_F(PeerTest, WhatCannotBeSentIsRefusedBeforeItGoesOut) {
    Config config = options(peer_.port());
    config.alphabets = {Sending::Standard};
    auto connection = connected(config);
    EXPECT_EQ(get(submit("\u0434")).error->kind, ErrorKind::Rejected);
    EXPECT_EQ(get(submit("x", "")).error->kind, ErrorKind::Rejected);
    EXPECT_EQ(get(submit("x", "123456789012345678901")).error->kind, ErrorKind::Rejected);
    EXPECT_EQ(get(submit("\xff")).error->kind, ErrorKind::Rejected);
    EXPECT_TRUE(connection.silent());
}

TEST_F(PeerTest, AReceiverDoesNotSend) {
    Config config = options(peer_.port());
    config.bind = BindMode::Receiver;
    auto connection = connected(config);
    EXPECT_EQ(get(submit("x")).error->kind, ErrorKind::Config);
}

TEST_F(PeerTest, WithoutASessionNothingIsSent) {
    open(options(peer_.port()));
    EXPECT_EQ(get(submit("x")).error->kind, ErrorKind::Transient);
}

TEST_F(PeerTest, TheOutboxSendsWhatThePackMakesAndGetsTheIdsOfReceipts) {
    auto connection = connected();
    auto sender = std::make_shared<test::FakeSender>();
    host_.sender_ = sender;
    sender->document = R"({"to":"+79161234567","text":"hi","from":"900","validity":3600})";
    auto sent = spawn(client_->send({.id = "m1", .message = "{}"}));
    const Pdu pdu = connection.expect(Command::SubmitSm);
    EXPECT_EQ(pdu.destination_addr, "79161234567");
    EXPECT_EQ(pdu.source_addr, "900");
    EXPECT_EQ(pdu.short_message, "hi");
    EXPECT_EQ(pdu.validity_period, "000000010000000R");
    answer(connection, pdu, 0, "42");
    const auto ids = get(std::move(sent));
    ASSERT_TRUE(ids);
    ASSERT_EQ(ids->size(), 1U);
    EXPECT_EQ(ids->front().name_space, "smpp:acme");
    EXPECT_EQ(ids->front().external_id, "42");
    for (const char* document : {"no json", "[]", R"({"text":"x"})", R"({"to":"1","text":"x","validity":"soon"})"}) {
        sender->document = document;
        EXPECT_EQ(get(spawn(client_->send({.id = "m2", .message = "{}"}))).error().kind, ErrorKind::Rejected)
            << document;
    }
    sender->failure = config_error("a setting is missing");
    EXPECT_EQ(get(spawn(client_->send({.id = "m3", .message = "{}"}))).error().kind, ErrorKind::Config);
    host_.sender_ = nullptr;
    EXPECT_EQ(get(spawn(client_->send({.id = "m4", .message = "{}"}))).error().kind, ErrorKind::Config);
}

class DoubtTest : public PeerTest {
protected:
    using Sent = Result<std::vector<connector::SentId>>;

    std::future<Sent> send(std::string text) {
        auto sender = std::make_shared<test::FakeSender>();
        sender->document = R"({"to":"79161234567","text":")" + std::move(text) + "\"}";
        host_.sender_ = sender;
        return spawn(client_->send({.id = "m1", .message = "{}"}));
    }
    static Pdu receipt(const Pdu& submit, std::string id) {
        Pdu out = deliver(9, "id:" + std::move(id) + " stat:DELIVRD");
        out.esm_class = 0x04;
        out.tlvs = {{Tag::UserMessageReference, *submit.tlv(Tag::UserMessageReference)}};
        return out;
    }
    // What the outbox hears when it asks.
    std::string asked() {
        const auto answer = get(spawn(client_->resolve({.id = "m1", .message = "{}"})));
        if (!answer) return std::string(to_string(answer.error().kind));
        std::string out;
        for (const auto& id : answer->value())
            out += id.name_space + "/" + id.external_id + " ";
        return out;
    }
    bool settled(const std::string& by) {
        return becomes_on_loop([&] { return host_.counters["settled:" + by] > 0; });
    }
};

TEST_F(DoubtTest, ALateAnswerSettlesIt) {
    Config config = options(peer_.port());
    config.response_timeout = 200ms;
    auto connection = connected(config);
    auto sent = send("x");
    const Pdu pdu = connection.expect(Command::SubmitSm);
    EXPECT_EQ(get(std::move(sent)).error().kind, ErrorKind::UnknownOutcome);
    EXPECT_EQ(asked(), "transient") << "not yet";
    answer(connection, pdu, 0, "42");
    ASSERT_TRUE(settled("answer"));
    EXPECT_EQ(asked(), "smpp:acme/42 ");
    EXPECT_EQ(asked(), "transient") << "told once";
}

TEST_F(DoubtTest, AReceiptThatRepeatsOurReferenceSettlesIt) {
    auto first = connected();
    auto sent = send(std::string(200, 'a'));
    answer(first, first.expect(Command::SubmitSm), 0, "41");
    const Pdu pdu = first.expect(Command::SubmitSm);
    first.drop();
    EXPECT_EQ(get(std::move(sent)).error().kind, ErrorKind::UnknownOutcome);
    auto second = peer_.accept();
    second.accept_bind();

    Pdu other = receipt(pdu, "50");
    other.source_addr = "79160000000";
    second.say(other);
    second.expect(Command::DeliverSmResp);
    EXPECT_EQ(asked(), "transient") << "another recipient";
    for (int i = 0; i < 2; ++i) {
        second.say(receipt(pdu, "42"));
        second.expect(Command::DeliverSmResp);
    }
    ASSERT_TRUE(settled("receipt"));
    EXPECT_EQ(asked(), "smpp:acme/41 smpp:acme/42 ");
}

TEST_F(DoubtTest, WhatWasNotSentToTheEndIsNeverWhole) {
    auto first = connected();
    auto sent = send(std::string(200, 'a'));
    const Pdu pdu = first.expect(Command::SubmitSm);
    first.drop();
    EXPECT_EQ(get(std::move(sent)).error().kind, ErrorKind::UnknownOutcome);
    auto second = peer_.accept();
    second.accept_bind();
    second.say(receipt(pdu, "42"));
    second.expect(Command::DeliverSmResp);
    EXPECT_EQ(asked(), "transient");
}

TEST_F(DoubtTest, NoReferenceGoesToACentreThatWantsNone) {
    Config config = options(peer_.port());
    config.user_reference = false;
    auto connection = connected(config);
    auto sent = send("x");
    const Pdu pdu = connection.expect(Command::SubmitSm);
    EXPECT_EQ(pdu.tlv(Tag::UserMessageReference), nullptr);
    answer(connection, pdu);
    EXPECT_TRUE(get(std::move(sent)));
}

Doubt doubt(std::string message, std::uint32_t sequence) {
    return {.message = std::move(message),
            .ids = {},
            .destination = "1",
            .connection = 1,
            .sequence = sequence,
            .reference = std::nullopt};
}

TEST(Doubts, TheOldestGivesWay) {
    Doubts doubts;
    for (std::uint32_t i = 0; i <= 1'000; ++i)
        doubts.add(doubt("m" + std::to_string(i), i));
    EXPECT_FALSE(doubts.answered(1, 0, "id"));
    EXPECT_TRUE(doubts.answered(1, 1, "id"));
    EXPECT_FALSE(doubts.answered(1, 1, "id"));
    EXPECT_FALSE(doubts.reported("1", 0, "id")) << "without a reference nothing is found by one";
}

TEST(Doubts, OnlyTheLastAttemptOfAMessageCounts) {
    Doubts doubts;
    doubts.add(doubt("m", 1));
    doubts.add(doubt("m", 2));
    EXPECT_FALSE(doubts.answered(1, 1, "first"));
    EXPECT_TRUE(doubts.answered(1, 2, "second"));
    EXPECT_EQ(doubts.take("m"), std::vector<std::string>{"second"});
    EXPECT_EQ(doubts.take("m"), std::nullopt);
}

TEST_F(PeerTest, StopWaitsForWhatIsOnTheWay) {
    auto connection = connected();
    auto outcome = submit("x");
    const Pdu pdu = connection.expect(Command::SubmitSm);
    auto stopped = spawn(client_->stop());
    EXPECT_TRUE(connection.silent());
    answer(connection, pdu, 0, "9");
    const Pdu unbind = connection.expect(Command::Unbind);
    connection.say({.command = Command::UnbindResp, .sequence = unbind.sequence});
    stopped.get();
    EXPECT_FALSE(get(std::move(outcome)).error);
}

TEST_F(PeerTest, TheProbeBindsAndUnbinds) {
    auto probed = spawn(probe(options(peer_.port()), nullptr));
    auto connection = peer_.accept();
    connection.accept_bind();
    const Pdu unbind = connection.expect(Command::Unbind);
    connection.say({.command = Command::UnbindResp, .sequence = unbind.sequence});
    EXPECT_TRUE(get(std::move(probed)));

    auto refused = spawn(probe(options(peer_.port()), nullptr));
    auto other = peer_.accept();
    const Pdu bind = other.expect(Command::BindTransceiver);
    other.say({.command = Command::BindTransceiverResp, .status = 0x0F, .sequence = bind.sequence, .has_body = false});
    EXPECT_EQ(get(std::move(refused)).error().kind, ErrorKind::Auth);
}

}  // namespace
}  // namespace tandem::smpp
