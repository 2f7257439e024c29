#include "core/connector/counters.hpp"

namespace tandem::connector {

namespace {
constexpr std::size_t kMaxLabels = 64;
}

void Counters::add(std::string_view counter, std::string_view label, std::uint64_t by) {
    const std::lock_guard lock(mutex_);
    auto found = values_.find(counter);
    if (found == values_.end()) found = values_.emplace(std::string(counter), decltype(found->second){}).first;
    auto& labels = found->second;
    auto value = labels.find(label);
    if (value == labels.end()) {
        value = labels.emplace(labels.size() < kMaxLabels ? std::string(label) : "other", 0).first;
    }
    value->second += by;
}

std::vector<Counters::Sample> Counters::samples() const {
    std::vector<Sample> all{{"emitted", {}, emitted}};
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [counter, labels] : values_) {
            for (const auto& [label, value] : labels)
                all.push_back({counter, label, value});
        }
    }
    all.push_back({"received", {}, received});
    all.push_back({"received_bytes", {}, received_bytes});
    return all;
}

}  // namespace tandem::connector
