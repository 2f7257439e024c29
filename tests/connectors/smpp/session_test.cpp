#include "connectors/smpp/session.hpp"

#include "connectors/smpp/status.hpp"
#include "tests/connectors/smpp/support.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tandem::smpp {
namespace {

using namespace std::chrono_literals;

// The peer is a script: what it says comes from the test, what the session says is decoded for it.
class SessionTest : public ::testing::Test {
protected:
    explicit SessionTest(SessionOptions options = {.system_id = "tandem", .password = Secret("s3cret"), .window = 3})
        : session_(std::move(options), now_) {}

    std::vector<Pdu> said() {
        FrameReader reader;
        const std::string octets = session_.take_output();
        reader.feed(octets);
        std::vector<Pdu> out;
        while (const auto frame = reader.next()) {
            auto decoded = decode(*frame);
            EXPECT_FALSE(decoded.fault);
            out.push_back(std::move(decoded.pdu));
        }
        EXPECT_FALSE(reader.partial());
        return out;
    }
    Pdu said_one() {
        auto pdus = said();
        EXPECT_EQ(pdus.size(), 1U);
        return pdus.empty() ? Pdu{} : pdus[0];
    }
    void hear(const Pdu& pdu) { session_.receive(encode(pdu), now_); }
    void pass(std::chrono::milliseconds time) { session_.tick(now_ += time); }

    template <class T>
    std::vector<T> events() {
        std::vector<T> out;
        for (auto& event : session_.take_events()) {
            if (auto* wanted = std::get_if<T>(&event)) out.push_back(std::move(*wanted));
        }
        return out;
    }

    void bind() {
        const Pdu request = said_one();
        hear({.command = response_to(request.command),
              .sequence = request.sequence,
              .tlvs = {{Tag::ScInterfaceVersion, "\x34"}}});
        ASSERT_TRUE(session_.bound());
        session_.take_events();
    }
    std::uint32_t submit() {
        return session_.submit({.command = Command::SubmitSm, .destination_addr = "79161234567", .short_message = "hi"},
                               now_);
    }
    void answer_submit(std::uint32_t sequence, std::uint32_t status = 0, std::string id = "a1") {
        hear({.command = Command::SubmitSmResp,
              .status = status,
              .sequence = sequence,
              .has_body = status == 0,
              .message_id = std::move(id)});
    }

    Session::Time now_{1h};
    Session session_;
};

TEST_F(SessionTest, BindsWithItsCredentials) {
    const Pdu bind = said_one();
    EXPECT_EQ(bind.command, Command::BindTransceiver);
    EXPECT_EQ(bind.system_id, "tandem");
    EXPECT_EQ(bind.password, "s3cret");
    EXPECT_EQ(bind.interface_version, 0x34);
    EXPECT_FALSE(session_.can_submit(now_));

    hear({.command = Command::BindTransceiverResp, .sequence = bind.sequence, .system_id = "SMSC"});
    const auto bound = events<Bound>();
    ASSERT_EQ(bound.size(), 1U);
    EXPECT_FALSE(bound[0].tlvs) << "a peer that does not say its version is a 3.3 one";
    EXPECT_TRUE(session_.can_submit(now_));
}

TEST_F(SessionTest, ARefusedBindEndsTheSession) {
    const Pdu bind = said_one();
    hear({.command = Command::BindTransceiverResp, .status = 0x0E, .sequence = bind.sequence, .has_body = false});
    const auto all = session_.take_events();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(std::get<BindRefused>(all[0]).status, 0x0EU);
    EXPECT_EQ(std::get<Closed>(all[1]).reason, "bind refused");
}

TEST_F(SessionTest, AGenericNackRefusesABindToo) {
    hear({.command = Command::GenericNack, .status = 0x03, .sequence = said_one().sequence});
    EXPECT_EQ(events<BindRefused>().size(), 1U);
    EXPECT_TRUE(session_.closed());
}

TEST_F(SessionTest, ABindWithoutAnswerEnds) {
    said();
    EXPECT_EQ(session_.next_tick(), now_ + 60s);
    pass(59s);
    EXPECT_FALSE(session_.closed());
    pass(1s);
    ASSERT_TRUE(session_.closed());
    EXPECT_EQ(events<Closed>().at(0).reason, "no answer to the bind");
}

TEST_F(SessionTest, TheWindowIsFilledAndEveryAnswerFindsItsSubmit) {
    bind();
    const auto first = submit();
    const auto second = submit();
    EXPECT_TRUE(session_.can_submit(now_));
    const auto third = submit();
    EXPECT_FALSE(session_.can_submit(now_));
    EXPECT_EQ(said().size(), 3U);

    answer_submit(third, 0, "c");
    answer_submit(first, 0x0B);
    hear({.command = Command::SubmitSmResp, .sequence = second, .has_body = false});
    const auto answers = events<SubmitAnswered>();
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0].sequence, third);
    EXPECT_EQ(answers[0].message_id, "c");
    EXPECT_EQ(answers[1].sequence, first);
    EXPECT_EQ(answers[1].status, 0x0BU);
    EXPECT_EQ(answers[2].message_id, std::nullopt) << "accepted, but without an id";
    EXPECT_EQ(session_.in_window(), 0U);
}

