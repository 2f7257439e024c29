// A journal in a folder of its own, with a clock that stands still.
#pragma once

#include "core/journal/journal.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tandem::journal {

class ManualClock final : public Clock {
public:
    Instant now() const override { return from_micros(micros_.load()); }
    void advance(std::chrono::seconds by) { micros_ += std::chrono::microseconds(by).count(); }

private:
    std::atomic<std::int64_t> micros_ = 1'800'000'000'000'000;
};

class JournalTest : public ::testing::Test {
protected:
    void open(JournalOptions options = {}) {
        options.file = dir_.path() / "journal.db";
        auto opened = Journal::open(options, [](std::move_only_function<void()> calls) { calls(); }, clock_);
        ASSERT_TRUE(opened) << opened.error().text;
        journal_ = std::move(*opened);
    }

    Event event(const std::string& raw) const {
        return {.instance = "sms",
                .stream = "",
                .vendor_id = "v-" + raw,
                .received_at = clock_.now(),
                .content_type = "application/json",
                .envelope = R"({"method":"POST"})",
                .raw = raw};
    }

    Result<Position> append(std::vector<Event> events) {
        std::mutex mutex;
        std::condition_variable done;
        std::optional<Result<Position>> out;
        journal_->append(std::move(events), [&](Result<Position> result) {
            const std::lock_guard lock(mutex);
            out = std::move(result);
            done.notify_one();
        });
        std::unique_lock lock(mutex);
        done.wait(lock, [&] { return out.has_value(); });
        return *out;
    }
    Result<Position> append(const std::string& raw) { return append(std::vector{event(raw)}); }

    std::vector<Position> positions(Position after = 0) {
        std::vector<Position> out;
        const auto events = journal_->read(after, 100'000, 1ULL << 30);
        EXPECT_TRUE(events);
        for (const auto& stored : *events)
            out.push_back(stored.position);
        return out;
    }

    test::TempDir dir_;
    ManualClock clock_;
    std::unique_ptr<Journal> journal_;
};

}  // namespace tandem::journal
