// Answers readers' questions on a connection of its own: every public function of Reader sees one consistent state and
// never waits for the writer.
#pragma once

#include "core/sqlite/database.hpp"
#include "core/store/media.hpp"
#include "core/store/outbox.hpp"
#include "core/store/store.hpp"

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace tandem::store {

class Reader {
public:
    explicit Reader(const std::filesystem::path& file);

    std::optional<CustomerView> customer_of(const PointId& point);
    std::optional<CustomerView> customer(const CustomerId& id);
    // Throws Failure: Rejected for a `before` that no page gave, NotFound for an unknown customer.
    TimelinePage timeline(const CustomerId& id, const TimelineQuery& query);
    std::optional<InteractionView> interaction(const InteractionId& id);
    std::vector<FeedEntry> feed(std::uint64_t after, std::size_t limit);
    std::vector<QuarantineEntry> quarantine(const QuarantineQuery& query);
    std::optional<QuarantineEntry> quarantined(std::uint64_t id);
    std::optional<OutboxView> message(const InteractionId& id);
    OutboxPage messages(const OutboxQuery& query);
    std::optional<MediaFile> media_file(std::string_view sha512);
    MediaStats media_stats();
    StoreStats stats();

private:
    std::int64_t customer_row(const CustomerId& id);
    CustomerView view_customer(std::int64_t row);
    std::vector<Suggestion> suggestions(std::int64_t customer);
    InteractionView view_interaction(sqlite::Statement& row);
    ThreadId dialogue(const ThreadId& name);
    void view_media(std::int64_t interaction, std::vector<MediaView>& out);
    std::int64_t count(std::string_view name);

    sqlite::Database database_;
    sqlite::Statement point_, founder_, points_, merged_, suggestions_, suggested_;
    sqlite::Statement interaction_, interaction_row_, alias_, interaction_point_, timeline_;
    sqlite::Statement feed_, quarantine_, quarantined_, counts_, feed_position_, outbox_, outbox_log_, outbox_list_,
        outbox_in_state_, outbox_last_, media_, dialogue_, media_file_;
};

// A few readers shared by all threads.
class ReaderPool {
public:
    ReaderPool(const std::filesystem::path& file, std::size_t size);

    class Lease {
    public:
        explicit Lease(ReaderPool& pool) : pool_(pool), reader_(pool.take()) {}
        ~Lease() { pool_.give(std::move(reader_)); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Reader* operator->() { return reader_.get(); }

    private:
        ReaderPool& pool_;
        std::unique_ptr<Reader> reader_;
    };

private:
    std::unique_ptr<Reader> take();
    void give(std::unique_ptr<Reader> reader);

    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Reader>> idle_;
};

}  // namespace tandem::store
