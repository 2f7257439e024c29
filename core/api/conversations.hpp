// A page of a timeline grouped into conversations when it is read, so that the order of arrival never matters. Pure.
#pragma once

#include "core/api/item.hpp"

#include <chrono>
#include <vector>

namespace tandem::api {

struct Conversation {
    std::vector<Item> items;  // oldest first, as people read a dialogue; never empty
};

// Messages of one thread and channel (or, without a thread, of one channel and point) with no silence longer than `gap`
// between them. Calls, visits and the like are one conversation each. `items` newest first; so are the conversations,
// by their newest item.
std::vector<Conversation> group(std::vector<Item> items, std::chrono::seconds gap);

}  // namespace tandem::api
