// What an instance knows after a restart.
#include "connectors/avaya_records/event.hpp"
#include "connectors/avaya_records/instance.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tandem::avaya_records {

using async::Task;

namespace {

constexpr auto kRecalled = std::chrono::hours(24);
constexpr std::size_t kMostRecalled = 100'000;

}  // namespace

// The lines of the last day make the same calls again; those that were told then are no news.
Task<void> LineInstance::recall() {
    const Instant since = host_.clock().now() - kRecalled;
    const auto wanted = [&](std::string_view type) {
        return connector::Recall{.content_type = std::string(type), .since = since, .limit = kMostRecalled};
    };
    auto lines = co_await host_.recall(wanted(kind_.content_type));
    auto unreadable = co_await host_.recall(wanted(kUnreadableType));
    auto calls = co_await host_.recall(wanted(kCallType));
    for (const auto* each : {&lines, &unreadable, &calls}) {
        if (*each) continue;
        host_.log().warn(
            "records of the last day could not be read again: calls that they began are told from what "
            "comes now",
            {{"error", each->error().text}});
        co_return;
    }
    for (const journal::Event& event : *calls) {
        if (auto told = told_call(event)) told_[told->id] = std::max(told_[told->id], told->revision);
    }
    const std::size_t count = read_again(*lines, *unreadable);
    if (count > 0) host_.log().info("records of the last day were read again", {{"lines", std::to_string(count)}});
}

std::size_t LineInstance::read_again(const std::vector<journal::Event>& lines,
                                     const std::vector<journal::Event>& unreadable) {
    std::set<std::string_view> shown;
    for (const journal::Event& event : unreadable)
        shown.insert(event.vendor_id);
    const auto keep_news = [&](Instant now) {
        for (const Call& call : book_->due(now)) {
            if (is_news(call)) left_over_.push_back(call_event(call, now));
        }
    };
    std::size_t count = 0;
    for (const journal::Event& event : lines) {
        const auto line = stored_line(event);
        if (!line) continue;
        ++count;
        keep_news(line->at);
        last_connection_ = std::max(last_connection_, line->connection);
        std::vector<Heard> heard;
        interpreter_.take(*line, heard);
        for (const Heard& one : heard) {
            if (one.reading.found == Found::Unreadable && !shown.contains(one.line))
                left_over_.push_back(unreadable_event(one, line->at));
        }
    }
    return count;
}

bool LineInstance::is_news(const Call& call) {
    const auto told = told_.find(call.id);
    if (told == told_.end()) return true;
    if (told->second >= call.revision) return false;
    told_.erase(told);
    return true;
}

}  // namespace tandem::avaya_records
