#include "core/journal/backlog.hpp"
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
    void finish(std::vector<Pending> batch, const Result<Position>& result, const std::vector<Position>& positions);
    bool drop_step(Backlog::Excess excess);
    void keep_settled();

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

    Backlog backlog_{options_};

    std::mutex listener_mutex_;
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
    const auto last = reader_.last();
    backlog_.load(settled, reader_.first_after(0), reader_.first_after(settled), last);
    backlog_.set_aside(salvage_.set_aside, salvage_.events);
    kept_settled_ = settled;
    if (last) total_ = last->total;
    next_ = std::max({writer_.high_water(), options_.start_above, settled, last ? last->position : 0}) + 1;
}

std::optional<Error> SqliteJournal::refusal(std::uint64_t bytes, std::size_t count) const {
    if (closing_) return cancelled();
    if (bytes > kMaxEventBytes) return rejected("journal: the event is larger than 512 MB");
    if (queued_events_ + count > options_.max_queued && queued_events_ > 0) return full("journal: the queue is full");
    if (queued_bytes_ + bytes > options_.max_queued_bytes && queued_bytes_ > 0) {
        return full("journal: too many bytes wait for the disk");
    }
    const auto obstacle = backlog_.obstacle(queued_bytes_ + bytes, clock_.now());
    return obstacle.empty() ? std::nullopt : std::optional(full(std::string(obstacle)));
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
    if (refused->kind == ErrorKind::Full) backlog_.refused(1);
    dispatch_([done = std::move(done), error = std::move(*refused)]() mutable { done(fail(std::move(error))); });
}

Result<std::vector<StoredEvent>> SqliteJournal::read(Position after, std::size_t limit, std::size_t max_bytes) {
    const Position last = backlog_.last();
    std::vector<StoredEvent> events;
    if (after >= last) return events;
    std::uint64_t unreadable = 0;
    auto outcome = sqlite::guarded("journal", [&] {
        const std::lock_guard lock(reader_mutex_);
        read_around_damage(reader_, after, last, limit, max_bytes, events, unreadable);
    });
    if (!outcome) return fail(std::move(outcome.error()));
    if (unreadable > 0) backlog_.unreadable(after, events.empty() ? last : events.front().position, unreadable);
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
    const std::lock_guard lock(listener_mutex_);
    listener_ = std::move(listener);
}

void SqliteJournal::settle(Position upto) {
    if (backlog_.settle(upto)) {
        const auto next = sqlite::guarded("journal", [&] {
            const std::lock_guard lock(reader_mutex_);
            return reader_.first_after(upto);
        });
        // When the file cannot tell now, the next call brings the figures up to date.
        if (next && *next) backlog_.settled_before(upto, **next);
    }
    if (backlog_.excess(clock_.now())) wake_.notify_one();
}

JournalStats SqliteJournal::stats() const {
    return backlog_.stats();
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
        const bool idle = batch.empty();
        if (idle) {
            keep_settled();
        } else {
            const Position before = next_;
            std::vector<Position> positions;
            const auto result = commit(batch, positions);
            finish(std::move(batch), result, positions);
            events_since_drop += next_ - before;
        }
        dropping = false;
        if (idle || events_since_drop >= kEventsBetweenDrops) {
            events_since_drop = 0;
            const auto excess = backlog_.excess(clock_.now());
            dropping = excess && drop_step(*excess);
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
    auto excess = backlog_.droppable(clock_.now());
    excess.bytes = std::max(excess.bytes, bytes);
    return drop_step(excess) ? write(batch, positions) : std::move(result);
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
    const auto filled = std::ranges::find_if(batch, [](const Pending& pending) { return !pending.events.empty(); });
    const Instant received = filled != batch.end() ? filled->events.front().received_at : Instant{};
    backlog_.appended(next_, position - 1, received, total);
    next_ = position;
    total_ = total;
    return position - 1;
}

void SqliteJournal::finish(std::vector<Pending> batch,
                           const Result<Position>& result,
                           const std::vector<Position>& positions) {
    std::function<void(Position)> listener;
    if (result) {
        const std::lock_guard lock(listener_mutex_);
        listener = listener_;
    } else {
        backlog_.failed(clock_.now());
        if (result.error().kind == ErrorKind::Full) backlog_.refused(batch.size());
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

bool SqliteJournal::drop_step(Backlog::Excess excess) {
    std::size_t dropped = 0;
    const auto outcome = sqlite::guarded("journal", [&] {
        sqlite::Transaction transaction(database_, sqlite::Transaction::Kind::Write);
        dropped = writer_.drop(excess.settled, excess.received, excess.bytes);
        if (dropped > 0) {
            writer_.set_settled(excess.settled);
            writer_.set_high_water(next_ - 1);
        }
        transaction.commit();
    });
    if (!outcome || dropped == 0) return false;
    const auto first = sqlite::guarded("journal", [&] {
        const std::lock_guard lock(reader_mutex_);
        return reader_.first_after(0);
    });
    if (first) backlog_.dropped(*first);
    return true;
}

// So that a restart knows what retention may drop before the pipeline has said so again.
void SqliteJournal::keep_settled() {
    const Position settled = backlog_.settled();
    if (settled == kept_settled_) return;
    const auto outcome = sqlite::guarded("journal", [&] { writer_.set_settled(settled); });
    if (outcome) kept_settled_ = settled;
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options, Dispatch dispatch, const Clock& clock) {
    return sqlite::guarded("journal", [&]() -> std::unique_ptr<Journal> {
        return std::make_unique<SqliteJournal>(std::move(options), std::move(dispatch), clock);
    });
}

}  // namespace tandem::journal
