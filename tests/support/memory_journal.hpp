// A journal in memory: tests decide when events become durable and whether there is room.
#pragma once

#include "core/journal/journal.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tandem::test {

// Thread-safe.
class MemoryJournal final : public journal::Journal {
public:
    explicit MemoryJournal(Dispatch dispatch) : dispatch_(std::move(dispatch)) {}

    void append(std::vector<journal::Event> events, Done done) override {
        const std::lock_guard lock(mutex_);
        if (full_) {
            ++refused_;
            dispatch_([done = std::move(done)]() mutable { done(fail(full("the journal is full"))); });
            return;
        }
        waiting_.push_back({std::move(events), std::move(done)});
        if (!held_) commit();
    }

    // While held, events wait for release().
    void hold() {
        const std::lock_guard lock(mutex_);
        held_ = true;
    }
    void release() {
        const std::lock_guard lock(mutex_);
        held_ = false;
        commit();
    }
    void set_full(bool full) {
        const std::lock_guard lock(mutex_);
        full_ = full;
    }
    std::size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return waiting_.size();
    }
    std::vector<journal::Event> events() const {
        const std::lock_guard lock(mutex_);
        return stored_;
    }

    Result<std::vector<journal::StoredEvent>> read(journal::Position, std::size_t, std::size_t) override {
        return std::vector<journal::StoredEvent>();
    }
    Result<std::optional<journal::StoredEvent>> find(journal::Position) override {
        return std::optional<journal::StoredEvent>();
    }
    void on_commit(std::function<void(journal::Position)>) override {}
    void settle(journal::Position) override {}
    journal::JournalStats stats() const override {
        const std::lock_guard lock(mutex_);
        journal::JournalStats stats;
        stats.last = stored_.size();
        stats.refused = refused_;
        return stats;
    }
    void close() override {}

private:
    void commit() {
        std::vector<std::pair<Done, journal::Position>> calls;
        for (auto& [events, done] : waiting_) {
            for (auto& event : events)
                stored_.push_back(std::move(event));
            calls.emplace_back(std::move(done), stored_.size());
        }
        waiting_.clear();
        if (calls.empty()) return;
        dispatch_([calls = std::move(calls)]() mutable {
            for (auto& [done, position] : calls)
                done(position);
        });
    }

    const Dispatch dispatch_;
    mutable std::mutex mutex_;
    std::vector<std::pair<std::vector<journal::Event>, Done>> waiting_;
    std::vector<journal::Event> stored_;
    bool held_ = false;
    bool full_ = false;
    std::uint64_t refused_ = 0;
};

}  // namespace tandem::test
