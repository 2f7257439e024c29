// New SMS-sized interactions per second into the SQLite store, over 200,000 contact points, and the timeline of a
// customer read while the store is that large. $TANDEM_BENCH_ROWS (default 1,000,000) interactions are written;
// $TANDEM_BENCH_DIR says where.
#include "core/store/store.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <random>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace tandem::store {
namespace {

constexpr std::size_t kPoints = 200'000;

PartyPoint point(std::size_t number) {
    PartyPoint out;
    out.point = {"tel", "", "+7495" + std::to_string(1'000'000 + number)};
    out.id.bytes = uuid5(Bytes16{}, out.point.value);
    out.verification = identity::Verification::Vendor;
    return out;
}

Observation sms(std::size_t number, std::mt19937_64& random, const std::vector<PartyPoint>& points) {
    Observation out;
    out.name_space = "sms:acc1";
    out.external_id = "SM" + std::to_string(number);
    out.id = interaction_id(out.name_space, out.external_id);
    out.source = "sms-api";
    out.rev = static_cast<std::int64_t>(number) << 8;
    out.rev_hash = random();
    out.channel = "sms";
    out.provider = "twilio";
    out.direction = "inbound";
    out.started_at = from_micros(1'800'000'000'000'000 + static_cast<std::int64_t>(number) * 1'000);
    out.points = {points[random() % points.size()]};
    out.event = number + 1;
    out.document =
        R"({"schema_version":1,"source":"sms-api","namespace":"sms:acc1","external_id":")" + out.external_id +
        R"(","rev":1,"channel":"sms","provider":"twilio","direction":"inbound","state":"closed","started_at":")" +
        format_time(out.started_at) +
        R"(","parties":[{"no":0,"role":"customer","contact_points":[{"scheme":"tel","value":")" +
        out.points.front().point.value +
        R"("}]},{"no":1,"role":"queue","contact_points":[{"scheme":"tel","value":"+74950000001"}]}],"messages":[{"external_id":")" +
        out.external_id +
        R"(","sender":0,"to":[1],"author_kind":"customer","body":"Where is my order 5512? It should have come yesterday","sent_at":")" +
        format_time(out.started_at) + R"("}]})";
    return out;
}

double seconds_of(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::size_t setting(const char* name, std::size_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::stoull(text) : otherwise;
}

class Bench {
public:
    Bench() : store_(open_sqlite_store({.file = folder_.path() / "store.db"}).value()) {
        for (std::size_t i = 0; i < kPoints; ++i)
            points_.push_back(point(i));
    }

    void write(std::size_t rows, std::size_t batch_size) {
        double wall = 0;
        double cpu = 0;
        std::size_t reported = 0;
        for (std::size_t done = 0; done < rows; done += batch_size) {
            Batch batch{.consumer = "bench", .position = ++position_, .now = SystemClock().now()};
            for (std::size_t i = 0; i < batch_size; ++i)
                batch.observations.push_back(sms(next_++, random_, points_));
            const double wall_before = seconds_of(CLOCK_MONOTONIC);
            const double cpu_before = seconds_of(CLOCK_THREAD_CPUTIME_ID);
            if (store_->apply(batch).value().created != batch_size) throw std::runtime_error("not all were new");
            wall += seconds_of(CLOCK_MONOTONIC) - wall_before;
            cpu += seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu_before;
            if (done + batch_size - reported < rows / 5) continue;
            const auto count = static_cast<double>(done + batch_size - reported);
            std::cout << "  at " << next_ << ": " << static_cast<int>(count / wall) << "/s, "
                      << static_cast<int>(count / cpu) << " per CPU second\n";
            reported = done + batch_size;
            wall = cpu = 0;
        }
        const auto bytes = std::filesystem::file_size(folder_.path() / "store.db");
        std::cout << "  " << bytes / next_ << " bytes each (without the log)\n";
    }

    void read(std::size_t count) {
        std::vector<double> millis;
        for (std::size_t i = 0; i < count; ++i) {
            const double before = seconds_of(CLOCK_MONOTONIC);
            const auto view = store_->customer_of(points_[random_() % kPoints].id).value();
            const auto page = view ? store_->timeline(view->id, {.limit = 50}).value() : TimelinePage{};
            millis.push_back((seconds_of(CLOCK_MONOTONIC) - before) * 1e3);
        }
        std::ranges::sort(millis);
        std::cout << "  customer and timeline, ms: p50 " << millis[count / 2] << ", p99 " << millis[count * 99 / 100]
                  << ", max " << millis.back() << "\n";
    }

private:
    test::TempDir folder_;
    std::unique_ptr<Store> store_;
    std::vector<PartyPoint> points_;
    std::mt19937_64 random_{1};
    std::size_t next_ = 0;
    std::uint64_t position_ = 0;
};

}  // namespace
}  // namespace tandem::store

int main() {
    using namespace tandem::store;
    const std::size_t rows = setting("TANDEM_BENCH_ROWS", 1'000'000);
    std::vector<std::size_t> batches = {500, 4'000};
    if (const auto one = setting("TANDEM_BENCH_BATCH", 0); one != 0) batches = {one};
    for (const std::size_t batch : batches) {
        std::cout << "batches of " << batch << "\n";
        Bench bench;
        bench.write(rows, batch);
        bench.read(5'000);
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::cout << "resident memory at most " << usage.ru_maxrss / 1'024 << " MB\n";
}