TEST_F(SessionTest, AnIdWithoutItsTerminatorCountsAsMissing) {
    bind();
    const auto sequence = submit();
    std::string octets = encode({.command = Command::SubmitSmResp, .sequence = sequence, .message_id = "9"});
    octets.pop_back();
    octets[3] = static_cast<char>(octets.size());
    session_.receive(octets, now_);
    const auto answers = events<SubmitAnswered>();
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].message_id, std::nullopt);
}

TEST_F(SessionTest, AGenericNackAnswersASubmit) {
    bind();
    const auto sequence = submit();
    hear({.command = Command::GenericNack, .status = 0x03, .sequence = sequence});
    EXPECT_EQ(events<SubmitAnswered>().at(0).status, 0x03U);
}

TEST_F(SessionTest, WithoutAnswerInTimeTheOutcomeIsUnknownAndALateAnswerIsToldAsSuch) {
    bind();
    const auto sequence = submit();
    said();
    now_ += 29s;
    hear({.command = Command::EnquireLink, .sequence = 9});
    pass(31s);
    const auto doubts = events<SubmitInDoubt>();
    ASSERT_EQ(doubts.size(), 1U);
    EXPECT_EQ(doubts[0].sequence, sequence);
    EXPECT_EQ(session_.in_window(), 0U);
    EXPECT_FALSE(session_.closed());

    answer_submit(sequence);
    const auto late = events<AnsweredLate>();
    ASSERT_EQ(late.size(), 1U);
    EXPECT_EQ(late[0].sequence, sequence);
    EXPECT_EQ(late[0].message_id, "a1");
    answer_submit(sequence, 0x08);
    EXPECT_EQ(events<Ignored>().at(0).what, "late or unasked response");
    answer_submit(sequence, 0x08);
    EXPECT_TRUE(events<AnsweredLate>().empty()) << "refused";
}

TEST_F(SessionTest, ADropLeavesEverythingInTheWindowInDoubt) {
    bind();
    submit();
    submit();
    session_.lost();
    session_.lost();
    const auto all = session_.take_events();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(std::get<SubmitInDoubt>(all[0]).reason, "the link ended before the answer");
    EXPECT_TRUE(std::holds_alternative<SubmitInDoubt>(all[1]));
    EXPECT_TRUE(std::holds_alternative<Closed>(all[2]));
    EXPECT_FALSE(session_.can_submit(now_));
}

TEST_F(SessionTest, ThrottlingPausesSubmits) {
    bind();
    answer_submit(submit(), 0x58);
    EXPECT_FALSE(session_.can_submit(now_));
    EXPECT_EQ(session_.paused_until(), now_ + 1s);
    now_ += 1s;
    EXPECT_TRUE(session_.can_submit(now_));
}

TEST_F(SessionTest, SilenceIsBrokenByEnquireLinkAndAGonePeerIsNoticed) {
    bind();
    EXPECT_EQ(session_.next_tick(), now_ + 30s);
    pass(30s);
    const Pdu enquire = said_one();
    EXPECT_EQ(enquire.command, Command::EnquireLink);
    hear({.command = Command::EnquireLinkResp, .sequence = enquire.sequence});
    pass(29s);
    EXPECT_TRUE(said().empty());
    pass(1s);
    EXPECT_EQ(said_one().command, Command::EnquireLink);
    pass(10s);
    EXPECT_EQ(said_one().command, Command::Unbind);
    EXPECT_EQ(events<Closed>().at(0).reason, "no answer to enquire_link");
}

