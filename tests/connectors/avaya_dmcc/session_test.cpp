#include "tests/connectors/avaya_dmcc/session_fixture.hpp"

#include <set>

namespace tandem::avaya_dmcc::test {
namespace {

TEST_F(DmccSession, Opens) {
    begin();
    const auto first = sent();
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].number, 1U);
    EXPECT_EQ(first[0].root, "StartApplicationSession");
    EXPECT_FALSE(session_->online());

    answer(1, opened("S-1", 120));
    const auto event = only<Opened>();
    EXPECT_EQ(event.session, "S-1");
    EXPECT_EQ(event.protocol, "x/ed3/privA");
    EXPECT_EQ(event.duration, 120s);
    EXPECT_FALSE(event.resumed);
    EXPECT_TRUE(session_->online());
}

TEST_F(DmccSession, ClaimsItsOldSession) {
    begin("S-1");
    EXPECT_TRUE(sent()[0].xml.contains("<ns1:sessionID>S-1</ns1:sessionID>"));
    answer(1, opened("S-1", 180));
    EXPECT_TRUE(only<Opened>().resumed);
}

TEST_F(DmccSession, AnotherIdIsANewSession) {
    begin("S-1");
    answer(1, opened("S-2", 180));
    EXPECT_FALSE(only<Opened>().resumed);
}

TEST_F(DmccSession, WithoutItsOldSessionItBeginsANewOneAtOnce) {
    begin("S-1");
    sent();
    answer(1, refused("<applError>Invalid session ID</applError>"));
    const auto again = sent();
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].number, 2U);
    EXPECT_FALSE(again[0].xml.contains("sessionID"));
    answer(2, opened("S-2", 180));
    const auto event = only<Opened>();
    EXPECT_FALSE(event.resumed);
    EXPECT_TRUE(event.refused_old);
}

TEST_F(DmccSession, RefusalsByKind) {
    const std::vector<std::pair<std::string, ErrorKind>> cases{
        {"<definedError>invalidApplicationInfo</definedError>", ErrorKind::Auth},
        {"<definedError>requestedProtocolVersionNotSupported</definedError>", ErrorKind::Config},
        {"<definedError>serverResourcesBusy</definedError>", ErrorKind::Throttled},
        {"<definedError>maxNumberSessions</definedError>", ErrorKind::Throttled},
        {"<applError>user or password</applError>", ErrorKind::Auth}};
    for (const auto& [code, kind] : cases) {
        SCOPED_TRACE(code);
        begin();
        answer(1, refused(code));
        EXPECT_EQ(only<Closed>().error.kind, kind);
        EXPECT_TRUE(session_->closed());
    }
    // Twice the same answer: it was not about the old session.
    begin("S-1");
    answer(1, refused("<applError>x</applError>"));
    answer(2, refused("<applError>x</applError>"));
    EXPECT_EQ(only<Closed>().error.kind, ErrorKind::Auth);
    // A busy AES still has it.
    begin("S-1");
    answer(1, refused("<definedError>serverResourcesBusy</definedError>"));
    EXPECT_FALSE(only<Closed>().gone);
}

TEST_F(DmccSession, ALoginWithoutAnAnswerEnds) {
    begin();
    pass(10s);
    EXPECT_EQ(only<Closed>().error.kind, ErrorKind::Transient);
}

TEST_F(DmccSession, ALoginAnsweredByNonsenseEnds) {
    for (const char* xml :
         {"", "<broken", "<StartApplicationSessionPosResponse/>", "<Other><sessionID>1</sessionID></Other>",
          "<CSTAErrorCode><security>generic</security></CSTAErrorCode>"}) {
        begin();
        answer(1, xml);
        only<Closed>();
    }
}

// Test plan 5: 180 were asked for, 30 granted.
TEST_F(DmccSession, TheTimerIsResetAtAThirdOfWhatAesGrants) {
    open(30);
    pass(9'999ms);
    EXPECT_TRUE(sent().empty());
    pass(1ms);
    const auto first = sent();
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].root, "ResetApplicationSessionTimer");
    EXPECT_TRUE(first[0].xml.contains("<requestedSessionDuration>180<"));
    answer(first[0].number, reset(60));

    pass(19'999ms);
    EXPECT_TRUE(sent().empty());
    pass(1ms);
    EXPECT_EQ(sent().size(), 1U);
}

