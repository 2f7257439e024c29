#include "connectors/avaya_records/instance.hpp"

#include "connectors/avaya_records/event.hpp"
#include "connectors/avaya_records/line_reader.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tandem::avaya_records {

using async::Task;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kBatch = 200;
constexpr std::size_t kMostFilling = 4'096;  // NULs before the first line
constexpr milliseconds kAcceptPause{100};
constexpr milliseconds kStopLimit{3'000};
constexpr milliseconds kLongestWait{60'000};

std::string_view label(Found found) {
    switch (found) {
        case Found::Record:
            return "record";
        case Found::Repeat:
            return "repeat";
        case Found::Note:
            return "note";
        case Found::Lost:
            return "lost";
        case Found::Unreadable:
            return "unreadable";
    }
    return "record";
}

}  // namespace

LineInstance::LineInstance(LineOptions options, LineKind kind, std::unique_ptr<Book> book, connector::Host& host)
    : options_(std::move(options)),
      kind_(std::move(kind)),
      book_(std::move(book)),
      interpreter_(*book_, options_.encoding),
      host_(host) {
    for (const std::string& text : options_.peers) {
        if (auto block = net::AddressBlock::parse(text)) networks_.push_back(std::move(*block));
    }
}

LineInstance::~LineInstance() = default;

Task<Result<void>> LineInstance::start() {
    const auto strand = co_await boost::asio::this_coro::executor;
    if (!options_.connects) {
        auto listener = net::listen(strand, options_.address.host, options_.address.port);
        if (!listener) co_return fail(std::move(listener.error()));
        listener_ = std::move(*listener);
    }
    group_ = std::make_unique<async::TaskGroup>(strand, [this](std::exception_ptr error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& caught) {
            host_.failed(transient(std::string("call records: ") + caught.what()));
        }
    });
    co_await recall();
    group_->spawn(tell_calls());
    group_->spawn(options_.connects ? keep_connected() : accept_all());
    co_return Result<void>();
}

Task<void> LineInstance::stop() {
    stopping_ = true;
    if (listener_) listener_->close();
    // No switch sends again what its system has handed over: what has arrived is kept, also the half of a line.
    for (Guest& guest : guests_)
        guest.link->end_reading();
    changed_.notify_all();
    if (group_ == nullptr) co_return;
    const auto deadline = SteadyClock::now() + kStopLimit;
    while (!guests_.empty() && SteadyClock::now() < deadline)
        co_await changed_.wait_until(deadline);
    for (const Guest& guest : guests_) {
        host_.log().error("records that have arrived are lost: they could not be kept before the end",
                          {{"peer", guest.link->peer()}, {"lines", std::to_string(guest.waiting)}});
    }
    group_->cancel();
    co_await group_->join();
    group_.reset();
}

bool LineInstance::may_connect(const std::string& address) const {
    return std::ranges::any_of(networks_, [&](const net::AddressBlock& one) { return one.contains(address); });
}

void LineInstance::show() {
    if (stopping_) return;
    const std::string where = config::to_text(options_.address);
    if (!trouble_.empty()) return host_.state(connector::State::Degraded, trouble_);
    host_.state(connector::State::Ready,
                options_.connects ? "connected to " + where : fmt::format("{} connected to {}", guests_.size(), where));
}

Task<void> LineInstance::accept_all() {
    while (!stopping_) {
        auto link = co_await listener_->accept();
        if (link) {
            group_->spawn(welcome(std::move(*link)));
        } else if (link.error().kind == ErrorKind::Cancelled) {
            co_return;
        } else {
            // Out of descriptors: without a pause this would spin.
            host_.log().warn("accept failed", {{"error", link.error().text}});
            co_await async::sleep_for(kAcceptPause);
        }
    }
}

Task<void> LineInstance::welcome(std::unique_ptr<net::Link> link) {
    if (!may_connect(link->peer())) {
        host_.count("refused", "peer");
        host_.log().warn("a host that is not among `peers` wanted to connect", {{"peer", link->peer()}});
        co_return link->close();
    }
    // A switch that lost its connection without a word comes again: what is dead must not keep it out.
    if (std::cmp_greater_equal(guests_.size(), options_.connections)) {
        const auto use = [](const Guest& guest) { return std::pair(guest.lines > 0, guest.heard); };
        std::ranges::min_element(guests_, {}, use)->link->end_reading();
        host_.count("refused", "silent");
    }
    co_await serve(*link);
    show();
}

Task<void> LineInstance::keep_connected() {
    while (!stopping_) {
        auto link = co_await net::connect(
            {.host = options_.address.host, .port = options_.address.port, .limit = options_.connect_limit});
        std::string why = "the connection ended";
        if (!link) {
            why = std::move(link.error().text);
        } else if (!stopping_) {
            trouble_.clear();
            if (co_await serve(**link)) backoff_.reset();
        }
        if (stopping_) co_return;
        const milliseconds wait = backoff_.next(jitter_.next());
        trouble_ =
            fmt::format("{}: {}; connecting again in {} ms", config::to_text(options_.address), why, wait.count());
        show();
        co_await async::sleep_for(wait);
    }
}

