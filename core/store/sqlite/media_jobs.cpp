#include "core/store/sqlite/media_jobs.hpp"

namespace tandem::store {

// A job that the other interaction has too stays where it is: its file is stored once anyway.
MediaJobs::MediaJobs(sqlite::Database& database, FeedWriter& feed)
    : database_(database),
      feed_(feed),
      add_(database.prepare("INSERT INTO media_job(interaction, attachment, url, instance, kind, media_type, filename,"
                            " state, attempt, failures, made_at, due, code, reason)"
                            " VALUES(?,?,?,?,?,?,?,0,0,0,?,?,'','') ON CONFLICT DO NOTHING")),
      move_(database.prepare("UPDATE OR IGNORE media_job SET interaction = ?2 WHERE interaction = ?1")) {}

void MediaJobs::add(std::int64_t interaction, const Observation& observation, Instant now) {
    for (const MediaReference& reference : observation.media) {
        add_.bind_all(interaction, std::string_view(reference.attachment), std::string_view(reference.url),
                      std::string_view(observation.fetched_by), std::string_view(reference.kind),
                      std::string_view(reference.media_type), std::string_view(reference.filename), to_micros(now),
                      to_micros(now))
            .run();
        feed_.counts().media_queued += database_.changes();
    }
}

void MediaJobs::move(std::int64_t from, std::int64_t to) {
    move_.bind_all(from, to).run();
}

}  // namespace tandem::store
