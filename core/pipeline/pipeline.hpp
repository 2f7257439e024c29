// journal -> mapping -> identity -> store, on a thread of its own. A batch and the journal position it ends at are one
// store transaction, so after any kill the result equals that of one clean run. Batches follow the load: one event when
// idle, thousands under pressure. A store that cannot take a batch is retried with backoff (nothing is skipped); one
// event that the store refuses for its content goes to quarantine alone.
#pragma once

#include "core/journal/journal.hpp"
#include "core/obs/log.hpp"
#include "core/pipeline/mapper.hpp"
#include "core/store/store.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace tandem::pipeline {

struct PipelineOptions {
    std::string node;
    std::size_t max_batch = 8'000;
    std::size_t max_batch_bytes = 32 << 20;
    // Mapping for a batch ends then, after one event at least: a mail takes a hundred times as long as a short message.
    // What comes after it becomes visible, and a gateway that is killed again and again still gets on.
    std::chrono::milliseconds longest_batch{200};
    // Under load a batch waits so long for company: a commit costs the same for many events as for a few. An event that
    // comes alone is applied at once.
    std::chrono::milliseconds gather{50};
    std::size_t gather_from = 64;  // events in the batch before
    std::chrono::milliseconds retry_first{50};
    std::chrono::milliseconds retry_longest{10'000};
    std::function<void()> on_files{};  // files of attachments are to be fetched; on the pipeline's thread
};

struct PipelineStats {
    std::uint64_t position = 0;  // journal position applied
    std::uint64_t snapshots = 0, receipts = 0, quarantined = 0, ignored = 0, batches = 0, store_errors = 0;
    std::string trouble;  // why the last store write failed; empty when it worked
    bool running = false;
};

class Pipeline {
public:
    // All references must outlive the pipeline. Starts at the position that the store holds.
    Pipeline(journal::Journal& journal,
             store::Store& store,
             std::shared_ptr<const Sources> sources,
             IdentityContext identity,
             const Clock& clock,
             obs::Log log,
             PipelineOptions options);
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    // Failure: the store cannot tell the position. Starts the thread.
    Result<void> start();
    // Finishes the batch in hand, then ends the thread. Idempotent.
    void stop();

    // Packs and settings of the next batch (reload). Thread-safe.
    void use(std::shared_ptr<const Sources> sources);

    // Stored together with what is applied up to `position`, or soon if that is done already. Any thread, never waits.
    void keep_cursor(store::CursorUpdate update, journal::Position position);

    // Waits until everything up to `position` is applied, the pipeline stops or the limit passes; true if applied.
    bool wait_applied(journal::Position position, std::chrono::milliseconds limit);

    PipelineStats stats() const;
    // Ignored records by (instance, reason), for metrics.
    std::map<std::pair<std::string, std::string>, std::uint64_t> ignored() const;

private:
    void run();
    bool step();
    store::Batch map_events(std::span<const journal::StoredEvent> events, MapCounts& counts);
    enum class Outcome { Applied, Refused, Stopped };
    bool apply_one_by_one(std::span<const journal::StoredEvent> events);
    Outcome apply_alone(const journal::StoredEvent& event);
    bool wait_longest();
    Outcome try_apply(const store::Batch& batch, Error& refusal);
    void settled(journal::Position position, const MapCounts& counts);
    void tell(const std::vector<store::QuarantineEntry>& entries);
    void note_trouble(const Error& error);
    bool wait(std::chrono::milliseconds limit);
    void reach_further(std::size_t read, std::size_t applied);
    void gather(std::size_t applied);
    std::vector<store::CursorUpdate> take_cursors(journal::Position applied);
    void put_back_cursors();
    void store_cursors();
    bool cursor_due() const;

    journal::Journal& journal_;
    store::Store& store_;
    IdentityContext identity_;
    const Clock& clock_;
    obs::Log log_;
    PipelineOptions options_;
    std::string consumer_;

    std::thread thread_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable applied_;
    std::shared_ptr<const Sources> sources_;  // guarded by mutex_
    struct WaitingCursor {
        journal::Position position = 0;
        store::CursorUpdate update;
    };
    std::vector<WaitingCursor> cursors_;        // guarded by mutex_; in the order in which they came
    std::vector<WaitingCursor> taken_cursors_;  // in the batch that is being applied; of the pipeline's thread
    std::size_t reach_ = 0;                     // events that are read for the next batch; of the pipeline's thread
    bool stopping_ = false;
    journal::Position durable_ = 0;  // last position the journal told us of
    PipelineStats stats_;
    std::map<std::pair<std::string, std::string>, std::uint64_t> ignored_;
};

}  // namespace tandem::pipeline
