#include "connectors/avaya_dmcc/outbox.hpp"

#include <utility>

namespace tandem::avaya_dmcc {

namespace {

constexpr std::size_t kOverhead = 200;  // of an entry besides its texts

std::size_t size_of(const CallRecord& record) {
    return record.json.size() + 2 * record.id.size() + kOverhead;
}

}  // namespace

void Outbox::put(CallRecord record) {
    bytes_ += size_of(record);
    const auto found = by_id_.find(record.id);
    if (found != by_id_.end()) {
        bytes_ -= size_of(*found->second);
        *found->second = std::move(record);
        ++replaced_;
        return;
    }
    queue_.push_back(std::move(record));
    by_id_.emplace(queue_.back().id, std::prev(queue_.end()));
}

std::vector<CallRecord> Outbox::take(std::size_t limit) {
    std::vector<CallRecord> out;
    while (!queue_.empty() && out.size() < limit) {
        by_id_.erase(queue_.front().id);
        out.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return out;
}

void Outbox::settled(const std::vector<CallRecord>& records) {
    for (const CallRecord& record : records)
        bytes_ -= size_of(record);
}

void Outbox::put_back(std::vector<CallRecord> records) {
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
        if (by_id_.contains(record->id)) {
            bytes_ -= size_of(*record);
            ++replaced_;
            continue;
        }
        queue_.push_front(std::move(*record));
        by_id_.emplace(queue_.front().id, queue_.begin());
    }
}

}  // namespace tandem::avaya_dmcc
