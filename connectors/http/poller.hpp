// One poll of one instance: asks the vendor page by page and makes each page durable before it moves on.
//
//   run       pages until the pack's `next` is null; then the cursor is handed to the host together with the last page
//   window    a run asks for a window of time; the end of the last whole run is the cursor
//   backfill  beside the live runs, window by window into the past, with a cursor of its own
//
// Nothing is skipped: whatever fails is tried again at the same place, with backoff, for as long as it takes. What is
// lost with the process is asked for again from the stored cursor, and the store knows what it has.
//
// Runs on the instance's strand.
#pragma once

#include "connectors/http/poll_troubles.hpp"
#include "connectors/http/token_bucket.hpp"
#include "connectors/http/vendor_client.hpp"
#include "core/async/backoff.hpp"
#include "core/connector/connector.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tandem::http {

// How long to wait after failures.
struct PollPatience {
    async::BackoffOptions backoff{.first = std::chrono::seconds(1), .limit = std::chrono::minutes(5)};
    std::chrono::milliseconds human = std::chrono::minutes(10);  // after Auth and Config
};

class Poller {
public:
    // All outlive this.
    Poller(connector::Poll poll,
           connector::Host& host,
           VendorClient& client,
           PollTroubles& troubles,
           const PollPatience& patience);

    // Runs until it is cancelled.
    async::Task<void> live();
    // Ends when the past that the settings ask for has been read.
    async::Task<void> backfill();

    const connector::Poll& poll() const { return poll_; }

private:
    using Millis = std::chrono::milliseconds;

    // One run, and what differs between a live one and one of the backfill.
    struct Run {
        std::string what;  // name for people
        connector::StreamName stream;
        connector::PollPlace place;
        std::optional<connector::Cursor> after;  // cursor when the run is complete; none: what the pack found
        std::vector<std::string>* digests = nullptr;
        async::Backoff backoff;  // of one page
        async::Backoff again;    // of runs that broke off: the pages that succeed before must not reset it
        std::int64_t pages = 0;  // before this one
    };
    struct Fetched {
        connector::PollPage page;
        std::string body;
    };

    async::Task<bool> read(Run& run);
    async::Task<std::optional<Fetched>> fetch(Run& run);
    async::Task<Result<Fetched>> fetch_once(Run& run);
    async::Task<void> keep(Run& run, Fetched fetched);
    async::Task<std::optional<connector::Cursor>> resume(Run& run);
    async::Task<void> within_budget();
    async::Task<void> wait_after(const Run& run, async::Backoff& backoff, const Error& error);
    bool set_window(Run& run, const std::optional<connector::Cursor>& cursor) const;
    bool is_repeat(Run& run, const std::string& body);
    Run run(std::string what, connector::StreamName stream);
    Instant now() const { return host_.clock().now(); }

    const connector::Poll poll_;
    connector::Host& host_;
    VendorClient& client_;
    PollTroubles& troubles_;
    const PollPatience patience_;
    TokenBucket budget_;
    async::Jitter jitter_;
    std::vector<std::string> digests_;  // of the pages of the last live run, by their number
};

}  // namespace tandem::http