TEST_F(SessionTest, TrafficOfThePeerMakesEnquireLinkUnnecessary) {
    bind();
    for (int i = 0; i < 10; ++i) {
        hear({.command = Command::EnquireLink, .sequence = 0xFFFF'FFF0U + static_cast<unsigned>(i)});
        const Pdu answer = said_one();
        EXPECT_EQ(answer.command, Command::EnquireLinkResp);
        EXPECT_EQ(answer.sequence, 0xFFFF'FFF0U + static_cast<unsigned>(i)) << "echoed unchanged";
        pass(29s);
        EXPECT_TRUE(said().empty());
    }
}

TEST_F(SessionTest, DeliveriesAreHandedOutAndAnsweredOnlyWhenTold) {
    bind();
    hear({.command = Command::DeliverSm, .sequence = 5, .source_addr = "79161234567", .short_message = "hi"});
    hear({.command = Command::DataSm, .sequence = 0, .tlvs = {{Tag::MessagePayload, "x"}}});
    auto delivered = events<Delivered>();
    ASSERT_EQ(delivered.size(), 2U);
    EXPECT_EQ(delivered[0].pdu.short_message, "hi");
    EXPECT_TRUE(said().empty());

    session_.answer(Command::DeliverSm, 5, status::kOk);
    session_.answer(Command::DataSm, 0, status::kTemporaryAppError);
    const auto answers = said();
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0].command, Command::DeliverSmResp);
    EXPECT_EQ(answers[0].sequence, 5U);
    EXPECT_TRUE(answers[0].has_body);
    EXPECT_EQ(answers[1].command, Command::DataSmResp);
    EXPECT_EQ(answers[1].status, 0x64U);
}

TEST_F(SessionTest, ADeliveryBeforeTheBindIsRefused) {
    said();
    hear({.command = Command::DeliverSm, .sequence = 5});
    EXPECT_EQ(said_one().status, 0x04U);
    EXPECT_TRUE(events<Delivered>().empty());
}

TEST_F(SessionTest, ADefectiveDeliveryCarriesItsFaultAndItsOctets) {
    bind();
    std::string octets = encode({.command = Command::DeliverSm, .sequence = 5, .short_message = "hi"});
    octets[octets.size() - 3] = 9;
    session_.receive(octets, now_);
    const auto delivered = events<Delivered>();
    ASSERT_EQ(delivered.size(), 1U);
    ASSERT_TRUE(delivered[0].fault);
    EXPECT_EQ(delivered[0].octets, octets);
    EXPECT_TRUE(session_.bound());
}

TEST_F(SessionTest, UnknownRequestsGetANackAndUnknownResponsesNothing) {
    bind();
    session_.receive(test::from_hex("0000001000000110000000000a342ee7"), now_);
    session_.receive(test::from_hex("0000001080000110000000000a342ee7"), now_);
    const Pdu nack = said_one();
    EXPECT_EQ(nack.command, Command::GenericNack);
    EXPECT_EQ(nack.status, 0x03U);
    EXPECT_EQ(nack.sequence, 0x0A342EE7U);
    EXPECT_TRUE(session_.bound());
    hear({.command = Command::AlertNotification});
    hear({.command = Command::Outbind});
    EXPECT_TRUE(said().empty());
    EXPECT_EQ(events<Ignored>().size(), 4U);
}

TEST_F(SessionTest, AStreamOutOfStepIsNackedAndClosed) {
    bind();
    session_.receive(test::from_hex("0000000f00000015"), now_);
    EXPECT_EQ(said_one().status, 0x02U);
    EXPECT_EQ(events<Closed>().at(0).reason, "command_length out of range");
    session_.receive("more", now_);
    EXPECT_TRUE(session_.take_events().empty());
}

TEST_F(SessionTest, AnUnfinishedPduHasItsTime) {
    bind();
    session_.receive(std::string("\x00\x00\x00\x20", 4), now_);
    pass(9s);
    session_.receive("x", now_);
    EXPECT_FALSE(session_.closed());
    pass(1s);
    EXPECT_EQ(events<Closed>().at(0).reason, "a PDU was not finished in time") << "an octet now and then buys no time";
}

TEST_F(SessionTest, UnbindsPolitely) {
    bind();
    session_.unbind(now_);
    EXPECT_EQ(said_one().command, Command::Unbind);
    hear({.command = Command::DeliverSm, .sequence = 8});
    EXPECT_EQ(events<Delivered>().size(), 1U) << "what comes before the answer is still taken";
    hear({.command = Command::UnbindResp, .sequence = 2});
    EXPECT_EQ(events<Closed>().at(0).reason, "unbound");
}

TEST_F(SessionTest, AnUnbindWithoutAnswerEnds) {
    bind();
    session_.unbind(now_);
    pass(5s);
    EXPECT_EQ(events<Closed>().at(0).reason, "no answer to the unbind");
}

TEST_F(SessionTest, ThePeerMayUnbind) {
    bind();
    submit();
    said();
    hear({.command = Command::Unbind, .sequence = 77});
    const Pdu answer = said_one();
    EXPECT_EQ(answer.command, Command::UnbindResp);
    EXPECT_EQ(answer.sequence, 77U);
    const auto all = session_.take_events();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<SubmitInDoubt>(all[0]));
}

