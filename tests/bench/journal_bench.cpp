// Durable appends per second: `waiting` callers, each with one 700-byte event outstanding, as webhooks behind as many
// connections. Real time counts, because the disk is what is measured. The folder is $TANDEM_BENCH_DIR or the temporary
// one; it should lie on the disk that the journal will use.
#include "core/journal/journal.hpp"
#include "tests/support/temp_dir.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <semaphore>

namespace tandem::journal {
namespace {

Event webhook() {
    return {.instance = "sms",
            .stream = {},
            .vendor_id = "SM0123456789abcdef0123456789abcdef",
            .received_at = SystemClock().now(),
            .content_type = "application/x-www-form-urlencoded",
            .envelope = R"({"method":"POST","url":"https://gw.example.test/hooks/sms"})",
            .raw = std::string(550, 'x')};
}

void durable_appends(benchmark::State& state) {
    const test::TempDir folder;
    const SystemClock clock;
    auto journal = Journal::open({.file = folder.path() / "journal.db"}, [](auto calls) { calls(); }, clock).value();
    std::counting_semaphore<> free(state.range(0));
    std::atomic<std::int64_t> refused = 0;
    for (auto _ : state) {
        free.acquire();
        journal->append({webhook()}, [&](const Result<Position>& result) {
            if (!result) ++refused;
            free.release();
        });
    }
    journal->close();
    const auto stats = journal->stats();
    state.SetItemsProcessed(state.iterations());
    state.counters["events_per_commit"] =
        static_cast<double>(state.iterations()) / static_cast<double>(std::max<std::uint64_t>(stats.commits, 1));
    state.counters["refused"] = static_cast<double>(refused);
}
BENCHMARK(durable_appends)->Arg(1)->Arg(16)->Arg(64)->Arg(256)->UseRealTime()->MinTime(3);

void reads(benchmark::State& state) {
    const test::TempDir folder;
    const SystemClock clock;
    auto journal = Journal::open({.file = folder.path() / "journal.db"}, [](auto calls) { calls(); }, clock).value();
    for (int i = 0; i < 50; ++i)
        journal->append(std::vector<Event>(1'000, webhook()), [](const auto&) {});
    journal->close();
    Position after = 0;
    std::int64_t items = 0;
    for (auto _ : state) {
        const auto events = journal->read(after, 500, 8U << 20).value();
        items += static_cast<std::int64_t>(events.size());
        after = events.empty() ? 0 : events.back().position;
        benchmark::DoNotOptimize(events.data());
    }
    state.SetItemsProcessed(items);
}
BENCHMARK(reads);

}  // namespace
}  // namespace tandem::journal

BENCHMARK_MAIN();
