#include "core/pipeline/pipeline.hpp"

#include <algorithm>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace tandem::pipeline {
namespace {

// Receiving comes first: vendors wait for their acknowledgement, stored events wait in the journal. Where processors
// are short this thread gets a tenth of what the others get; otherwise all that it asks for.
constexpr int kNicer = 10;

// Also without a wake-up the journal is looked at this often: a lost notification may delay, never strand an event.
constexpr std::chrono::milliseconds kIdleLook{1000};

// Reasons may hold a vendor's words: beyond this many pairs of instance and reason the rest count as "other".
constexpr std::size_t kIgnoredReasons = 1'000;

// Trouble that passes: the disk, a lock. Everything else is a refusal of the content.
bool passes(const Error& error) {
    return error.kind == ErrorKind::Transient || error.kind == ErrorKind::Full || error.kind == ErrorKind::Throttled;
}

}  // namespace

Pipeline::Pipeline(journal::Journal& journal,
                   store::Store& store,
                   std::shared_ptr<const Sources> sources,
                   IdentityContext identity,
                   const Clock& clock,
                   obs::Log log,
                   PipelineOptions options)
    : journal_(journal),
      store_(store),
      identity_(std::move(identity)),
      clock_(clock),
      log_(std::move(log)),
      options_(std::move(options)),
      consumer_("pipeline@" + options_.node),
      sources_(std::move(sources)),
      reach_(options_.max_batch) {}

Pipeline::~Pipeline() {
    stop();
}

Result<void> Pipeline::start() {
    auto position = store_.position(consumer_);
    if (!position) return fail(std::move(position.error()).with_context("the store's journal position"));
    {
        std::lock_guard lock(mutex_);
        stats_.position = *position;
        stats_.running = true;
        durable_ = journal_.stats().last;
    }
    journal_.settle(*position);
    journal_.on_commit([this](journal::Position last) {
        {
            std::lock_guard lock(mutex_);
            durable_ = std::max(durable_, last);
        }
        wake_.notify_one();
    });
    thread_ = std::thread([this] { run(); });
    return {};
}

void Pipeline::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    applied_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
        journal_.on_commit({});
    }
}

void Pipeline::use(std::shared_ptr<const Sources> sources) {
    std::lock_guard lock(mutex_);
    sources_ = std::move(sources);
}

bool Pipeline::wait_applied(journal::Position position, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    applied_.wait_for(lock, limit, [&] { return stopping_ || stats_.position >= position; });
    return stats_.position >= position;
}

PipelineStats Pipeline::stats() const {
    std::lock_guard lock(mutex_);
    return stats_;
}

std::map<std::pair<std::string, std::string>, std::uint64_t> Pipeline::ignored() const {
    std::lock_guard lock(mutex_);
    return ignored_;
}

void Pipeline::run() {
    pthread_setname_np(pthread_self(), "pipeline");
    const auto self = static_cast<id_t>(::gettid());
    ::setpriority(PRIO_PROCESS, self, ::getpriority(PRIO_PROCESS, self) + kNicer);
    while (step()) {
    }
    store_cursors();
    std::lock_guard lock(mutex_);
    stats_.running = false;
    applied_.notify_all();
}

bool Pipeline::wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, limit, [&] { return stopping_ || durable_ > stats_.position || cursor_due(); });
    return !stopping_;
}