class ReceiverSession : public SessionTest {
protected:
    ReceiverSession() : SessionTest({.mode = BindMode::Receiver, .system_id = "t", .password = Secret("p")}) {}
};

TEST_F(ReceiverSession, DoesNotSubmit) {
    EXPECT_EQ(session_.next_tick(), now_ + 60s);
    bind();
    EXPECT_FALSE(session_.can_submit(now_));
}

// The same conversation, cut anywhere, gives the same events and the same output.
TEST(Session, TheCutsOfTheNetworkDoNotMatter) {
    std::string stream = encode({.command = Command::BindTransceiverResp, .sequence = 1});
    for (std::uint32_t i = 0; i < 20; ++i) {
        stream += encode({.command = Command::DeliverSm, .sequence = i, .short_message = std::string(i * 11, 'x')});
        stream += encode({.command = Command::EnquireLink, .sequence = 1'000 + i});
    }
    stream += encode({.command = Command::Unbind, .sequence = 5'000});
    std::minstd_rand random(7);
    std::string expected;
    for (int round = 0; round < 200; ++round) {
        const Session::Time now{1h};
        Session session({.system_id = "t", .password = Secret("p")}, now);
        std::string seen;
        for (std::size_t at = 0; at < stream.size();) {
            const std::size_t size = round == 0 ? stream.size() : random() % 60 + 1;
            session.receive(std::string_view(stream).substr(at, size), now);
            at += size;
            for (const auto& event : session.take_events()) {
                seen += std::to_string(event.index());
                if (const auto* delivered = std::get_if<Delivered>(&event)) seen += delivered->pdu.short_message;
            }
        }
        seen += session.take_output();
        if (round == 0) expected = seen;
        ASSERT_EQ(seen, expected) << round;
        ASSERT_TRUE(session.closed());
    }
}

TEST(Status, WhatARefusedSubmitMeans) {
    for (const auto& [status, kind] : {std::pair{0x58U, ErrorKind::Throttled},
                                       {0x14U, ErrorKind::Throttled},
                                       {0x08U, ErrorKind::Transient},
                                       {0x04U, ErrorKind::Transient},
                                       {0x0BU, ErrorKind::Rejected},
                                       {0x45U, ErrorKind::Rejected},
                                       {0x61U, ErrorKind::Config},
                                       {0xC1U, ErrorKind::Config},
                                       {0x0DU, ErrorKind::Transient},
                                       {0x401U, ErrorKind::Rejected},
                                       {0x22U, ErrorKind::Rejected},
                                       {0xFFU, ErrorKind::Transient}}) {
        EXPECT_EQ(status::submit_error(status, 1s).kind, kind) << status;
    }
    EXPECT_EQ(status::submit_error(0x58, 1s).retry_after, 1s);
    EXPECT_EQ(status::submit_error(0x0B, 1s).code, "0x0b");
    EXPECT_EQ(status::submit_error(0x0B, 1s).text, "the message centre answered ESME_RINVDSTADR (0x0b)");
}

TEST(Status, WhatARefusedBindMeans) {
    for (const std::uint32_t status : {0x0DU, 0x0EU, 0x0FU})
        EXPECT_EQ(status::bind_error(status).kind, ErrorKind::Auth);
    EXPECT_EQ(status::bind_error(0x05).kind, ErrorKind::Transient);
    EXPECT_EQ(status::bind_error(0x05).retry_after, 60s);
    EXPECT_EQ(status::bind_error(0x08).kind, ErrorKind::Transient);
    EXPECT_EQ(status::name(0x22), "command_status 0x22");
}

}  // namespace
}  // namespace tandem::smpp
