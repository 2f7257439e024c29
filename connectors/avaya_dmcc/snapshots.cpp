#include "connectors/avaya_dmcc/snapshots.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <utility>

namespace tandem::avaya_dmcc {

namespace {

constexpr unsigned kMaxAttempts = 3;
constexpr std::size_t kMaxCalls = 50'000;
constexpr std::size_t kMaxParts = 1'000;

}  // namespace

void Snapshots::clear() {
    stations_.clear();
    calls_.clear();
    seen_.clear();
    parts_.clear();
    asking_ = 0;
}

void Snapshots::add_call(std::string switch_name, Connection connection) {
    if (seen_.insert(to_lower_ascii(switch_name) + "/" + connection.call).second)
        look_at(std::move(switch_name), std::move(connection));
}

void Snapshots::look_at(std::string switch_name, Connection connection) {
    if (connection.call.empty() || calls_.size() >= kMaxCalls) return;
    calls_.push_back({.switch_name = std::move(switch_name), .connection = std::move(connection)});
}

std::optional<SnapshotWish> Snapshots::next() {
    std::optional<SnapshotWish> out;
    if (!stations_.empty()) {
        out = stations_.front();
        stations_.pop_front();
    } else if (!calls_.empty()) {
        out = std::move(calls_.front());
        calls_.pop_front();
    }
    if (out) ++asking_;
    return out;
}

void Snapshots::again(SnapshotWish wish) {
    --asking_;
    if (auto* station = std::get_if<StationWish>(&wish)) {
        if (++station->attempts < kMaxAttempts) stations_.push_back(*station);
    } else if (auto* call = std::get_if<CallWish>(&wish)) {
        if (++call->attempts < kMaxAttempts) calls_.push_back(std::move(*call));
    }
}

void Snapshots::expect(std::string reference, SnapshotWish wish, Time limit) {
    --asking_;
    if (parts_.size() < kMaxParts)
        parts_.insert_or_assign(std::move(reference), Part{.wish = std::move(wish), .limit = limit});
}

std::optional<SnapshotWish> Snapshots::expected(std::string_view reference, bool last) {
    const auto found = parts_.find(reference);
    if (found == parts_.end()) return std::nullopt;
    SnapshotWish wish = found->second.wish;
    if (last) parts_.erase(found);
    return wish;
}

std::size_t Snapshots::expire(Time now) {
    return std::erase_if(parts_, [&](const auto& part) { return part.second.limit <= now; });
}

Snapshots::Time Snapshots::next_time() const {
    Time out = Time::max();
    for (const auto& [reference, part] : parts_)
        out = std::min(out, part.limit);
    return out;
}

}  // namespace tandem::avaya_dmcc
