#include "core/store/media.hpp"
#include "core/store/outbox.hpp"
#include "core/store/sqlite/interaction_writer.hpp"
#include "core/store/sqlite/media_writer.hpp"
#include "core/store/sqlite/outbox_writer.hpp"
#include "core/store/sqlite/reader.hpp"
#include "core/store/sqlite/schema.hpp"
#include "core/store/store.hpp"

#include <mutex>

namespace tandem::store {
namespace {

class SqliteStore final : public Store, private Outbox, private Media {
public:
    explicit SqliteStore(const SqliteStoreOptions& options)
        : options_(options),
          database_(open_for_writing(options.file)),
          feed_(database_),
          identity_(database_, options_.rules, feed_),
          interactions_(database_, identity_, feed_),
          outbox_(database_, interactions_),
          media_(database_, interactions_, feed_),
          get_position_(database_.prepare("SELECT position FROM consumer WHERE name = ?")),
          set_position_(database_.prepare(
              "INSERT INTO consumer VALUES(?,?) ON CONFLICT DO UPDATE SET position = excluded.position")),
          quarantine_(database_.prepare(
              "INSERT INTO quarantine(node, event, item, instance, pack, reason, path, at, content_type, envelope, raw)"
              " VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING")),
          requarantine_(database_.prepare("UPDATE quarantine SET pack = ?, reason = ?, path = ?"
                                          " WHERE node = ? AND event = ? AND item = ?")),
          release_(database_.prepare("DELETE FROM quarantine WHERE row = ?")),
          get_cursor_(database_.prepare("SELECT value FROM cursor WHERE instance = ? AND stream = ?")),
          set_cursor_(
              database_.prepare("INSERT INTO cursor VALUES(?,?,?) ON CONFLICT DO UPDATE SET value = excluded.value")),
          data_version_(database_.prepare("PRAGMA data_version")),
          readers_(options.file, options.readers) {}

    Result<ApplyReport> apply(const Batch& batch) override {
        return write<ApplyReport>(batch.now, [&] {
            ApplyReport report;
            const bool counted = !batch.consumer.empty();
            if (counted && batch.position <= stored_position(batch.consumer)) return report;
            for (const Observation& observation : batch.observations) {
                interactions_.observe(observation, batch.now, report);
            }
            for (const ReceiptUpdate& receipt : batch.receipts)
                interactions_.receive(receipt, batch.now, report);
            for (const Watermark& mark : batch.watermarks)
                interactions_.advance(mark, batch.now, report);
            outbox_.hear(interactions_.take_witnessed(), batch.now);
            for (const QuarantineEntry& entry : batch.quarantine)
                set_aside(entry);
            for (const std::uint64_t id : batch.released)
                release(id);
            for (const CursorUpdate& update : batch.cursors) {
                set_cursor_
                    .bind_all(std::string_view(update.instance), std::string_view(update.stream),
                              std::string_view(update.cursor))
                    .run();
            }
            if (counted) set_position_.bind_all(std::string_view(batch.consumer), batch.position).run();
            return report;
        });
    }

    Result<std::uint64_t> position(std::string_view consumer) override {
        const std::lock_guard lock(mutex_);
        return sqlite::guarded("store", [&] { return stored_position(consumer); });
    }

    Result<std::optional<std::string>> cursor(std::string_view instance, std::string_view stream) override {
        const std::lock_guard lock(mutex_);
        return sqlite::guarded("store", [&]() -> std::optional<std::string> {
            const sqlite::Resetting guard(get_cursor_);
            if (!get_cursor_.bind_all(instance, stream).step()) return std::nullopt;
            return std::string(get_cursor_.text(0));
        });
    }

    Result<CustomerId> link(const PartyPoint& a, const PartyPoint& b, std::string_view actor, Instant now) override {
        return write<CustomerId>(now, [&] { return identity_.link(a, b, actor, now); });
    }

    Result<CustomerId> unlink(PointId a, PointId b, std::string_view actor, Instant now) override {
        return write<CustomerId>(now, [&] { return identity_.unlink(a, b, actor, now); });
    }

