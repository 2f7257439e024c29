#include "core/obs/metrics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <mutex>
#include <stdexcept>
#include <variant>

namespace tandem::obs {
namespace {

constexpr std::size_t kMaxSeries = 10'000;

bool is_name(std::string_view name, bool colon) {
    auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    auto good = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || (colon && c == ':'); };
    return !name.empty() && (letter(name.front()) || name.front() == ':') && std::ranges::all_of(name, good);
}

std::string number(double value) {
    if (std::isinf(value)) return "+Inf";
    std::array<char, 32> buffer;
    auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

void append_escaped(std::string_view text, bool quote, std::string& out) {
    for (char c : text) {
        if (c == '\n') {
            out += "\\n";
        } else {
            if (c == '\\' || (quote && c == '"')) out += '\\';
            out += c;
        }
    }
}

// name{a="1",le="0.5"} with `extra` as a further label.
void append_series(std::string_view name, const Labels& labels, const Labels& extra, std::string& out) {
    out += name;
    auto separator = '{';
    for (const auto* list : {&labels, &extra}) {
        for (const auto& [key, value] : *list) {
            out += separator + key + "=\"";
            append_escaped(value, true, out);
            out += '"';
            separator = ',';
        }
    }
    if (separator == ',') out += '}';
    out += ' ';
}

void append_value(std::string_view name, const Labels& labels, const Counter& counter, std::string& out) {
    append_series(name, labels, {}, out);
    out += std::to_string(counter.value()) + '\n';
}

void append_value(std::string_view name, const Labels& labels, const Gauge& gauge, std::string& out) {
    append_series(name, labels, {}, out);
    out += std::to_string(gauge.value()) + '\n';
}

void append_value(std::string_view name, const Labels& labels, const Histogram& histogram, std::string& out) {
    auto snapshot = histogram.snapshot();
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
        total += snapshot.counts[i];
        auto bound = i < snapshot.bounds.size() ? snapshot.bounds[i] : HUGE_VAL;
        append_series(std::string(name) + "_bucket", labels, {{"le", number(bound)}}, out);
        out += std::to_string(total) + '\n';
    }
    append_series(std::string(name) + "_sum", labels, {}, out);
    out += number(snapshot.sum) + '\n';
    append_series(std::string(name) + "_count", labels, {}, out);
    out += std::to_string(total) + '\n';
}

using Metric = std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>>;

struct Family {
    std::string help;
    std::size_t type;  // index in Metric
    std::map<Labels, Metric> series;
};

constexpr std::array<std::string_view, 3> kTypeNames = {"counter", "gauge", "histogram"};

}  // namespace

std::vector<double> latency_buckets() {
    return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {}

void Histogram::observe(double value) {
    value = std::max(value, 0.0);
    auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
    counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    millionths_.fetch_add(static_cast<std::uint64_t>(std::llround(value * 1e6)), std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
    Snapshot out;
    out.bounds = bounds_;
    for (std::size_t i = 0; i <= bounds_.size(); ++i)
        out.counts.push_back(counts_[i].load(std::memory_order_relaxed));
    out.sum = static_cast<double>(millionths_.load(std::memory_order_relaxed)) / 1e6;
    return out;
}

struct Registry::State {
    mutable std::mutex mutex;
    std::map<std::string, Family, std::less<>> families;

    template <class M, class... Arguments>
    M& find(std::string_view name, std::string_view help, const Labels& labels, Arguments&&... arguments) {
        constexpr auto kType = Metric(std::unique_ptr<M>()).index();
        std::lock_guard lock(mutex);
        auto& family = family_of(name, help, kType);
        auto found = family.series.find(labels);
        if (found == family.series.end()) {
            check_labels(name, labels);
            auto key = family.series.size() < kMaxSeries ? labels : others(labels);
            found = family.series.try_emplace(key).first;
            auto* held = std::get_if<std::unique_ptr<M>>(&found->second);
            if (held == nullptr || !*held) found->second = std::make_unique<M>(std::forward<Arguments>(arguments)...);
        }
        return *std::get<std::unique_ptr<M>>(found->second);
    }

private:
    Family& family_of(std::string_view name, std::string_view help, std::size_t type) {
        auto found = families.find(name);
        if (found == families.end()) {
            if (!is_name(name, true)) throw std::invalid_argument("not a metric name: " + std::string(name));
            found = families.emplace(std::string(name), Family{std::string(help), type, {}}).first;
        }
        if (found->second.type != type) throw std::invalid_argument("another type: " + std::string(name));
        return found->second;
    }

    static void check_labels(std::string_view name, const Labels& labels) {
        for (const auto& [key, value] : labels) {
            if (!is_name(key, false) || key == "le" || key.starts_with("__")) {
                throw std::invalid_argument("not a label of " + std::string(name) + ": " + key);
            }
        }
    }

    static Labels others(Labels labels) {
        for (auto& [key, value] : labels)
            value = "other";
        return labels;
    }
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
    return state_->find<Counter>(name, help, labels);
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
    return state_->find<Gauge>(name, help, labels);
}

Histogram& Registry::histogram(std::string_view name,
                               std::string_view help,
                               const Labels& labels,
                               const std::vector<double>& bounds) {
    return state_->find<Histogram>(name, help, labels, bounds);
}

std::string Registry::exposition() const {
    std::lock_guard lock(state_->mutex);
    std::string out;
    for (const auto& [name, family] : state_->families) {
        out += "# HELP " + name + ' ';
        append_escaped(family.help, false, out);
        out += "\n# TYPE " + name + ' ';
        out += kTypeNames[family.type];
        out += '\n';
        for (const auto& [labels, metric] : family.series) {
            std::visit([&](const auto& one) { append_value(name, labels, *one, out); }, metric);
        }
    }
    return out;
}

}  // namespace tandem::obs
