#include "tools/tandem/exposition.hpp"

#include <fmt/format.h>

namespace tandem::tool {
namespace {

std::string label(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '\\' || c == '"') out.push_back('\\');
        out.append(c == '\n' ? "\\n" : std::string(1, c));
    }
    return out;
}

class Writer {
public:
    void gauge(std::string_view name, std::string_view help, double value) { one(name, "gauge", help, value); }
    void counter(std::string_view name, std::string_view help, double value) { one(name, "counter", help, value); }

    void head(std::string_view name, std::string_view type, std::string_view help) {
        fmt::format_to(std::back_inserter(out_), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
    }
    void sample(std::string_view name, std::string_view labels, double value) {
        fmt::format_to(std::back_inserter(out_), "{}{} {}\n", name, labels, value);
    }

    std::string take() { return std::move(out_); }

private:
    void one(std::string_view name, std::string_view type, std::string_view help, double value) {
        head(name, type, help);
        sample(name, {}, value);
    }

    std::string out_;
};

double number(std::uint64_t value) {
    return static_cast<double>(value);
}

void journal_numbers(Writer& out, const GatewayNumbers& numbers) {
    const auto& journal = numbers.journal;
    out.gauge("tandem_journal_last_position", "Newest durable event", number(journal.last));
    out.gauge("tandem_journal_first_position", "Oldest event still in the journal", number(journal.first));
    out.gauge("tandem_journal_bytes", "Bytes of events in the journal", number(journal.total_bytes));
    out.gauge("tandem_journal_backlog_bytes", "Bytes of events not applied yet", number(journal.unsettled_bytes));
    auto lag = journal.oldest_unsettled ? numbers.now - *journal.oldest_unsettled : Instant::duration(0);
    out.gauge("tandem_lag_seconds", "Age of the oldest event that is not applied yet",
              std::chrono::duration<double>(lag).count());
    out.counter("tandem_journal_commits_total", "Commits of the journal", number(journal.commits));
    out.counter("tandem_journal_refused_total", "Events refused because of backlog or disk", number(journal.refused));
    out.gauge("tandem_journal_unreadable", "Events that a damaged file has lost", number(journal.unreadable));
}

void pipeline_numbers(Writer& out, const GatewayNumbers& numbers) {
    const auto& pipeline = numbers.pipeline;
    out.gauge("tandem_pipeline_position", "Journal position applied to the store", number(pipeline.position));
    out.counter("tandem_pipeline_batches_total", "Batches applied", number(pipeline.batches));
    out.counter("tandem_pipeline_snapshots_total", "Snapshots mapped", number(pipeline.snapshots));
    out.counter("tandem_pipeline_receipts_total", "Receipts mapped", number(pipeline.receipts));
    out.counter("tandem_pipeline_quarantined_total", "Records put into quarantine", number(pipeline.quarantined));
    out.counter("tandem_pipeline_store_errors_total", "Store writes that failed", number(pipeline.store_errors));
    if (numbers.ignored.empty()) return;
    constexpr std::string_view kName = "tandem_pipeline_ignored_total";
    out.head(kName, "counter", "Records that a pack ignores, by reason");
    for (const auto& [key, value] : numbers.ignored) {
        out.sample(kName, fmt::format("{{instance=\"{}\",reason=\"{}\"}}", label(key.first), label(key.second)),
                   number(value));
    }
}

void store_numbers(Writer& out, const store::StoreStats& store) {
    out.gauge("tandem_store_interactions", "Interactions in the store", number(store.interactions));
    out.gauge("tandem_store_points", "Contact points in the store", number(store.points));
    out.gauge("tandem_store_customers", "Customers in the store", number(store.customers));
    out.gauge("tandem_store_quarantined", "Entries in quarantine", number(store.quarantined));
    out.gauge("tandem_feed_position", "Newest entry of the feed", number(store.feed_position));
}

void server_numbers(Writer& out, const net::ServerStats& server) {
    out.gauge("tandem_http_connections", "Open connections", number(server.active));
    out.counter("tandem_http_accepted_total", "Connections accepted", number(server.accepted));
    out.counter("tandem_http_refused_total", "Connections above the limit", number(server.refused));
    out.counter("tandem_http_requests_total", "Complete requests", number(server.requests));
    out.counter("tandem_http_bad_requests_total", "Requests that were no HTTP", number(server.bad_requests));
    out.counter("tandem_http_timeouts_total", "Connections closed for slowness", number(server.timeouts));
    out.counter("tandem_http_handler_errors_total", "Handlers that failed", number(server.handler_errors));
}

void media_numbers(Writer& out, const GatewayNumbers& numbers) {
    const auto& media = numbers.media;
    out.gauge("tandem_media_queued", "Files of attachments that wait to be fetched", number(media.queued));
    out.gauge("tandem_media_stored", "Attachments whose file is stored", number(media.stored));
    out.gauge("tandem_media_failed", "Attachments whose file could not be fetched", number(media.failed));
    out.gauge("tandem_media_files", "Files stored, each once", number(media.files));
    out.gauge("tandem_media_bytes", "Bytes of these files", number(media.bytes));
    out.gauge("tandem_media_in_flight", "Files on their way", number(numbers.fetcher.in_flight));
    out.counter("tandem_media_retried_total", "Attempts that will be repeated", number(numbers.fetcher.retried));
}

void outbox_numbers(Writer& out, const std::vector<outbox::LaneStatus>& lanes) {
    using outbox::LaneStatus;
    struct Count {
        std::string_view name, help;
        std::uint64_t LaneStatus::* value;
    };
    constexpr Count kCounts[] = {
        {"tandem_outbox_sent_total", "Messages that the vendor took", &LaneStatus::sent},
        {"tandem_outbox_failed_total", "Messages that the vendor refused", &LaneStatus::failed},
        {"tandem_outbox_retried_total", "Attempts that will be repeated", &LaneStatus::retried},
        {"tandem_outbox_unknown_total", "Attempts of unknown outcome", &LaneStatus::unknown},
        {"tandem_outbox_without_id_total", "Messages taken without an id, which no receipt can find",
         &LaneStatus::without_id},
    };
    for (const auto& count : kCounts) {
        out.head(count.name, "counter", count.help);
        for (const auto& lane : lanes)
            out.sample(count.name, fmt::format("{{instance=\"{}\"}}", label(lane.instance)), number(lane.*count.value));
    }
}

}  // namespace

std::string exposition(const GatewayNumbers& numbers) {
    Writer out;
    journal_numbers(out, numbers);
    pipeline_numbers(out, numbers);
    store_numbers(out, numbers.store);
    server_numbers(out, numbers.server);
    media_numbers(out, numbers);
    outbox_numbers(out, numbers.lanes);
    return out.take();
}

}  // namespace tandem::tool
