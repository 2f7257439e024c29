#include "core/store/sqlite/schema.hpp"

#include <array>
#include <bit>
#include <string>

namespace tandem::store {
namespace {

// Append only: a file is brought from its version (PRAGMA user_version) to the newest, one transaction each.
constexpr std::array kMigrations = {
    // 1. Each index beside a primary key, and the query it is for:
    //    interaction.id          merging: is it there already
    //    interaction_outbound    a watermark's messages: outbound in a thread between two instants
    //    point.id                find a contact point; resolve a customer id
    //    point_customer          all points of a customer
    //    edge_reverse            all evidence on a point, from its other side
    //    quarantine unique       a repeated failure of one record
    //
    //    interaction.registers   what each source says (interaction_row.hpp); empty while only receipts are known
    //    interaction.thread, started_at   of outbound interactions with a thread only
    //    timeline.tie            interactions of one instant are ordered by id
    R"sql(
CREATE TABLE interaction(
    row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, registers BLOB NOT NULL,
    document TEXT NOT NULL, delivery BLOB, thread BLOB, started_at INTEGER);
CREATE INDEX interaction_outbound ON interaction(thread, started_at) WHERE thread IS NOT NULL;

CREATE TABLE timeline(
    point INTEGER NOT NULL, started_at INTEGER NOT NULL, tie INTEGER NOT NULL, interaction INTEGER NOT NULL,
    channel TEXT NOT NULL, PRIMARY KEY(point, started_at, tie, interaction)) WITHOUT ROWID;

CREATE TABLE point(
    row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, scheme TEXT NOT NULL, scope TEXT NOT NULL, value TEXT NOT NULL,
    class INTEGER NOT NULL, display TEXT NOT NULL, first_seen INTEGER NOT NULL, customer INTEGER NOT NULL,
    founder INTEGER NOT NULL);
CREATE INDEX point_customer ON point(customer);

CREATE TABLE edge(
    a INTEGER NOT NULL, b INTEGER NOT NULL, strength INTEGER NOT NULL, first_seen INTEGER NOT NULL,
    cut INTEGER NOT NULL, PRIMARY KEY(a, b)) WITHOUT ROWID;
CREATE INDEX edge_reverse ON edge(b);

CREATE TABLE identity_log(
    row INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, customer INTEGER,
    other INTEGER, points TEXT NOT NULL);

CREATE TABLE watermark(
    thread BLOB NOT NULL, status INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY(thread, status, until)) WITHOUT ROWID;

CREATE TABLE feed(
    position INTEGER PRIMARY KEY, kind INTEGER NOT NULL, subject INTEGER NOT NULL, customer INTEGER,
    version INTEGER NOT NULL, at INTEGER NOT NULL);

CREATE TABLE quarantine(
    row INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT NOT NULL, event INTEGER NOT NULL, item INTEGER NOT NULL,
    instance TEXT NOT NULL, pack TEXT NOT NULL, reason TEXT NOT NULL, path TEXT NOT NULL, at INTEGER NOT NULL,
    content_type TEXT NOT NULL, envelope TEXT NOT NULL, raw BLOB NOT NULL, UNIQUE(node, event, item));

CREATE TABLE consumer(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
)sql",
    // 2. Sending.
    //    alias             what a vendor calls a message of ours, or a part of it; delivery: receipts of one of several
    //    parts
    //    alias_interaction all parts of a message
    //    outbox.key        an idempotency key
    //    outbox_due        claim: what is to be sent next
    //    outbox_doubtful   whose fate the vendor is asked about next
    //    outbox_state      lists of what failed
    //    consent           what a contact point has said last
    R"sql(
CREATE TABLE alias(
    id BLOB PRIMARY KEY, interaction INTEGER NOT NULL, parts INTEGER NOT NULL, delivery BLOB) WITHOUT ROWID;
CREATE INDEX alias_interaction ON alias(interaction);

CREATE TABLE outbox(
    row INTEGER PRIMARY KEY, interaction INTEGER NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE,
    request_hash INTEGER NOT NULL, instance TEXT NOT NULL, state INTEGER NOT NULL, attempt INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL, due INTEGER NOT NULL, expires_at INTEGER NOT NULL, needs_consent INTEGER NOT NULL,
    request TEXT NOT NULL);
CREATE INDEX outbox_due ON outbox(instance, state, due) WHERE state < 2;
CREATE INDEX outbox_doubtful ON outbox(instance, due) WHERE state = 5;
CREATE INDEX outbox_state ON outbox(state, row);

CREATE TABLE outbox_log(
    row INTEGER PRIMARY KEY, outbox INTEGER NOT NULL, at INTEGER NOT NULL, state INTEGER NOT NULL,
    attempt INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX outbox_log_outbox ON outbox_log(outbox);

CREATE TABLE consent(point INTEGER PRIMARY KEY, granted INTEGER NOT NULL, at INTEGER NOT NULL);
)sql",
    // 3. Long messages.
    //    part_group        messages that wait for more parts, by what their parts share
    R"sql(
CREATE TABLE part_group(key BLOB PRIMARY KEY, interaction INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
)sql",
    // 4. Polling: where an instance resumes.
    R"sql(
CREATE TABLE cursor(
    instance TEXT NOT NULL, stream TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(instance, stream)) WITHOUT ROWID;
)sql",
    // 5. Media.
    //    media_file.sha512   is it there already; show it
    //    media_job unique    a repeated address of an attachment; the files of an interaction
    //    media_job_due       claim: what is to be fetched next
    //    media_job_file      what a file is called
    R"sql(
CREATE TABLE media_file(
    row INTEGER PRIMARY KEY, sha512 BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, media_type TEXT NOT NULL,
    at INTEGER NOT NULL);

CREATE TABLE media_job(
    row INTEGER PRIMARY KEY, interaction INTEGER NOT NULL, attachment TEXT NOT NULL, url TEXT NOT NULL,
    instance TEXT NOT NULL, kind TEXT NOT NULL, media_type TEXT NOT NULL, filename TEXT NOT NULL,
    state INTEGER NOT NULL, attempt INTEGER NOT NULL, failures INTEGER NOT NULL, made_at INTEGER NOT NULL,
    due INTEGER NOT NULL, file INTEGER, code TEXT NOT NULL, reason TEXT NOT NULL,
    UNIQUE(interaction, attachment, url));
CREATE INDEX media_job_due ON media_job(instance, state, due) WHERE state < 2;
CREATE INDEX media_job_file ON media_job(file) WHERE file IS NOT NULL;
)sql",
    // 6. Copies, and dialogues with several names.
    //    copy_name           copies that share a name, near in time; has this place one already
    //    copy_name_interaction   all names of an interaction that joins another
    //    thread_name         the dialogue that a name stands for; its owner: which interaction brought the name along
    //    thread_name_thread  all names of a dialogue that joins another
    R"sql(
CREATE TABLE copy_name(
    name BLOB NOT NULL, at INTEGER NOT NULL, place BLOB NOT NULL, interaction INTEGER NOT NULL,
    PRIMARY KEY(name, at, place, interaction)) WITHOUT ROWID;
CREATE INDEX copy_name_interaction ON copy_name(interaction);

CREATE TABLE thread_name(
    id BLOB PRIMARY KEY, thread BLOB NOT NULL, owner BLOB, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX thread_name_thread ON thread_name(thread);
)sql",
    // 7. Messages of unknown outcome that something speaks of.
    //    witnessed         the attempt during which a copy, an echo or a receipt spoke of the message
    //    doubted           the attempt whose outcome only such witnesses can tell
    R"sql(
ALTER TABLE outbox ADD COLUMN witnessed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET doubted = attempt WHERE state = 5;
)sql",
    // 8. Copies that are known by how long they lasted too.
    //    lasted            milliseconds; NULL: not told
    R"sql(
