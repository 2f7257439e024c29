#include "core/journal/journal.hpp"
#include "core/journal/salvage.hpp"
#include "core/journal/table.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace tandem::journal {
namespace {

constexpr std::uint64_t kMaxEventBytes = 512ULL << 20;
constexpr std::chrono::seconds kMaintenanceInterval{1};
constexpr std::size_t kEventsBetweenDrops = 256;  // a drop step removes up to twice as many: retention keeps up

struct Pending {
    std::vector<Event> events;
    Journal::Done done;
    std::uint64_t bytes = 0;
};

struct Settled {  // a Done and what it gets
    Journal::Done done;
    Result<Position> result;
};

class SqliteJournal final : public Journal {
public:
    SqliteJournal(JournalOptions options, Dispatch dispatch, const Clock& clock)
        : options_(std::move(options)),
          dispatch_(std::move(dispatch)),
          clock_(clock),
          database_(open_or_replace(options_.file, salvage_)),
          writer_(database_),
          reader_database_(options_.file, sqlite::Access::ReadOnly),
          reader_(reader_database_) {
        load();
        thread_ = std::thread([this] { run(); });
    }
    ~SqliteJournal() override { close(); }

    void append(std::vector<Event> events, Done done) override;
    Result<std::vector<StoredEvent>> read(Position after, std::size_t limit, std::size_t max_bytes) override;
    Result<std::optional<StoredEvent>> find(Position position) override;
    void on_commit(std::function<void(Position)> listener) override;
    void settle(Position upto) override;
    JournalStats stats() const override;
    void close() override;

private:
    void load();
    std::optional<Error> refusal(std::uint64_t bytes, std::size_t count) const;  // queue_mutex_ held
    void run();
    std::vector<Pending> take_batch();  // queue_mutex_ held
    Result<Position> commit(std::vector<Pending>& batch, std::vector<Position>& positions);
    Result<Position> write(std::vector<Pending>& batch, std::vector<Position>& positions);
    void publish(const std::vector<Pending>& batch, Position first, std::uint64_t total);
    void finish(std::vector<Pending> batch, const Result<Position>& result, const std::vector<Position>& positions);
    bool drop_due() const;
    bool drop_step(std::uint64_t at_least);
    void keep_settled();
    void count_refused(std::uint64_t count);

    const JournalOptions options_;
    const Dispatch dispatch_;
    const Clock& clock_;
    Salvage salvage_;

    // Writer thread only, after construction.
    sqlite::Database database_;
    TableWriter writer_;
    Position next_ = 1;
    std::uint64_t total_ = 0;
    Position kept_settled_ = 0;

    std::mutex reader_mutex_;
    sqlite::Database reader_database_;
    TableReader reader_;

    mutable std::mutex state_mutex_;  // held for a few instructions only
    JournalStats stats_;
    std::uint64_t first_before_ = 0;  // `total` before the oldest event
    std::int64_t first_received_ = 0;
    std::uint64_t unsettled_before_ = 0;  // `total` before the oldest unsettled event
    std::uint64_t published_total_ = 0;
    Position damage_counted_ = 0;  // unreadable positions up to here are in the count already
    std::function<void(Position)> listener_;

    std::mutex queue_mutex_;
    std::condition_variable wake_;
    std::deque<Pending> queue_;
    std::size_t queued_events_ = 0;
    std::uint64_t queued_bytes_ = 0;
    bool closing_ = false;

