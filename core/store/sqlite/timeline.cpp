// The timeline of a customer: each of its points gives its newest entries from the index, newest first; they are merged
// and cut. Only the rows of the page itself are read.
#include "core/store/sqlite/reader.hpp"
#include "core/store/sqlite/schema.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

namespace tandem::store {
namespace {

constexpr std::size_t kMaxPage = 1'000;

struct Key {  // the place of an entry; (started_at, id) as the index orders them
    std::int64_t started_at = std::numeric_limits<std::int64_t>::max();
    std::int64_t tie = std::numeric_limits<std::int64_t>::max();
    friend auto operator<=>(const Key&, const Key&) = default;
};

struct Entry {
    Key key;
    std::int64_t interaction = 0;
};

std::string cursor_of(const Key& key) {
    return std::to_string(key.started_at) + "." + std::to_string(key.tie);
}

Key parse_cursor(std::string_view text) {
    Key key;
    const char* end = text.data() + text.size();
    const auto time = std::from_chars(text.data(), end, key.started_at);
    if (time.ec == std::errc() && time.ptr != end && *time.ptr == '.') {
        const auto tie = std::from_chars(time.ptr + 1, end, key.tie);
        if (tie.ec == std::errc() && tie.ptr == end) return key;
    }
    throw sqlite::Failure(rejected("'before' is not the 'next' of a page"));
}

}  // namespace

TimelinePage Reader::timeline(const CustomerId& id, const TimelineQuery& query) {
    const sqlite::Transaction snapshot(database_, sqlite::Transaction::Kind::Read);
    const Key before = query.before ? parse_cursor(*query.before) : Key{};
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxPage);
    const std::int64_t customer = customer_row(id);
    if (customer == 0) throw sqlite::Failure(not_found("no such customer"));
    std::vector<std::int64_t> points;
    {
        const sqlite::Resetting guard(points_);
        points_.bind_all(customer);
        while (points_.step())
            points.push_back(points_.integer(7));
    }
    const auto wanted = [&](std::string_view channel) {
        return query.channels.empty() || std::ranges::find(query.channels, channel) != query.channels.end();
    };
    std::vector<Entry> entries;  // one more than the page, newest first
    std::vector<Entry> of_point;
    std::vector<Entry> merged;
    for (const std::int64_t point : points) {
        const sqlite::Resetting guard(timeline_);
        timeline_.bind_all(point, before.started_at, before.tie);
        of_point.clear();
        while (of_point.size() <= limit && timeline_.step()) {
            const Key key{timeline_.integer(0), timeline_.integer(1)};
            if (entries.size() > limit && key < entries.back().key) break;
            if (wanted(timeline_.text(3))) of_point.push_back({key, timeline_.integer(2)});
        }
        merged.clear();
        std::ranges::merge(entries, of_point, std::back_inserter(merged), std::greater<>{}, &Entry::key, &Entry::key);
        if (merged.size() > limit + 1) merged.resize(limit + 1);
        std::swap(entries, merged);
    }
    TimelinePage page;
    if (entries.size() > limit) {
        entries.pop_back();
        page.next = cursor_of(entries.back().key);
    }
    for (const Entry& entry : entries) {
        const sqlite::Resetting guard(interaction_row_);
        if (interaction_row_.bind_all(entry.interaction).step()) {
            page.items.push_back(view_interaction(interaction_row_));
        }
    }
    return page;
}

}  // namespace tandem::store
