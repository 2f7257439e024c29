// Media jobs on the writer's side: claims and what became of them (core/store/media.hpp).
#pragma once

#include "core/store/media.hpp"
#include "core/store/sqlite/feed_writer.hpp"
#include "core/store/sqlite/interaction_writer.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tandem::store {

class MediaWriter {
public:
    MediaWriter(sqlite::Database& database, InteractionWriter& interactions, FeedWriter& feed);

    std::vector<ClaimedMedia> claim(std::string_view instance, std::size_t limit, Instant now);
    void settle(const MediaSettlement& settlement, Instant now);
    std::size_t recover(Instant now);
    std::optional<Instant> next_due(std::string_view instance);

private:
    std::int64_t keep_file(const MediaSettlement& settlement, Instant now);

    sqlite::Database& database_;
    InteractionWriter& interactions_;
    FeedWriter& feed_;
    sqlite::Statement due_, begin_, find_, change_, recover_, next_due_, find_file_, add_file_;
};

}  // namespace tandem::store