ALTER TABLE copy_name ADD COLUMN lasted INTEGER;
)sql",
};

// FULL: once apply() has returned, the journal may forget the events. The large log before a checkpoint is what keeps
// random inserts into the id index cheap (docs/architecture.md, "Numbers").
constexpr const char* kWriterSettings =
    "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=32768;"
    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;";
constexpr const char* kReaderSettings = "PRAGMA query_only=1; PRAGMA cache_size=-8192;";

// Differs from zero outside the version and variant bits, so that a customer id is a well-formed UUID version 8 too.
constexpr Bytes16 kCustomerMask = {0x3C, 0x1D, 0xA7, 0x52, 0x9E, 0x64, 0x0B, 0xF1,
                                   0x25, 0x88, 0xC3, 0x7A, 0x16, 0xED, 0x49, 0xB0};

Bytes16 masked(Bytes16 bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] ^= kCustomerMask[i];
    return bytes;
}

void migrate(sqlite::Database& database) {
    const auto version = static_cast<std::size_t>(database.query_integer("PRAGMA user_version"));
    if (version > kMigrations.size()) {
        throw sqlite::Failure(config_error("the file was written by a newer version of Tandem"));
    }
    for (std::size_t next = version; next < kMigrations.size(); ++next) {
        sqlite::Transaction transaction(database, sqlite::Transaction::Kind::Write);
        database.execute(kMigrations[next]);
        database.execute("PRAGMA user_version=" + std::to_string(next + 1));
        transaction.commit();
    }
}

}  // namespace

sqlite::Database open_for_writing(const std::filesystem::path& file) {
    sqlite::Database database(file, sqlite::Access::ReadWrite);
    database.execute(kWriterSettings);
    migrate(database);
    return database;
}

sqlite::Database open_for_reading(const std::filesystem::path& file) {
    sqlite::Database database(file, sqlite::Access::ReadOnly);
    database.execute(kReaderSettings);
    return database;
}

CustomerId customer_id(PointId founder) {
    return CustomerId{masked(founder.bytes)};
}

PointId founder_of(CustomerId customer) {
    return PointId{masked(customer.bytes)};
}

std::int64_t tie_of(const InteractionId& id) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = value << 8 | id.bytes[i];
    return std::bit_cast<std::int64_t>(value ^ (std::uint64_t{1} << 63));
}

}  // namespace tandem::store
