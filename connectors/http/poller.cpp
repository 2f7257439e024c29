#include "connectors/http/poller.hpp"

#include "core/async/wait.hpp"
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <utility>

namespace tandem::http {

using async::Task;
using connector::Cursor;

namespace {

// Digests that are kept to know a repeated page again.
constexpr std::size_t kDigests = 64;
// A run that has used up its pages pauses at least so long, also when the poll itself does not pause.
constexpr std::chrono::milliseconds kPagesPause = std::chrono::seconds(1);

bool needs_human(ErrorKind kind) {
    return kind == ErrorKind::Auth || kind == ErrorKind::Config;
}

double per_second(std::int64_t requests_per_minute) {
    return static_cast<double>(requests_per_minute) / 60.0;
}

// What stands in the request beside the secrets themselves: Basic authentication makes something new of one.
std::vector<Secret> credentials(const connector::WireRequest& request) {
    std::vector<Secret> out;
    for (const auto& header : request.headers) {
        if (!iequals_ascii(header.name, "Authorization")) continue;
        const auto space = header.value.find(' ');
        out.emplace_back(space == std::string::npos ? header.value : header.value.substr(space + 1));
    }
    return out;
}

// Where a backfill stands: it reads from `begin` to `end` and has done everything between `reached` and one of them.
struct Past {
    Instant begin{}, end{}, reached{};

    std::string text() const { return format_time(begin) + " " + format_time(end) + " " + format_time(reached); }

