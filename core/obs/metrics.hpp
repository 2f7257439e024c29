// Counters for an alert to look at, in the text format that Prometheus reads. Ask the registry once and keep the
// reference: a count is then one relaxed atomic addition. Own code instead of prometheus-cpp, whose counters are
// compare-and-swap loops over doubles and whose histograms and label look-ups take a lock: at 50,000 requests a second
// with several counts each this is the difference between nothing and a visible share of a core.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::obs {

// Each on its own cache line: neighbours are counted by different threads.
class alignas(64) Counter {
public:
    void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

class alignas(64) Gauge {
public:
    void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
    void add(std::int64_t by) { value_.fetch_add(by, std::memory_order_relaxed); }
    std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

// Upper bounds in seconds from 100 microseconds to 10 seconds: acknowledgements, commits, queries.
std::vector<double> latency_buckets();

// Distribution over fixed buckets. The sum is kept in millionths, so that it too is one addition.
class alignas(64) Histogram {
public:
    // Upper bounds, rising; a last bucket without bound is added.
    explicit Histogram(std::vector<double> bounds);

    void observe(double value);  // below zero counts as zero

    struct Snapshot {
        std::vector<double> bounds;
        std::vector<std::uint64_t> counts;  // per bucket, not cumulated; one more than bounds
        double sum = 0;
    };
    Snapshot snapshot() const;

private:
    std::vector<double> bounds_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
    std::atomic<std::uint64_t> millionths_{0};
};

using Labels = std::vector<std::pair<std::string, std::string>>;

// Owns all metrics of the process. Thread-safe; references live as long as the registry. A family has at most 10,000
// label combinations: what comes after shares one series whose label values are "other", so that labels made from
// input cannot fill the memory.
class Registry {
public:
    Registry();
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    // The same name and labels give the same object. Throws std::invalid_argument for a name or label that Prometheus
    // does not allow, and for a name that is already another type (a mistake of the programmer).
    Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
    Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
    Histogram& histogram(std::string_view name,
                         std::string_view help,
                         const Labels& labels = {},
                         const std::vector<double>& bounds = latency_buckets());

    // Prometheus text format 0.0.4: text/plain; version=0.0.4; charset=utf-8.
    std::string exposition() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tandem::obs