Task<bool> LineInstance::serve(net::Link& link) {
    host_.count("connections");
    const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(to_micros(host_.clock().now()), 0));
    last_connection_ = std::max(now, last_connection_ + 1);
    const auto seat =
        guests_.insert(guests_.end(), {.link = &link, .heard = SteadyClock::now(), .connection = last_connection_});
    const std::shared_ptr<void> leave(nullptr, [&](void*) {
        link.close();
        guests_.erase(seat);
        changed_.notify_all();
    });
    show();
    if (!co_await converse(*seat)) {
        host_.count("refused", "binary");
        host_.log().error(kind_.binary, {{"peer", link.peer()}});
        trouble_ = kind_.binary + " (" + link.peer() + ")";
        show();
    }
    co_return seat->lines > 0;
}

Task<bool> LineInstance::converse(Guest& guest) {
    LineReader reader;
    std::string octets;
    bool known = kind_.binary.empty();
    while (co_await guest.link->read(octets)) {
        guest.heard = SteadyClock::now();
        if (!known) {
            const auto binary = is_binary(octets);
            if (!binary && octets.size() < kMostFilling) continue;
            if (binary.value_or(false)) co_return false;
            known = true;
            clear_binary();
        }
        std::vector<std::string> lines;
        reader.feed(octets, lines);
        octets.clear();
        if (!lines.empty()) co_await take(guest, std::move(lines), false);
    }
    std::vector<std::string> rest;
    reader.feed(octets, rest);
    if (!rest.empty()) co_await take(guest, std::move(rest), false);
    if (!is_blank(reader.tail())) co_await take(guest, {reader.tail()}, true);
    co_return true;
}

// Records come, whoever it was that sent something else.
void LineInstance::clear_binary() {
    if (kind_.binary.empty() || !trouble_.starts_with(kind_.binary)) return;
    trouble_.clear();
    show();
}

Task<void> LineInstance::take(Guest& guest, std::vector<std::string> lines, bool cut) {
    std::vector<StoredLine> kept;
    for (std::string& line : lines) {
        if (is_blank(line)) {
            host_.count("lines", "blank");
            continue;
        }
        kept.push_back({.id = fmt::format("{}-{}", guest.connection, ++guest.lines),
                        .raw = std::move(line),
                        .peer = guest.link->peer(),
                        .connection = guest.connection,
                        .at = host_.clock().now(),
                        .cut = cut});
    }
    if (kept.empty()) co_return;
    clear_binary();
    std::vector<journal::Event> events;
    for (const StoredLine& one : kept)
        events.push_back(line_event(one, kind_.content_type));
    guest.waiting = events.size();
    co_await store(kLineStream, std::move(events));
    guest.waiting = 0;
    if (cut) host_.count("lines", "cut");
    auto unreadable = interpret(kept);
    changed_.notify_all();
    if (!unreadable.empty()) co_await store(kLineStream, std::move(unreadable));
}

std::vector<journal::Event> LineInstance::interpret(const std::vector<StoredLine>& lines) {
    std::vector<journal::Event> unreadable;
    for (const StoredLine& line : lines) {
        std::vector<Heard> heard;
        interpreter_.take(line, heard);
        for (const Heard& one : heard) {
            host_.count("lines", label(one.reading.found));
            if (one.reading.found == Found::Unreadable) unreadable.push_back(unreadable_event(one, line.at));
            if (one.reading.found == Found::Lost)
                host_.log().warn("the switch could not record calls", {{"what", one.reading.problem}});
            if (one.reading.found == Found::Record && !one.reading.problem.empty() && !std::exchange(warned_, true))
                host_.log().warn("records are odd", {{"what", one.reading.problem}});
        }
    }
    return unreadable;
}

Task<void> LineInstance::tell_calls() {
    std::vector<journal::Event> events = std::move(left_over_);
    for (;;) {
        const Instant now = host_.clock().now();
        for (const Call& call : book_->due(now)) {
            if (is_news(call)) events.push_back(call_event(call, now));
        }
        while (!events.empty()) {
            const auto count = static_cast<std::ptrdiff_t>(std::min(events.size(), kBatch));
            std::vector<journal::Event> batch(std::make_move_iterator(events.begin()),
                                              std::make_move_iterator(events.begin() + count));
            events.erase(events.begin(), events.begin() + count);
            host_.count("calls", {}, batch.size());
            co_await store(kCallStream, std::move(batch));
        }
        const auto due = book_->next_due();
        const auto wait = due ? std::chrono::ceil<milliseconds>(std::max(*due, now) - now) : kLongestWait;
        co_await changed_.wait_until(SteadyClock::now() + std::min(wait, kLongestWait));
    }
}

// What has been read from a socket exists nowhere else: it is offered until there is room, and no more is read.
Task<void> LineInstance::store(std::string_view stream, std::vector<journal::Event> events) {
    async::Backoff patience({.first = milliseconds(100), .limit = milliseconds(10'000)});
    for (bool waited = false;; waited = true) {
        const auto stored = co_await host_.emit({.stream = std::string(stream), .events = events, .after = {}});
        if (stored) {
            if (waited) trouble_.clear();
            if (waited) show();
            co_return;
        }
        trouble_ = "records wait to be kept: " + stored.error().text;
        show();
        co_await async::sleep_for(patience.next(jitter_.next(), stored.error().retry_after));
    }
}

}  // namespace tandem::avaya_records