TEST_F(DmccSession, ADurationThatMakesNoSenseIsWhatWasAskedFor) {
    begin();
    sent();
    answer(1,
           "<StartApplicationSessionPosResponse><sessionID>S-1</sessionID><actualSessionDuration>-5"
           "</actualSessionDuration></StartApplicationSessionPosResponse>");
    EXPECT_EQ(only<Opened>().duration, 180s);
    pass(60s);
    EXPECT_EQ(sent().size(), 1U);
}

TEST_F(DmccSession, WithoutAnAnswerWithinAFurtherThirdTheLinkIsLost) {
    open(30);
    pass(19'999ms);
    EXPECT_EQ(sent().size(), 1U);
    EXPECT_TRUE(events().empty());
    pass(1ms);
    const auto closed = only<Closed>();
    EXPECT_EQ(closed.error.kind, ErrorKind::Transient);
    EXPECT_FALSE(closed.gone);
}

TEST_F(DmccSession, ATimerThatIsNotResetIsTriedAgain) {
    open(120);
    pass(40s);
    const auto first = sent();
    ASSERT_EQ(first.size(), 1U);
    answer(first[0].number,
           "<ResetApplicationSessionTimerNegResponse><errorCode><definedError>"
           "serverCannotResetSessionTimer</definedError></errorCode>"
           "</ResetApplicationSessionTimerNegResponse>");
    EXPECT_EQ(only<Ignored>().what, "timer_not_reset");
    pass(10s);
    const auto second = sent();
    ASSERT_EQ(second.size(), 1U);
    answer(second[0].number, reset(120));
    pass(39s);
    EXPECT_TRUE(session_->online());
}

TEST_F(DmccSession, ASessionThatAesDoesNotKnowIsGone) {
    open(30);
    pass(10s);
    answer(sent()[0].number,
           "<ResetApplicationSessionTimerNegResponse><errorCode><definedError>invalidSessionID"
           "</definedError></errorCode></ResetApplicationSessionTimerNegResponse>");
    EXPECT_TRUE(only<Closed>().gone);
}

TEST_F(DmccSession, AesEndsTheSession) {
    open();
    answer(9999, "<ApplicationSessionTerminated><sessionID>S-other</sessionID></ApplicationSessionTerminated>");
    EXPECT_EQ(only<Ignored>().what, "other_session_terminated");
    answer(9999,
           "<ApplicationSessionTerminated><sessionID>S-1</sessionID><sessionTermReason><definedTermReason>"
           "sessionTimerExpired</definedTermReason></sessionTermReason></ApplicationSessionTerminated>");
    const auto closed = only<Closed>();
    EXPECT_TRUE(closed.gone);
    EXPECT_TRUE(closed.error.text.contains("sessionTimerExpired"));
}

TEST_F(DmccSession, AnswersFindTheirRequestsInAnyOrder) {
    open();
    const auto a = session_->request("<A/>", now_);
    const auto b = session_->request("<B/>", now_);
    const auto requests = sent();
    ASSERT_EQ(requests.size(), 2U);
    answer(requests[1].number, "<BResponse/>");
    answer(9999, "<HeldEvent/>");
    answer(requests[0].number, "<CSTAErrorCode/>");
    auto all = events();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(std::get<Answered>(all[0]).ticket, b);
    EXPECT_EQ(std::get<Answered>(all[0]).answer->root().name(), "BResponse");
    EXPECT_EQ(std::get<Told>(all[1]).document.root().name(), "HeldEvent");
    EXPECT_EQ(std::get<Answered>(all[2]).ticket, a);
}

TEST_F(DmccSession, ALateAnswerIsNotTakenForAnother) {
    open();
    session_->request("<A/>", now_);
    const unsigned number = sent()[0].number;
    pass(10s);
    EXPECT_FALSE(only<Answered>().answer);
    // The number is not used again while its answer may come.
    for (int i = 0; i < 3; ++i)
        session_->request("<B/>", now_);
    for (const Sent& one : sent())
        EXPECT_NE(one.number, number);
    answer(number, "<AResponse/>");
    EXPECT_EQ(only<Ignored>().what, "late_answer");
    answer(number, "<AResponse/>");
    EXPECT_EQ(only<Ignored>().what, "unknown_answer");
}

TEST_F(DmccSession, NumbersGoAround) {
    open(7'200);
    std::set<unsigned> seen;
    session_->request("<Slow/>", now_);
    const unsigned slow = sent()[0].number;
    for (int i = 0; i < 10'100; ++i) {
        session_->request("<A/>", now_);
        const unsigned number = sent()[0].number;
        ASSERT_NE(number, slow);
        ASSERT_GE(number, 1U);
        ASSERT_LE(number, 9998U);
        seen.insert(number);
        answer(number, "<AResponse/>");
        events();
    }
    EXPECT_EQ(seen.size(), 9'997U);
}

// Transcript i in small: what makes no sense is counted, and the link stays.
TEST_F(DmccSession, MalformedMessagesDoNotEndTheSession) {
    open();
    const auto ticket = session_->request("<A/>", now_);
    const unsigned number = sent()[0].number;
    answer(9999, "<HeldEvent><monitorCrossRefID>102");
    EXPECT_EQ(only<Ignored>().what, "malformed_event");
    answer(number, "");
    const auto answered = only<Answered>();
    EXPECT_EQ(answered.ticket, ticket);
    ASSERT_FALSE(answered.answer);
    EXPECT_EQ(answered.answer.error().kind, ErrorKind::Corrupt);
    answer(8123, "<MonitorStopResponse/>");
    EXPECT_EQ(only<Ignored>().what, "unknown_answer");
    std::string odd = frame("0001", "<A/>");
    odd.replace(4, 4, "AB12");
    session_->receive(odd, now_);
    EXPECT_EQ(only<Ignored>().what, "unknown_answer");
    answer(9999, "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><HeldEvent>&b;</HeldEvent>");
    EXPECT_EQ(only<Ignored>().what, "malformed_event");
    EXPECT_TRUE(session_->online());
}

TEST_F(DmccSession, AFrameOutOfStepEndsIt) {
    open();
    session_->request("<A/>", now_);
    session_->receive(std::string("\0\0\0\x03", 4), now_);
    auto all = events();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_FALSE(std::get<Answered>(all[0]).answer);
    EXPECT_FALSE(std::get<Closed>(all[1]).gone);
    session_->receive(frame("9999", "<HeldEvent/>"), now_);
    EXPECT_TRUE(events().empty());
}

TEST_F(DmccSession, ALostLinkFailsWhatWaits) {
    open();
    session_->request("<A/>", now_);
    session_->request("<B/>", now_);
    session_->lost("the cable");
    auto all = events();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(std::get<Answered>(all[0]).answer.error().kind, ErrorKind::Transient);
    EXPECT_EQ(std::get<Closed>(all[2]).error.text, "the cable");
    session_->lost();
    EXPECT_TRUE(events().empty());
    EXPECT_EQ(session_->next_tick(), Time::max());
}

TEST_F(DmccSession, StopsPolitely) {
    open();
    session_->stop(now_);
    const auto last = sent();
    ASSERT_EQ(last.size(), 1U);
    EXPECT_EQ(last[0].root, "StopApplicationSession");
    EXPECT_FALSE(session_->closed());
    answer(last[0].number, "<StopApplicationSessionPosResponse/>");
    EXPECT_TRUE(only<Closed>().gone);

    open();
    session_->stop(now_);
    pass(2s);
    EXPECT_FALSE(only<Closed>().gone);
}

// The transcripts' sessions, played to ours by the numbers of its own requests.
TEST_F(DmccSession, TheSessionOfTheRecoveryTranscript) {
    const auto lines = transcript("d_recovery_same_id");
    if (!lines) return;
    std::vector<bool> resumed;
    for (const Line& line : *lines) {
        if (line.root == "StartApplicationSession") {
            const bool again = line.xml.contains("sessionID");
            begin(again ? session_->id() : std::string());
            sent();
        } else if (!line.ours) {
            session_->receive(frame(line.invoke_id, line.xml), now_);
            for (const SessionEvent& event : events()) {
                if (const auto* one = std::get_if<Opened>(&event)) resumed.push_back(one->resumed);
            }
        } else {
            session_->request(line.xml, now_);
            EXPECT_EQ(sent().back().number, invoke_number(line.invoke_id));
        }
    }
    EXPECT_EQ(resumed, (std::vector<bool>{false, true}));
}

TEST_F(DmccSession, TheMalformedTranscript) {
    const auto lines = transcript("i_malformed_and_unknown");
    if (!lines) return;
    open();
    std::map<std::string, int> seen;
    for (const Line& line : *lines) {
        session_->receive(frame(line.invoke_id, line.xml), now_);
        for (const SessionEvent& event : events()) {
            if (const auto* ignored = std::get_if<Ignored>(&event)) ++seen[std::string(ignored->what)];
            if (std::holds_alternative<Told>(event)) ++seen["told"];
        }
    }
    EXPECT_EQ(seen, (std::map<std::string, int>{{"told", 4}, {"malformed_event", 1}, {"unknown_answer", 2}}));
    EXPECT_TRUE(session_->online());
}

}  // namespace
}  // namespace tandem::avaya_dmcc::test
