// A session under a hand-moved clock; AES is played by the test.
#pragma once

#include "connectors/avaya_dmcc/session.hpp"
#include "tests/connectors/avaya_dmcc/support.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tandem::avaya_dmcc::test {

using namespace std::chrono_literals;
using Time = Session::Time;

struct Sent {
    unsigned number = 0;
    std::string xml;
    std::string root;
};

class DmccSession : public ::testing::Test {
protected:
    void begin(std::string old_session = {}) {
        SessionOptions options;
        options.login = {.application = "tandem",
                         .user = "tandem",
                         .password = Secret("EXAMPLE-PASSWORD"),
                         .protocols = {"ed3/privE", "ed3/privA"}};
        session_ = std::make_unique<Session>(options, std::move(old_session), now_);
    }
    void open(int duration = 180) {
        begin();
        ASSERT_EQ(sent().size(), 1U);
        answer(1, opened("S-1", duration));
        events();
    }
    static std::string opened(const std::string& id, int duration) {
        return "<StartApplicationSessionPosResponse><sessionID>" + id +
               "</sessionID><actualProtocolVersion>x/ed3/privA</actualProtocolVersion><actualSessionDuration>" +
               std::to_string(duration) + "</actualSessionDuration></StartApplicationSessionPosResponse>";
    }
    static std::string refused(const std::string& code) {
        return "<StartApplicationSessionNegResponse><errorCode>" + code +
               "</errorCode></StartApplicationSessionNegResponse>";
    }
    static std::string reset(int duration) {
        return "<ResetApplicationSessionTimerPosResponse><actualSessionDuration>" + std::to_string(duration) +
               "</actualSessionDuration></ResetApplicationSessionTimerPosResponse>";
    }

    void answer(unsigned number, std::string_view xml) {
        std::string octets;
        append_frame(octets, number, xml);
        session_->receive(octets, now_);
    }
    std::vector<Sent> sent() {
        std::vector<Sent> out;
        FrameReader reader;
        reader.feed(session_->take_output());
        while (const auto frame = reader.next()) {
            const auto document = Document::parse(frame->xml);
            EXPECT_TRUE(document);
            out.push_back({.number = *invoke_number(frame->invoke_id),
                           .xml = std::string(frame->xml),
                           .root = std::string(document->root().name())});
        }
        EXPECT_FALSE(reader.partial());
        return out;
    }
    std::vector<SessionEvent> events() { return session_->take_events(); }
    template <class Kind>
    Kind only() {
        auto all = events();
        if (all.size() != 1 || !std::holds_alternative<Kind>(all[0])) throw std::runtime_error("other events");
        return std::get<Kind>(std::move(all[0]));
    }
    // Lets time pass, tick by tick as the session asks for them.
    void pass(std::chrono::milliseconds time) {
        const Time end = now_ + time;
        while (session_->next_tick() <= end) {
            now_ = std::max(now_, session_->next_tick());
            session_->tick(now_);
            if (session_->closed()) break;
        }
        now_ = end;
    }

    Time now_ = Time() + 1h;
    std::unique_ptr<Session> session_;
};

}  // namespace tandem::avaya_dmcc::test