bool Pipeline::step() {
    journal::Position after = 0;
    {
        std::lock_guard lock(mutex_);
        if (stopping_) return false;
        after = stats_.position;
    }
    auto events = journal_.read(after, reach_, options_.max_batch_bytes);
    if (!events) {
        note_trouble(events.error());
        return wait(kIdleLook);
    }
    if (events->empty()) {
        store_cursors();
        {
            std::lock_guard lock(mutex_);
            durable_ = std::min(durable_, after);
        }
        // The position is looked at again after the note above, so a commit in between is not slept over.
        if (journal_.stats().last > after) return true;
        return wait(kIdleLook);
    }
    MapCounts counts;
    auto batch = map_events(*events, counts);
    const auto last = std::ranges::upper_bound(*events, batch.position, {}, &journal::StoredEvent::position);
    const std::span mapped(events->begin(), last);
    Error refusal;
    switch (try_apply(batch, refusal)) {
        case Outcome::Applied:
            settled(batch.position, counts);
            tell(batch.quarantine);
            if (mapped.size() == events->size()) gather(mapped.size());
            reach_further(events->size(), mapped.size());
            return true;
        case Outcome::Refused:
            put_back_cursors();
            log_.error("the store refused a batch; taking its events one by one", {{"reason", refusal.text}});
            return apply_one_by_one(mapped);
        case Outcome::Stopped:
            break;
    }
    return false;
}

// What is read and not mapped is read again: only so much is read as may be mapped.
void Pipeline::reach_further(std::size_t read, std::size_t applied) {
    if (applied < read) {
        reach_ = applied;
    } else if (applied == reach_) {
        reach_ = std::min(reach_ * 2, options_.max_batch);
    }
}

void Pipeline::gather(std::size_t applied) {
    if (applied < options_.gather_from || applied >= reach_) return;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, options_.gather, [&] { return stopping_; });
}

// The first of them, as many as there is time for.
store::Batch Pipeline::map_events(std::span<const journal::StoredEvent> events, MapCounts& counts) {
    std::shared_ptr<const Sources> sources;
    {
        std::lock_guard lock(mutex_);
        sources = sources_;
    }
    store::Batch batch;
    batch.consumer = consumer_;
    batch.now = clock_.now();
    batch.observations.reserve(events.size());
    Mapper mapper(*sources, identity_, options_.node);
    const auto end = std::chrono::steady_clock::now() + options_.longest_batch;
    for (const auto& event : events) {
        mapper.map(event, batch.now, batch, counts);
        batch.position = event.position;
        if (std::chrono::steady_clock::now() >= end) break;
    }
    batch.cursors = take_cursors(batch.position);
    return batch;
}

Pipeline::Outcome Pipeline::try_apply(const store::Batch& batch, Error& refusal) {
    auto delay = options_.retry_first;
    for (;;) {
        auto report = store_.apply(batch);
        if (report) return Outcome::Applied;
        note_trouble(report.error());
        if (!passes(report.error())) {
            refusal = std::move(report.error());
            return Outcome::Refused;
        }
        std::unique_lock lock(mutex_);
        if (wake_.wait_for(lock, delay, [&] { return stopping_; })) return Outcome::Stopped;
        delay = std::min(delay * 2, options_.retry_longest);
    }
}

bool Pipeline::apply_one_by_one(std::span<const journal::StoredEvent> events) {
    for (const auto& event : events) {
        auto outcome = apply_alone(event);
        if (outcome == Outcome::Stopped) return false;
        // Not even the quarantine entry was taken: the store itself is broken. Start again from here; nothing is
        // skipped.
        if (outcome == Outcome::Refused) return wait_longest();
    }
    return true;
}

Pipeline::Outcome Pipeline::apply_alone(const journal::StoredEvent& event) {
    MapCounts counts;
    auto batch = map_events({&event, 1}, counts);
    Error refusal;
    auto outcome = try_apply(batch, refusal);
    if (outcome == Outcome::Refused) {
        put_back_cursors();
        counts = {};
        counts.quarantined = 1;
        store::Batch aside;
        aside.consumer = consumer_;
        aside.now = batch.now;
        aside.position = event.position;
        store::QuarantineEntry entry;
        entry.node = options_.node;
        entry.event = event.position;
        entry.instance = event.event.instance;
        entry.reason = "the store refused it: " + refusal.text;
        entry.at = batch.now;
        entry.content_type = event.event.content_type;
        entry.envelope = event.event.envelope;
        entry.raw = event.event.raw;
        aside.quarantine.push_back(std::move(entry));
        outcome = try_apply(aside, refusal);
        if (outcome == Outcome::Applied) tell(aside.quarantine);
    }
    if (outcome == Outcome::Applied) settled(event.position, counts);
    return outcome;
}

