// A session's work under a hand-moved clock; AES is a function.
#pragma once

#include "connectors/avaya_dmcc/work.hpp"
#include "tests/connectors/avaya_dmcc/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

namespace tandem::avaya_dmcc::test {

using namespace std::chrono_literals;
using Time = Work::Time;

inline Result<Document> xml(std::string_view text) {
    return Document::parse(text);
}

inline std::string refusal(const std::string& category, const std::string& value) {
    return "<CSTAErrorCode><" + category + ">" + value + "</" + category + "></CSTAErrorCode>";
}

// AES as a function: from a request to its answer; "" for none.
using Aes = std::function<std::string(Element)>;

class DmccWork : public ::testing::Test {
protected:
    void make(Devices devices, WorkOptions options = {}) {
        options.switches = {"CM1"};
        options.agent_poll = poll_;
        ASSERT_TRUE(add_targets("CM1", devices, options.targets));
        options.rate = rate_;
        options.outstanding = outstanding_;
        work_ = std::make_unique<Work>(options);
    }
    void open(bool resumed = false) {
        work_->opened({.session = "S-1", .protocol = "", .duration = 180s, .resumed = resumed}, now_);
    }
    // The usual AES: every device exists, nobody calls.
    std::string usual(Element root) {
        const std::string_view name = root.name();
        if (name == "GetThirdPartyDeviceId")
            return "<GetThirdPartyDeviceIdResponse><device>" + std::string(root.child("extension").text()) +
                   ":CM1:10.0.0.1:0</device></GetThirdPartyDeviceIdResponse>";
        if (name == "MonitorStart")
            return "<MonitorStartResponse><monitorCrossRefID>" + std::to_string(++monitors_) +
                   "</monitorCrossRefID></MonitorStartResponse>";
        if (name == "SnapshotDevice")
            return "<SnapshotDeviceResponse><crossRefIDorSnapshotData><snapshotData/></crossRefIDorSnapshotData>"
                   "</SnapshotDeviceResponse>";
        return "<" + std::string(name) + "Response/>";
    }
    void usual_aes() {
        aes_ = [this](Element root) { return usual(root); };
    }
    // Asks and answers until nothing is to be done before `end`; what was asked is in asked_.
    void run(std::chrono::milliseconds time) {
        const Time end = now_ + time;
        for (;;) {
            work_->tick(now_);
            collect();
            while (const auto request = work_->next(now_)) {
                collect();
                send(*request);
            }
            collect();
            const Time next = work_->next_time(now_);
            if (next > end) break;
            now_ = std::max(next, now_ + 1ms);
        }
        now_ = end;
    }
    void send(const std::string& request) {
        const auto document = Document::parse(request);
        ASSERT_TRUE(document);
        std::string_view name = document->root().name();
        if (name == "MonitorStart" && document->root().at("monitorObject", "deviceObject").text().empty())
            name = "SessionMonitor";
        ++asked_[std::string(name)];
        asked_at_.push_back(now_);
        order_ += std::string(name) + " ";
        work_->asked(++ticket_);
        const std::string answer = aes_(document->root());
        if (answer == "hold") {
            held_.push_back(ticket_);
        } else if (answer.empty()) {
            work_->answered(ticket_, fail(transient("no answer")), now_, Instant());
        } else {
            work_->answered(ticket_, xml(answer), now_, Instant());
        }
        collect();
    }
    void tell(std::string_view text) {
        const auto document = Document::parse(text);
        ASSERT_TRUE(document);
        told_ = work_->told(document->root(), now_, Instant());
        collect();
    }
    void collect() {
        for (auto events = work_->take_events(); !events.empty(); events = work_->take_events()) {
            for (WorkEvent& event : events) {
                if (std::holds_alternative<StationsSeen>(event)) work_->confirm(unconfirmed_, now_);
                if (std::holds_alternative<RoundDone>(event)) ++rounds_;
                events_.push_back(std::move(event));
            }
        }
    }
    template <class Kind>
    std::vector<Kind> seen() const {
        std::vector<Kind> out;
        for (const WorkEvent& event : events_) {
            if (const auto* one = std::get_if<Kind>(&event)) out.push_back(*one);
        }
        return out;
    }
    MonitorCounts counts() const { return work_->monitors().counts(); }

    Time now_ = Time() + 1h;
    double rate_ = 20;
    std::size_t outstanding_ = 8;
    std::chrono::milliseconds poll_{0};
    std::unique_ptr<Work> work_;
    Aes aes_ = [this](Element root) { return usual(root); };
    std::uint64_t ticket_ = 0;
    int monitors_ = 100;
    int rounds_ = 0;
    bool told_ = false;
    std::map<std::string, int> asked_;
    std::vector<Time> asked_at_;
    std::string order_;
    std::vector<std::uint64_t> held_;
    std::vector<WorkEvent> events_;
    std::vector<Calls::Unconfirmed> unconfirmed_;
};

}  // namespace tandem::avaya_dmcc::test
