#include "core/store/sqlite/media_writer.hpp"

#include "core/store/sqlite/schema.hpp"

namespace tandem::store {
namespace {

constexpr std::string_view kLost = "the process ended during the attempt";

std::int64_t number_of(MediaState state) {
    return static_cast<std::int64_t>(state);
}

}  // namespace

MediaWriter::MediaWriter(sqlite::Database& database, InteractionWriter& interactions, FeedWriter& feed)
    : database_(database),
      interactions_(interactions),
      feed_(feed),
      due_(database.prepare("SELECT m.row, m.attempt, m.failures, i.id, m.attachment, m.url, m.kind, m.media_type,"
                            " m.filename, m.made_at FROM media_job m JOIN interaction i ON i.row = m.interaction"
                            " WHERE m.instance = ? AND m.state = 0 AND m.due <= ? ORDER BY m.due, m.row LIMIT ?")),
      begin_(database.prepare("UPDATE media_job SET state = 1, attempt = attempt + 1 WHERE row = ?")),
      find_(database.prepare("SELECT interaction FROM media_job WHERE row = ? AND state = 1 AND attempt = ?")),
      change_(database.prepare("UPDATE media_job SET state = ?, due = ?, failures = failures + ?, file = ?, code = ?,"
                               " reason = ? WHERE row = ?")),
      recover_(database.prepare("UPDATE media_job SET state = 0, failures = failures + 1, due = ?, reason = ?"
                                " WHERE state = 1")),
      next_due_(database.prepare("SELECT min(due) FROM media_job WHERE instance = ? AND state = 0")),
      find_file_(database.prepare("SELECT row FROM media_file WHERE sha512 = ?")),
      add_file_(database.prepare("INSERT INTO media_file(sha512, size, media_type, at) VALUES(?,?,?,?)")) {}

std::vector<ClaimedMedia> MediaWriter::claim(std::string_view instance, std::size_t limit, Instant now) {
    std::vector<ClaimedMedia> out;
    {
        const sqlite::Resetting guard(due_);
        due_.bind_all(instance, to_micros(now), limit);
        while (due_.step()) {
            out.push_back({.job = due_.integer(0),
                           .attempt = static_cast<std::uint32_t>(due_.integer(1)) + 1,
                           .failures = static_cast<std::uint32_t>(due_.integer(2)),
                           .interaction = id_of<InteractionId>(due_.blob(3)),
                           .reference = {.attachment = std::string(due_.text(4)),
                                         .url = std::string(due_.text(5)),
                                         .kind = std::string(due_.text(6)),
                                         .media_type = std::string(due_.text(7)),
                                         .filename = std::string(due_.text(8))},
                           .made_at = from_micros(due_.integer(9))});
        }
    }
    for (const ClaimedMedia& claimed : out)
        begin_.bind_all(claimed.job).run();
    return out;
}

void MediaWriter::settle(const MediaSettlement& settlement, Instant now) {
    std::int64_t interaction = 0;
    {
        const sqlite::Resetting guard(find_);
        if (!find_.bind_all(settlement.job, settlement.attempt).step()) return;
        interaction = find_.integer(0);
    }
    const bool stored = settlement.state == MediaState::Stored;
    const bool failed = settlement.state == MediaState::Failed;
    const std::int64_t file = stored ? keep_file(settlement, now) : 0;
    change_.bind_all(number_of(settlement.state), to_micros(settlement.due), !stored && settlement.counts ? 1 : 0);
    stored ? change_.bind(4, file) : change_.bind_null(4);
    change_.bind(5, std::string_view(settlement.code)).bind(6, std::string_view(settlement.reason));
    change_.bind(7, settlement.job).run();
    if (!stored && !failed) return;
    auto& counts = feed_.counts();
    --counts.media_queued;
    ++(stored ? counts.media_stored : counts.media_failed);
    interactions_.touch(interaction, now);
}

std::int64_t MediaWriter::keep_file(const MediaSettlement& settlement, Instant now) {
    {
        const sqlite::Resetting guard(find_file_);
        if (find_file_.bind_all(sqlite::as_blob(settlement.sha512)).step()) return find_file_.integer(0);
    }
    add_file_
        .bind_all(sqlite::as_blob(settlement.sha512), settlement.size, std::string_view(settlement.media_type),
                  to_micros(now))
        .run();
    ++feed_.counts().media_files;
    feed_.counts().media_bytes += static_cast<std::int64_t>(settlement.size);
    return database_.last_insert_row();
}

std::size_t MediaWriter::recover(Instant now) {
    recover_.bind_all(to_micros(now), kLost).run();
    return static_cast<std::size_t>(database_.changes());
}

std::optional<Instant> MediaWriter::next_due(std::string_view instance) {
    const sqlite::Resetting guard(next_due_);
    if (!next_due_.bind_all(instance).step() || next_due_.is_null(0)) return std::nullopt;
    return from_micros(next_due_.integer(0));
}

}  // namespace tandem::store