    Result<std::optional<CustomerView>> customer_of(PointId point) override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->customer_of(point); });
    }
    Result<std::optional<CustomerView>> customer(CustomerId id) override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->customer(id); });
    }
    Result<TimelinePage> timeline(CustomerId id, const TimelineQuery& query) override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->timeline(id, query); });
    }
    Result<std::optional<InteractionView>> interaction(InteractionId id) override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->interaction(id); });
    }
    Result<std::vector<FeedEntry>> feed(std::uint64_t after, std::size_t limit) override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->feed(after, limit); });
    }
    Result<std::vector<QuarantineEntry>> quarantine(const QuarantineQuery& query) override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->quarantine(query); });
    }
    Result<std::optional<QuarantineEntry>> quarantined(std::uint64_t id) override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->quarantined(id); });
    }
    Result<StoreStats> stats() override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->stats(); });
    }

    Outbox& outbox() override { return *this; }
    Media& media() override { return *this; }

    void on_feed(std::function<void(std::uint64_t)> listener) override {
        const std::lock_guard lock(mutex_);
        listener_ = std::move(listener);
    }

private:
    // ------------------------------------------------------------------------------------------------------- Outbox
    Result<std::optional<AcceptedMessage>> known(std::string_view key, std::uint64_t request_hash) override {
        const std::lock_guard lock(mutex_);
        return sqlite::guarded("store", [&] { return outbox_.known(key, request_hash); });
    }
    Result<AcceptedMessage> accept(const OutgoingMessage& message, Instant now) override {
        return write<AcceptedMessage>(now, [&] { return outbox_.accept(message, now); });
    }
    Result<std::vector<ClaimedMessage>> claim(std::string_view instance,
                                              std::size_t limit,
                                              Instant now,
                                              const ExpectedNames& names) override {
        return write<std::vector<ClaimedMessage>>(now, [&] { return outbox_.claim(instance, limit, now, names); });
    }
    Result<void> settle(std::span<const Settlement> settlements, Instant now) override {
        auto settled = write<bool>(now, [&] {
            for (const Settlement& settlement : settlements)
                outbox_.settle(settlement, now);
            return true;
        });
        return settled ? Result<void>() : fail(std::move(settled.error()));
    }
    Result<std::size_t> recover(std::string_view instance, Recovery recovery, Instant now) override {
        return write<std::size_t>(now, [&] { return outbox_.recover(instance, recovery, now); });
    }
    Result<std::vector<ClaimedMessage>> doubtful(std::string_view instance, std::size_t limit, Instant now) override {
        const std::lock_guard lock(mutex_);
        return sqlite::guarded("store", [&] { return outbox_.doubtful(instance, limit, now); });
    }
    Result<void> resend(InteractionId id, Instant expires_at, std::string_view actor, Instant now) override {
        auto queued = write<bool>(now, [&] {
            outbox_.resend(id, expires_at, actor, now);
            return true;
        });
        return queued ? Result<void>() : fail(std::move(queued.error()));
    }
    Result<std::optional<Instant>> next_due(std::string_view instance, bool doubtful) override {
        const std::lock_guard lock(mutex_);
        return sqlite::guarded("store", [&] { return outbox_.next_due(instance, doubtful); });
    }
    Result<std::optional<OutboxView>> message(InteractionId id) override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->message(id); });
    }
    Result<OutboxPage> messages(const OutboxQuery& query) override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->messages(query); });
    }

    // -------------------------------------------------------------------------------------------------------- Media
    Result<std::vector<ClaimedMedia>> claim_media(std::string_view instance, std::size_t limit, Instant now) override {
        return write<std::vector<ClaimedMedia>>(now, [&] { return media_.claim(instance, limit, now); });
    }
    Result<void> settle_media(const MediaSettlement& settlement, Instant now) override {
        auto settled = write<bool>(now, [&] {
            media_.settle(settlement, now);
            return true;
        });
        return settled ? Result<void>() : fail(std::move(settled.error()));
    }
    Result<std::size_t> recover_media(Instant now) override {
        return write<std::size_t>(now, [&] { return media_.recover(now); });
    }
    Result<std::optional<Instant>> next_media(std::string_view instance) override {
        const std::lock_guard lock(mutex_);
        return sqlite::guarded("store", [&] { return media_.next_due(instance); });
    }
    Result<std::optional<MediaFile>> media_file(std::string_view sha512) override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->media_file(sha512); });
    }
    Result<MediaStats> media_stats() override {
        return sqlite::guarded("store", [&] { return ReaderPool::Lease(readers_)->media_stats(); });
    }

    // One transaction: all of `body` or nothing.
    template <class T, class Body>
    Result<T> write(Instant now, Body body) {
        const std::lock_guard lock(mutex_);
        const std::uint64_t feed_before = feed_.position();
        auto result = sqlite::guarded("store", [&] {
            sqlite::Transaction transaction(database_, sqlite::Transaction::Kind::Write);
            follow();
            T out = body();
            feed_.finish(now, options_.keep_feed);
            transaction.commit();
            return out;
        });
        stale_ = !result;
        if constexpr (std::is_same_v<T, ApplyReport>) {
            if (result) result->feed_position = feed_.position();
        }
        if (result && feed_.position() != feed_before && listener_) listener_(feed_.position());
        return result;
    }

    std::int64_t data_version() {
        const sqlite::Resetting guard(data_version_);
        data_version_.step();
        return data_version_.integer(0);
    }

    // What is kept in memory follows the database after a failure and after a write by another process.
    void follow() {
        const std::int64_t version = data_version();
        if (version == seen_version_ && !stale_) return;
        identity_.forget();
        interactions_.forget();
        feed_.reload();
        seen_version_ = version;
    }

    std::uint64_t stored_position(std::string_view consumer) {
        const sqlite::Resetting guard(get_position_);
        return get_position_.bind_all(consumer).step() ? static_cast<std::uint64_t>(get_position_.integer(0)) : 0;
    }

    void set_aside(const QuarantineEntry& entry) {
        quarantine_
            .bind_all(std::string_view(entry.node), entry.event, entry.item, std::string_view(entry.instance),
                      std::string_view(entry.pack), std::string_view(entry.reason), std::string_view(entry.path),
                      to_micros(entry.at), std::string_view(entry.content_type), std::string_view(entry.envelope),
                      sqlite::as_blob(entry.raw))
            .run();
        if (database_.changes() > 0) {
            ++feed_.counts().quarantined;
            return;
        }
        requarantine_
            .bind_all(std::string_view(entry.pack), std::string_view(entry.reason), std::string_view(entry.path),
                      std::string_view(entry.node), entry.event, entry.item)
            .run();
    }

    void release(std::uint64_t id) {
        release_.bind_all(id).run();
        feed_.counts().quarantined -= database_.changes();
    }

    const SqliteStoreOptions options_;
    std::mutex mutex_;  // the writer's turn
    sqlite::Database database_;
    FeedWriter feed_;
    IdentityWriter identity_;
    InteractionWriter interactions_;
    OutboxWriter outbox_;
    MediaWriter media_;
    sqlite::Statement get_position_, set_position_, quarantine_, requarantine_, release_, get_cursor_, set_cursor_,
        data_version_;
    std::int64_t seen_version_ = 0;
    bool stale_ = false;
    std::function<void(std::uint64_t)> listener_;
    ReaderPool readers_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteStoreOptions& options) {
    return sqlite::guarded("store " + options.file.string(),
                           [&]() -> std::unique_ptr<Store> { return std::make_unique<SqliteStore>(options); });
}

Result<void> copy_sqlite_store(const std::filesystem::path& from, const std::filesystem::path& to) {
    return sqlite::guarded("copy of the store " + from.string(), [&] {
        // Of a connection that may only read, SQLite would not write the copy either.
        sqlite::Database database(from, sqlite::Access::ReadWrite);
        const std::string target = to.string();
        database.prepare("VACUUM INTO ?").bind(1, std::string_view(target)).run();
    });
}

}  // namespace tandem::store