    std::mutex close_mutex_;
    std::thread thread_;
};

void SqliteJournal::load() {
    const Position settled = writer_.settled();
    Position highest = std::max({writer_.high_water(), options_.start_above, settled});
    if (const auto last = reader_.last()) {
        highest = std::max(highest, last->position);
        total_ = last->total;
        stats_.last = last->position;
    }
    stats_.settled = kept_settled_ = settled;
    published_total_ = unsettled_before_ = first_before_ = total_;
    if (const auto first = reader_.first_after(0)) {
        stats_.first = first->position;
        first_before_ = first->before;
        first_received_ = first->received;
    }
    if (const auto unsettled = reader_.first_after(settled)) {
        unsettled_before_ = unsettled->before;
        stats_.oldest_unsettled = from_micros(unsettled->received);
    }
    next_ = highest + 1;
    stats_.set_aside = salvage_.set_aside;
    stats_.salvaged = salvage_.events;
}

std::optional<Error> SqliteJournal::refusal(std::uint64_t bytes, std::size_t count) const {
    if (closing_) return cancelled();
    if (bytes > kMaxEventBytes) return rejected("journal: the event is larger than 512 MB");
    if (queued_events_ + count > options_.max_queued && queued_events_ > 0) return full("journal: the queue is full");
    if (queued_bytes_ + bytes > options_.max_queued_bytes && queued_bytes_ > 0) {
        return full("journal: too many bytes wait for the disk");
    }
    const std::lock_guard lock(state_mutex_);
    if (published_total_ - unsettled_before_ + queued_bytes_ + bytes > options_.max_unsettled_bytes) {
        return full("journal: the backlog has reached its size limit");
    }
    if (stats_.oldest_unsettled && clock_.now() - *stats_.oldest_unsettled > options_.max_unsettled_age) {
        return full("journal: the backlog has reached its age limit");
    }
    return std::nullopt;
}

void SqliteJournal::append(std::vector<Event> events, Done done) {
    std::uint64_t bytes = 0;
    for (const Event& event : events)
        bytes += stored_size(event);
    std::optional<Error> refused;
    {
        const std::lock_guard lock(queue_mutex_);
        refused = refusal(bytes, events.size());
        if (!refused) {
            queued_events_ += events.size();
            queued_bytes_ += bytes;
            queue_.push_back({std::move(events), std::move(done), bytes});
            if (queue_.size() == 1) wake_.notify_one();
            return;
        }
    }
    if (refused->kind == ErrorKind::Full) count_refused(1);
    dispatch_([done = std::move(done), error = std::move(*refused)]() mutable { done(fail(std::move(error))); });
}

Result<std::vector<StoredEvent>> SqliteJournal::read(Position after, std::size_t limit, std::size_t max_bytes) {
    Position last = 0;
    {
        const std::lock_guard lock(state_mutex_);
        last = stats_.last;
    }
    std::vector<StoredEvent> events;
    if (after >= last) return events;
    std::uint64_t unreadable = 0;
    auto outcome = sqlite::guarded("journal", [&] {
        const std::lock_guard lock(reader_mutex_);
        read_around_damage(reader_, after, last, limit, max_bytes, events, unreadable);
    });
    if (!outcome) return fail(std::move(outcome.error()));
    if (unreadable > 0) {
        const std::lock_guard lock(state_mutex_);
        if (after >= damage_counted_) stats_.unreadable += unreadable;
        damage_counted_ = std::max(damage_counted_, events.empty() ? last : events.front().position);
    }
    return events;
}

Result<std::optional<StoredEvent>> SqliteJournal::find(Position position) {
    return sqlite::guarded("journal", [&]() -> std::optional<StoredEvent> {
        if (position == 0) return std::nullopt;
        std::vector<StoredEvent> events;
        const std::lock_guard lock(reader_mutex_);
        reader_.read(position - 1, 1, 1, events);
        if (events.empty() || events.front().position != position) return std::nullopt;
        return std::move(events.front());
    });
}

void SqliteJournal::on_commit(std::function<void(Position)> listener) {
    const std::lock_guard lock(state_mutex_);
    listener_ = std::move(listener);
}

void SqliteJournal::settle(Position upto) {
    {
        const std::lock_guard lock(state_mutex_);
        if (upto <= stats_.settled) return;
        if (upto >= stats_.last) {
            stats_.settled = upto;
            stats_.oldest_unsettled.reset();
            unsettled_before_ = published_total_;
            return;
        }
    }
    const auto next = sqlite::guarded("journal", [&] {
        const std::lock_guard lock(reader_mutex_);
        return reader_.first_after(upto);
    });
    const std::lock_guard lock(state_mutex_);
    if (upto <= stats_.settled) return;
    stats_.settled = upto;
    if (!next || !*next) return;  // cannot tell now: the figures are brought up to date by the next call
    unsettled_before_ = (*next)->before;
    stats_.oldest_unsettled = from_micros((*next)->received);
}

JournalStats SqliteJournal::stats() const {
    const std::lock_guard lock(state_mutex_);
    JournalStats out = stats_;
    out.total_bytes = published_total_ - first_before_;
    out.unsettled_bytes = published_total_ - unsettled_before_;
    return out;
}

void SqliteJournal::close() {
    const std::lock_guard closing(close_mutex_);
    {
        const std::lock_guard lock(queue_mutex_);
        closing_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

void SqliteJournal::run() {
    std::size_t events_since_drop = 0;
    bool dropping = false;
    std::unique_lock lock(queue_mutex_);
    while (true) {
        if (queue_.empty() && !closing_ && !dropping) wake_.wait_for(lock, kMaintenanceInterval);
        if (queue_.empty() && closing_) break;
        auto batch = take_batch();
        lock.unlock();
        if (batch.empty()) {
            keep_settled();
            dropping = drop_due() && drop_step(0);
        } else {
            const Position before = next_;
            std::vector<Position> positions;
            const auto result = commit(batch, positions);
            finish(std::move(batch), result, positions);
            events_since_drop += next_ - before;
            if (events_since_drop >= kEventsBetweenDrops && drop_due()) {
                events_since_drop = 0;
                drop_step(0);
            }
        }
        lock.lock();
    }
    lock.unlock();
    keep_settled();
}

std::vector<Pending> SqliteJournal::take_batch() {
    std::vector<Pending> batch;
    std::size_t events = 0;
    while (!queue_.empty() && (batch.empty() || events + queue_.front().events.size() <= options_.max_batch)) {
        events += queue_.front().events.size();
        queued_bytes_ -= queue_.front().bytes;
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    queued_events_ -= events;
    return batch;
}

// With a full disk, the log starts over first, then settled events make room; each time the batch gets another chance.
Result<Position> SqliteJournal::commit(std::vector<Pending>& batch, std::vector<Position>& positions) {
    const auto no_room = [](const Result<Position>& result) {
        return !result && result.error().kind == ErrorKind::Full;
    };
    auto result = write(batch, positions);
    if (!no_room(result)) return result;
    database_.checkpoint();
    result = write(batch, positions);
    if (!no_room(result)) return result;
    std::uint64_t bytes = 0;
    for (const Pending& pending : batch)
        bytes += pending.bytes;
    return drop_step(bytes) ? write(batch, positions) : std::move(result);
}

Result<Position> SqliteJournal::write(std::vector<Pending>& batch, std::vector<Position>& positions) {
    positions.clear();
    Position position = next_;
    std::uint64_t total = total_;
    auto outcome = sqlite::guarded("journal", [&] {
        sqlite::Transaction transaction(database_, sqlite::Transaction::Kind::Write);
        for (const Pending& pending : batch) {
            for (const Event& event : pending.events) {
                total += stored_size(event);
                writer_.insert(event, position++, total);
            }
            positions.push_back(position - 1);
        }
        transaction.commit();
    });
    if (!outcome) return fail(std::move(outcome.error()));
    const Position first = next_;
    next_ = position;
    total_ = total;
    publish(batch, first, total);
    return position - 1;
}

void SqliteJournal::publish(const std::vector<Pending>& batch, Position first, std::uint64_t total) {
    const auto filled = std::ranges::find_if(batch, [](const Pending& pending) { return !pending.events.empty(); });
    const std::lock_guard lock(state_mutex_);
    ++stats_.commits;
    if (filled == batch.end()) return;
    const Instant received = filled->events.front().received_at;
    if (stats_.first == 0) {
        stats_.first = first;
        first_received_ = to_micros(received);
        first_before_ = published_total_;
    }
    if (!stats_.oldest_unsettled) stats_.oldest_unsettled = received;
    stats_.last = next_ - 1;
    published_total_ = total;
}

void SqliteJournal::finish(std::vector<Pending> batch,
                           const Result<Position>& result,
                           const std::vector<Position>& positions) {
    std::function<void(Position)> listener;
    if (result) {
        const std::lock_guard lock(state_mutex_);
        listener = listener_;
    } else if (result.error().kind == ErrorKind::Full) {
        count_refused(batch.size());
    }
    std::vector<Settled> calls;
    calls.reserve(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        calls.push_back({std::move(batch[i].done), result ? Result<Position>(positions[i]) : fail(result.error())});
    }
    dispatch_([calls = std::move(calls)]() mutable {
        for (Settled& call : calls)
            call.done(std::move(call.result));
    });
    if (listener) listener(*result);
}

bool SqliteJournal::drop_due() const {
    const std::lock_guard lock(state_mutex_);
    if (stats_.first == 0 || stats_.first > stats_.settled) return false;
    return first_received_ < to_micros(clock_.now() - options_.retain) ||
           published_total_ - first_before_ > options_.max_total_bytes;
}

bool SqliteJournal::drop_step(std::uint64_t at_least) {
    Position settled = 0;
    std::uint64_t excess = at_least;
    {
        const std::lock_guard lock(state_mutex_);
        settled = std::min(stats_.settled, stats_.last);
        const std::uint64_t bytes = published_total_ - first_before_;
        if (bytes > options_.max_total_bytes) excess = std::max(excess, bytes - options_.max_total_bytes);
    }
    std::size_t dropped = 0;
    const auto outcome = sqlite::guarded("journal", [&] {
        sqlite::Transaction transaction(database_, sqlite::Transaction::Kind::Write);
        dropped = writer_.drop(settled, to_micros(clock_.now() - options_.retain), excess);
        if (dropped > 0) {
            writer_.set_settled(settled);
            writer_.set_high_water(next_ - 1);
        }
        transaction.commit();
    });
    if (!outcome || dropped == 0) return false;
    const auto first = sqlite::guarded("journal", [&] {
        const std::lock_guard lock(reader_mutex_);
        return reader_.first_after(0);
    });
    const std::lock_guard lock(state_mutex_);
    if (!first) return true;
    stats_.first = *first ? (*first)->position : 0;
    first_before_ = *first ? (*first)->before : published_total_;
    first_received_ = *first ? (*first)->received : 0;
    return true;
}

// So that a restart knows what retention may drop before the pipeline has said so again.
void SqliteJournal::keep_settled() {
    Position settled = 0;
    {
        const std::lock_guard lock(state_mutex_);
        settled = stats_.settled;
    }
    if (settled == kept_settled_) return;
    const auto outcome = sqlite::guarded("journal", [&] { writer_.set_settled(settled); });
    if (outcome) kept_settled_ = settled;
}

void SqliteJournal::count_refused(std::uint64_t count) {
    const std::lock_guard lock(state_mutex_);
    stats_.refused += count;
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options, Dispatch dispatch, const Clock& clock) {
    return sqlite::guarded("journal", [&]() -> std::unique_ptr<Journal> {
        return std::make_unique<SqliteJournal>(std::move(options), std::move(dispatch), clock);
    });
}

}  // namespace tandem::journal
