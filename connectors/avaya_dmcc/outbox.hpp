// Records that wait to be made durable: a newer one of a call takes the place of an older one, so that what waits is
// bounded by the number of calls. Pure.
#pragma once

#include "connectors/avaya_dmcc/calls.hpp"

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

namespace tandem::avaya_dmcc {

class Outbox {
public:
    void put(CallRecord record);
    // The oldest ones; they count until they are settled. Give them back by put_back() if they were not stored.
    std::vector<CallRecord> take(std::size_t limit);
    void settled(const std::vector<CallRecord>& records);
    void put_back(std::vector<CallRecord> records);

    bool empty() const { return queue_.empty(); }
    std::size_t bytes() const { return bytes_; }
    std::size_t replaced() const { return replaced_; }

private:
    std::list<CallRecord> queue_;
    std::unordered_map<std::string, std::list<CallRecord>::iterator> by_id_;
    std::size_t bytes_ = 0;
    std::size_t replaced_ = 0;
};

}  // namespace tandem::avaya_dmcc