bool Pipeline::wait_longest() {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, options_.retry_longest, [&] { return stopping_; });
}

void Pipeline::settled(journal::Position position, const MapCounts& counts) {
    {
        std::lock_guard lock(mutex_);
        stats_.position = position;
        stats_.snapshots += counts.snapshots;
        stats_.receipts += counts.receipts;
        stats_.quarantined += counts.quarantined;
        for (const auto& [key, count] : counts.ignored) {
            bool room = ignored_.size() < kIgnoredReasons || ignored_.contains(key);
            ignored_[room ? key : std::pair(key.first, std::string("other"))] += count;
            stats_.ignored += count;
        }
        ++stats_.batches;
        stats_.trouble.clear();
    }
    taken_cursors_.clear();
    applied_.notify_all();
    journal_.settle(position);
    if (counts.files > 0 && options_.on_files) options_.on_files();
}

void Pipeline::keep_cursor(store::CursorUpdate update, journal::Position position) {
    {
        std::lock_guard lock(mutex_);
        // Of cursors that wait for the same position only the newest counts: an idle poll must not fill the memory.
        std::erase_if(cursors_, [&](const WaitingCursor& other) {
            return other.position == position && other.update.instance == update.instance &&
                   other.update.stream == update.stream;
        });
        cursors_.push_back({position, std::move(update)});
    }
    wake_.notify_one();
}

bool Pipeline::cursor_due() const {
    return std::ranges::any_of(cursors_, [&](const WaitingCursor& one) { return one.position <= stats_.position; });
}

std::vector<store::CursorUpdate> Pipeline::take_cursors(journal::Position applied) {
    std::vector<store::CursorUpdate> out;
    std::lock_guard lock(mutex_);
    for (auto& cursor : cursors_) {
        if (cursor.position > applied) continue;
        out.push_back(cursor.update);
        taken_cursors_.push_back(std::move(cursor));
        cursor.position = 0;
        cursor.update.instance.clear();
    }
    std::erase_if(cursors_, [](const WaitingCursor& cursor) { return cursor.update.instance.empty(); });
    return out;
}

void Pipeline::put_back_cursors() {
    std::lock_guard lock(mutex_);
    cursors_.insert(cursors_.begin(), taken_cursors_.begin(), taken_cursors_.end());
    taken_cursors_.clear();
}

// Those whose events are applied already.
void Pipeline::store_cursors() {
    journal::Position applied = 0;
    {
        std::lock_guard lock(mutex_);
        if (!cursor_due()) return;
        applied = stats_.position;
    }
    store::Batch batch;
    batch.now = clock_.now();
    batch.cursors = take_cursors(applied);
    auto stored = store_.apply(batch);
    if (stored) return taken_cursors_.clear();
    note_trouble(stored.error());
    put_back_cursors();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kIdleLook, [&] { return stopping_ || durable_ > stats_.position; });
}

void Pipeline::tell(const std::vector<store::QuarantineEntry>& entries) {
    for (const auto& entry : entries) {
        log_.warn("put into quarantine", {{"instance", entry.instance},
                                          {"event", std::to_string(entry.event)},
                                          {"path", entry.path},
                                          {"reason", entry.reason}});
    }
}

void Pipeline::note_trouble(const Error& error) {
    {
        std::lock_guard lock(mutex_);
        ++stats_.store_errors;
        stats_.trouble = error.text;
    }
    log_.error("the pipeline waits", {{"kind", std::string(to_string(error.kind))}, {"reason", error.text}});
}

}  // namespace tandem::pipeline
