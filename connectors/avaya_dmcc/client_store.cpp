// From a Client's calls into the journal, back from it after a restart, and what its state says.
#include "connectors/avaya_dmcc/client.hpp"
#include "connectors/avaya_dmcc/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace tandem::avaya_dmcc {

using async::Task;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kMaxBatch = 200;
constexpr milliseconds kStoreRetry{1'000};
constexpr milliseconds kWatchEvery{1'000}, kWatchLeast{20};
// A small part of the usual pace of requests.
constexpr milliseconds kLookEvery{5'000};
constexpr std::size_t kMostLooks = 20;
constexpr std::size_t kMaxRecalled = 50'000;

journal::Event event_of(const CallRecord& record, Instant at) {
    journal::Event out;
    out.vendor_id = record.id + "/" + std::to_string(record.revision);
    out.received_at = at;
    out.content_type = std::string(kEventType);
    out.envelope = "{}";
    out.raw = record.json;
    return out;
}

}  // namespace

Task<void> Client::restore_session() {
    const auto cursor = co_await host_.resume(std::string(kSessionStream));
    if (!cursor) host_.log().warn("the last session is not known", {{"error", cursor.error().text}});
    if (cursor && *cursor) {
        const auto blank = (*cursor)->find(' ');
        session_host_ = (*cursor)->substr(0, blank);
        if (blank != std::string::npos) session_id_ = (*cursor)->substr(blank + 1);
        const auto known = std::ranges::find(config_.hosts, session_host_);
        if (known != config_.hosts.end()) host_index_ = static_cast<std::size_t>(known - config_.hosts.begin());
    }
}

// Calls that were open when the last run ended. Not before an AES is there: it is much to read.
Task<void> Client::restore_calls() {
    restored_ = true;
    auto events = co_await host_.recall(
        {.content_type = std::string(kEventType), .since = now() - config_.quiet_limit, .limit = kMaxRecalled});
    if (!events)
        host_.log().warn("earlier calls could not be recalled: those that are still open begin anew",
                         {{"error", events.error().text}});
    // Of each call the newest record: its id is what comes before the revision.
    std::unordered_map<std::string, std::string> newest;
    for (auto& event : events.value_or(std::vector<journal::Event>()))
        newest.insert_or_assign(event.vendor_id.substr(0, event.vendor_id.rfind('/')), std::move(event.raw));
    for (const auto& [id, json] : newest) {
        if (const auto restored = calls_.restore(json); !restored) host_.count("malformed", "record");
    }
    keep(calls_.link_lost(now()));
}

void Client::keep(CallRecords records) {
    if (records.empty()) return;
    for (CallRecord& record : records)
        outbox_.put(std::move(record));
    changed_.notify_all();
}

Task<void> Client::store_all() {
    for (;;) {
        while (outbox_.empty() && !cursor_)
            co_await changed_.wait();
        if (!outbox_.empty()) {
            auto records = outbox_.take(kMaxBatch);
            connector::Batch batch;
            batch.stream = std::string(kCallStream);
            for (const CallRecord& record : records)
                batch.events.push_back(event_of(record, now()));
            if (co_await emit(std::move(batch))) {
                outbox_.settled(records);
            } else {
                outbox_.put_back(std::move(records));
                co_await async::sleep_for(kStoreRetry);
            }
        } else {
            co_await keep_cursor();
        }
        changed_.notify_all();
    }
}

Task<void> Client::keep_cursor() {
    connector::Batch batch;
    batch.stream = std::string(kSessionStream);
    const std::string cursor = *std::exchange(cursor_, std::nullopt);
    batch.after = cursor;
    const auto kept = co_await host_.emit(std::move(batch));
    if (kept) co_return;
    host_.log().warn("the session is not kept for a restart", {{"error", kept.error().text}});
    if (kept.error().kind == ErrorKind::Config) co_return;
    if (!cursor_) cursor_ = cursor;
    co_await async::sleep_for(kStoreRetry);
}

// False: nothing was stored; the state says so.
Task<bool> Client::emit(connector::Batch batch) {
    const auto stored = co_await host_.emit(std::move(batch));
    if (stored) {
        not_stored_.clear();
        co_return true;
    }
    if (not_stored_.empty()) host_.log().error("calls are not stored", {{"error", stored.error().text}});
    not_stored_ = stored.error().text;
    show();
    co_return false;
}

// What is due by the clock: calls that may be declared ended; and what is shown, so that thousands of monitors do not
// make as many states.
Task<void> Client::watch() {
    for (;;) {
        keep(calls_.expire(now()));
        look();
        count_calls();
        show();
        auto wait = kWatchEvery;
        if (const auto next = calls_.next_expiry()) {
            const auto until = std::chrono::ceil<milliseconds>(*next - now());
            wait = std::clamp(until, kWatchLeast, kWatchEvery);
        }
        co_await async::sleep_for(wait);
    }
}

void Client::look() {
    const auto connection = connection_;
    if (connection == nullptr || !connection->session.online() || steady() < look_at_) return;
    look_at_ = steady() + kLookEvery;
    work_.look_at(calls_.unwatched(kMostLooks));
    connection->conversation.advance();
}

void Client::count_calls() {
    const CallCounters seen = calls_.counters();
    const auto add = [&](std::string_view label, std::uint64_t current, std::uint64_t before) {
        if (current > before) host_.count("calls", label, current - before);
    };
    add("copies", seen.copies, counted_.copies);
    add("strangers", seen.strangers, counted_.strangers);
    add("gave_way", seen.gave_way, counted_.gave_way);
    add("uncertain", seen.uncertain, counted_.uncertain);
    counted_ = seen;
}

void Client::show() {
    if (!reconnect_.started() || connection_ == nullptr || !connection_->session.online()) return;
    const std::string wrong = trouble();
    std::string text = wrong.empty() ? fmt::format("{} monitors", work_.monitors().counts().up) : wrong;
    if (text == shown_) return;
    shown_ = std::move(text);
    host_.state(wrong.empty() ? connector::State::Ready : connector::State::Degraded, shown_);
}

std::string Client::trouble() const {
    if (!not_stored_.empty()) return "calls are not stored: " + not_stored_;
    if (!work_.down().empty()) {
        const std::string& name = *work_.down().begin();
        return fmt::format("AES is up, its link to {} is down: nothing is heard of calls there",
                           name.empty() ? "a switch" : name);
    }
    const MonitorCounts counts = work_.monitors().counts();
    std::string out;
    const auto add = [&](std::size_t number, std::string_view what) {
        if (number > 0) out += fmt::format(", {} {}", number, what);
    };
    add(counts.waiting, "to be started");
    add(counts.retried, "tried again later");
    add(counts.refused, "refused");
    add(counts.licence, "without a licence");
    if (!out.empty()) {
        out = fmt::format("{} of {} monitors{}", counts.up, counts.total, out);
        if (!work_.monitors().last_failure().empty()) out += "; last: " + work_.monitors().last_failure();
        return out;
    }
    return work_.in_round() ? "looks after the calls of the time without a link" : "";
}

}  // namespace tandem::avaya_dmcc
