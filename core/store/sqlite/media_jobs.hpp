// Jobs of the files that an interaction's attachments point to, as they come with it.
#pragma once

#include "core/sqlite/database.hpp"
#include "core/store/sqlite/feed_writer.hpp"
#include "core/store/store.hpp"

#include <cstdint>

namespace tandem::store {

class MediaJobs {
public:
    MediaJobs(sqlite::Database& database, FeedWriter& feed);

    // What is known already stays as it is.
    void add(std::int64_t interaction, const Observation& observation, Instant now);
    // The interaction turned out to be another one.
    void move(std::int64_t from, std::int64_t to);

private:
    sqlite::Database& database_;
    FeedWriter& feed_;
    sqlite::Statement add_, move_;
};

}  // namespace tandem::store
