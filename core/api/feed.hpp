// The live feed as server-sent events. Entries are read from the store page by page for each reader, so a slow reader
// holds one chunk and nothing queues up behind it; the store only wakes readers.
#pragma once

#include "core/async/offload.hpp"
#include "core/base/result.hpp"
#include "core/net/http.hpp"
#include "core/store/store.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tandem::api {

struct FeedOptions {
    std::chrono::milliseconds heartbeat{15'000};  // proxies close connections that say nothing
    std::size_t max_readers = 256;
    std::size_t page = 256;  // entries in one chunk
};

// One chunk of events out of the entries of a page. Runs on a pool thread, one call at a time per reader; may keep
// state between the calls.
using FeedRenderer = std::function<Result<std::string>(const std::vector<store::FeedEntry>&)>;

// Thread-safe.
class Feed : public std::enable_shared_from_this<Feed> {
public:
    // `store` and `pool` must outlive every reader.
    static std::shared_ptr<Feed> make(store::Store& store, const async::Pool& pool, FeedOptions options);

    // A reader that starts after that position. Nullopt when there are too many readers or the feed is closed.
    std::optional<net::StreamingResponse> read(std::uint64_t after, FeedRenderer render);

    // All readers end after what they are writing; no new ones. Before the io threads stop. Idempotent.
    void close();

private:
    struct Reader;
    struct Step;

    Feed(store::Store& store, const async::Pool& pool, FeedOptions options);
    static async::Task<void> run(std::shared_ptr<Feed> feed, std::shared_ptr<Reader> reader, net::ResponseStream& out);
    Step next(std::uint64_t after, const FeedRenderer& render);
    void wake();

    store::Store& store_;
    const async::Pool& pool_;
    const FeedOptions options_;
    std::mutex mutex_;
    std::vector<std::weak_ptr<Reader>> readers_;
    bool closed_ = false;
};

// Renders entries of one customer only, also after merges and splits. `customer` is looked up again for every page that
// could have changed who it is; nullopt while nobody is known yet. `also`: news of this interaction, whoever's it is.
using CustomerLookup = std::function<Result<std::optional<store::CustomerView>>()>;
FeedRenderer only_customer(CustomerLookup customer,
                           std::function<std::string(const store::FeedEntry&)> write,
                           std::optional<InteractionId> also = std::nullopt);
FeedRenderer everything(std::function<std::string(const store::FeedEntry&)> write);

}  // namespace tandem::api