    static std::optional<Past> parse(std::string_view text) {
        const auto first = text.find(' ');
        const auto second = text.find(' ', first + 1);
        if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
        const auto begin = parse_time(text.substr(0, first));
        const auto end = parse_time(text.substr(first + 1, second - first - 1));
        const auto reached = parse_time(text.substr(second + 1));
        if (!begin || !end || !reached) return std::nullopt;
        return Past{*begin, *end, *reached};
    }
};

// What is left to read, given what an earlier start has read and how far back it shall go now.
Past past_from(const std::optional<Past>& stored, Instant now, std::chrono::hours back, bool oldest_first) {
    if (!stored) return {now - back, now, oldest_first ? now - back : now};
    Past past = *stored;
    const Instant begin = past.end - back;
    if (begin >= past.begin) return past;
    if (!oldest_first) return {begin, past.end, past.reached};
    return past.reached >= past.end ? Past{begin, past.begin, begin} : Past{begin, past.end, begin};
}

}  // namespace

Poller::Poller(connector::Poll poll,
               connector::Host& host,
               VendorClient& client,
               PollTroubles& troubles,
               const PollPatience& patience)
    : poll_(std::move(poll)),
      host_(host),
      client_(client),
      troubles_(troubles),
      patience_(patience),
      budget_(per_second(poll_.requests), static_cast<double>(poll_.requests), host.clock().now()) {}

Poller::Run Poller::run(std::string what, connector::StreamName stream) {
    Run made;
    made.what = std::move(what);
    made.stream = std::move(stream);
    made.backoff = async::Backoff(patience_.backoff);
    made.again = async::Backoff(patience_.backoff);
    return made;
}

Task<void> Poller::live() {
    Run run = this->run(poll_.name, "poll:" + poll_.name);
    run.digests = &digests_;
    auto cursor = co_await resume(run);
    for (;;) {
        run.place = {};
        run.after.reset();
        bool behind = false;
        if (poll_.window_overlap) {
            behind = set_window(run, cursor);
        } else {
            run.place.cursor = cursor;
        }
        const bool more = co_await read(run) || behind;
        cursor = run.after ? run.after : run.place.found ? run.place.found : cursor;
        host_.count("poll_runs", poll_.name);
        if (!more) co_await async::sleep_for(poll_.every);
    }
}

// The window of a live run that follows the one that ended at `cursor`. True when it ends before the present.
bool Poller::set_window(Run& run, const std::optional<Cursor>& cursor) const {
    const auto done = cursor ? parse_time(*cursor) : std::nullopt;
    const Instant present = std::chrono::floor<std::chrono::seconds>(now());
    const Instant since = done ? *done - *poll_.window_overlap : present - poll_.window_first;
    const bool behind = poll_.window_longest > Millis(0) && since + poll_.window_longest < present;
    const Instant until = behind ? since + poll_.window_longest : present;
    run.place.since = since;
    run.place.until = until;
    run.after = format_time(until);
    return behind;
}

Task<void> Poller::backfill() {
    if (!poll_.backfill || poll_.backfill_days <= 0) co_return;
    Run run = this->run(poll_.name + ", backfill", "poll:" + poll_.name + ":backfill");
    const auto stored = co_await resume(run);
    const bool oldest = poll_.backfill_oldest_first;
    auto past = past_from(stored ? Past::parse(*stored) : std::nullopt, std::chrono::floor<std::chrono::seconds>(now()),
                          std::chrono::hours(24 * poll_.backfill_days), oldest);
    while (oldest ? past.reached < past.end : past.reached > past.begin) {
        run.place = {};
        run.place.since = oldest ? past.reached : std::max(past.begin, past.reached - poll_.backfill_step);
        run.place.until = oldest ? std::min(past.end, past.reached + poll_.backfill_step) : past.reached;
        past.reached = oldest ? *run.place.until : *run.place.since;
        run.after = past.text();
        co_await read(run);
        host_.count("poll_runs", "backfill");
    }
    host_.log().info("backfill is complete", {{"poll", poll_.name}, {"since", format_time(past.begin)}});
}

// One run. True when the pack wants the next one at once.
Task<bool> Poller::read(Run& run) {
    run.pages = 0;
    for (;;) {
        auto fetched = co_await fetch(run);
        if (!fetched) {
            run.place.page.reset();
            run.place.found.reset();
            run.pages = 0;
            continue;
        }
        const bool more = fetched->page.more;
        auto next = fetched->page.next;
        if (fetched->page.cursor) run.place.found = fetched->page.cursor;
        if (next && next == run.place.page) {
            host_.log().warn("the vendor names the same page again; the run ends", {{"poll", run.what}});
            next.reset();
            fetched->page.next.reset();
        }
        co_await keep(run, std::move(*fetched));
        if (!next) {
            run.again.reset();
            troubles_.clear(run.what);
            co_return more;
        }
        run.place.page = std::move(next);
        ++run.pages;
        if (run.pages % poll_.pages == 0) co_await async::sleep_for(std::max(poll_.every, kPagesPause));
    }
}

// The page that `run.place` names; nullopt: the vendor does not know that place (any longer), begin the run again.
Task<std::optional<Poller::Fetched>> Poller::fetch(Run& run) {
    for (;;) {
        co_await within_budget();
        auto fetched = co_await fetch_once(run);
        host_.count("poll_requests", poll_.name);
        if (fetched) {
            run.backoff.reset();
            if (run.again.attempts() == 0) troubles_.clear(run.what);
            co_return std::move(*fetched);
        }
        const bool lost = fetched.error().kind == ErrorKind::Rejected && run.place.page;
        co_await wait_after(run, lost ? run.again : run.backoff, fetched.error());
        if (lost) co_return std::nullopt;
    }
}

Task<Result<Poller::Fetched>> Poller::fetch_once(Run& run) {
    run.place.now = now();
    auto request = host_.caller()->poll_request(poll_.name, run.place);
    if (!request) co_return fail(std::move(request.error()));
    const auto sent = credentials(*request);
    auto response = co_await client_.send(std::move(*request), true, poll_.timeout);
    if (!response) co_return fail(std::move(response.error()));
    auto page = host_.caller()->poll_page(poll_.name, run.place, {response->status, response->headers, response->body});
    if (page.error) co_return fail(std::move(*page.error));
    if (auto clean = client_.without_secrets(page.envelope, sent)) page.envelope = std::move(*clean);
    if (auto clean = client_.without_secrets(response->body, sent)) response->body = std::move(*clean);
    co_return Fetched{std::move(page), std::move(response->body)};
}

// Returns when the page is durable; the cursor goes with the last one of the run.
Task<void> Poller::keep(Run& run, Fetched fetched) {
    connector::Batch batch;
    batch.stream = run.stream;
    if (!fetched.page.next) batch.after = run.after ? run.after : run.place.found;
    if (batch.after && batch.after == run.place.cursor) batch.after.reset();
    if (fetched.page.keep && !is_repeat(run, fetched.body)) {
        journal::Event& event = batch.events.emplace_back();
        event.received_at = now();
        event.content_type = std::move(fetched.page.content_type);
        event.envelope = std::move(fetched.page.envelope);
        event.raw = std::move(fetched.body);
    }
    if (batch.events.empty() && !batch.after) co_return;
    for (;;) {
        auto kept = co_await host_.emit(batch);
        if (kept) co_return;
        co_await wait_after(run, run.backoff, kept.error());
    }
}

// A vendor that is asked for a list gives the same list again and again: it is stored once.
bool Poller::is_repeat(Run& run, const std::string& body) {
    if (run.digests == nullptr) return false;
    const auto number = static_cast<std::size_t>(run.pages);
    if (number >= kDigests) return false;
    auto digest = hex(sha256(body));
    if (run.digests->size() <= number) run.digests->resize(number + 1);
    auto& last = (*run.digests)[number];
    if (last == digest) return true;
    last = std::move(digest);
    return false;
}

Task<std::optional<Cursor>> Poller::resume(Run& run) {
    for (;;) {
        auto cursor = co_await host_.resume(run.stream);
        if (cursor) co_return std::move(*cursor);
        co_await wait_after(run, run.backoff, cursor.error());
    }
}

Task<void> Poller::within_budget() {
    for (auto wait = budget_.take(now()); wait.count() > 0; wait = budget_.take(now()))
        co_await async::sleep_for(wait);
}

Task<void> Poller::wait_after(const Run& run, async::Backoff& backoff, const Error& error) {
    const Millis delay = needs_human(error.kind) ? std::max(patience_.human, error.retry_after.value_or(Millis(0)))
                                                 : backoff.next(jitter_.next(), error.retry_after);
    host_.count("poll_errors", to_string(error.kind));
    host_.log().warn("a poll does not get on", {{"poll", run.what},
                                                {"kind", std::string(to_string(error.kind))},
                                                {"error", error.text},
                                                {"delay_ms", std::to_string(delay.count())}});
    troubles_.add(run.what, error, now() + delay);
    co_await async::sleep_for(delay);
}

}  // namespace tandem::http
