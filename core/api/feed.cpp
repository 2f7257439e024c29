#include "core/api/feed.hpp"

#include "core/async/wait.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace tandem::api {

// Everything but `executor`, `woken` and `closed` is touched on the reader's strand only.
struct Feed::Reader {
    std::uint64_t after = 0;
    FeedRenderer render;
    std::optional<async::Executor> executor;  // set under the feed's mutex
    async::Event event;
    bool pending = false;
    std::atomic<bool> woken = false;  // a wake-up is on its way to the strand
    std::atomic<bool> closed = false;
};

struct Feed::Step {
    std::string chunk = {};
    std::uint64_t after = 0;
    bool more = false;
    bool failed = false;
};

std::shared_ptr<Feed> Feed::make(store::Store& store, const async::Pool& pool, FeedOptions options) {
    std::shared_ptr<Feed> feed(new Feed(store, pool, options));
    store.on_feed([weak = std::weak_ptr(feed)](std::uint64_t) {
        if (const auto alive = weak.lock()) alive->wake();
    });
    return feed;
}

Feed::Feed(store::Store& store, const async::Pool& pool, FeedOptions options)
    : store_(store), pool_(pool), options_(options) {}

std::optional<net::StreamingResponse> Feed::read(std::uint64_t after, FeedRenderer render) {
    auto reader = std::make_shared<Reader>();
    reader->after = after;
    reader->render = std::move(render);
    const std::lock_guard lock(mutex_);
    std::erase_if(readers_, [](const auto& known) { return known.expired(); });
    if (closed_ || readers_.size() >= options_.max_readers) return std::nullopt;
    readers_.push_back(reader);
    net::StreamingResponse response;
    response.content_type = "text/event-stream";
    response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
    response.body = [feed = shared_from_this(), reader](net::ResponseStream& out) { return run(feed, reader, out); };
    return response;
}

void Feed::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        for (const auto& weak : readers_) {
            if (const auto reader = weak.lock()) reader->closed = true;
        }
    }
    wake();
}

void Feed::wake() {
    const std::lock_guard lock(mutex_);
    for (const auto& weak : readers_) {
        auto reader = weak.lock();
        if (!reader || !reader->executor || reader->woken.exchange(true)) continue;
        const auto executor = *reader->executor;
        boost::asio::post(executor, [reader = std::move(reader)] {
            reader->woken = false;
            reader->pending = true;
            reader->event.notify_all();
        });
    }
}

// On a pool thread. A store that cannot answer now is asked again at the next wake-up or heartbeat.
Feed::Step Feed::next(std::uint64_t after, const FeedRenderer& render) {
    auto entries = store_.feed(after, options_.page);
    if (!entries) return {.after = after, .failed = true};
    if (entries->empty()) return {.after = after};
    auto chunk = render(*entries);
    if (!chunk) return {.after = after, .failed = true};
    return {.chunk = std::move(*chunk), .after = entries->back().position, .more = entries->size() == options_.page};
}

async::Task<void> Feed::run(std::shared_ptr<Feed> feed, std::shared_ptr<Reader> reader, net::ResponseStream& out) {
    const auto executor = co_await boost::asio::this_coro::executor;
    {
        const std::lock_guard lock(feed->mutex_);
        reader->executor = executor;
    }
    // Said at once, so that the browser knows the stream is open.
    bool open = co_await out.write("retry: 2000\n\n");
    while (open && !reader->closed) {
        reader->pending = false;
        const auto step = co_await async::offload(
            feed->pool_, [feed, reader, after = reader->after] { return feed->next(after, reader->render); });
        reader->after = step.after;
        if (!step.chunk.empty()) open = co_await out.write(step.chunk);
        if (!open || step.more || (reader->pending && !step.failed)) continue;
        if (reader->closed || co_await reader->event.wait_for(feed->options_.heartbeat)) continue;
        // An id without data moves the reader's Last-Event-ID past entries that were filtered out.
        open = co_await out.write(": still here\nid: " + std::to_string(reader->after) + "\n\n");
    }
}

FeedRenderer everything(std::function<std::string(const store::FeedEntry&)> write) {
    return [write = std::move(write)](const std::vector<store::FeedEntry>& entries) -> Result<std::string> {
        std::string chunk;
        for (const auto& entry : entries)
            chunk += write(entry);
        return chunk;
    };
}

FeedRenderer only_customer(CustomerLookup customer,
                           std::function<std::string(const store::FeedEntry&)> write,
                           std::optional<InteractionId> also) {
    struct Known {
        bool valid = false;
        std::vector<CustomerId> ids;
        bool has(CustomerId id) const { return std::ranges::find(ids, id) != ids.end(); }
    };
    const auto regroups = [](const store::FeedEntry& entry) {
        return entry.kind == store::FeedKind::CustomerMerged || entry.kind == store::FeedKind::CustomerSplit;
    };
    const auto also_wanted = [wanted = also ? also->text() : std::string()](const store::FeedEntry& entry) {
        return !wanted.empty() && entry.subject == wanted;
    };
    return [customer = std::move(customer), write = std::move(write), known = std::make_shared<Known>(), regroups,
            also_wanted](const std::vector<store::FeedEntry>& entries) -> Result<std::string> {
        // Before and after: an entry that takes a point away is news for the customer that lost it.
        const auto before = known->ids;
        if (!known->valid || known->ids.empty() || std::ranges::any_of(entries, regroups) ||
            std::ranges::any_of(entries, also_wanted)) {
            auto view = customer();
            if (!view) return fail(std::move(view.error()));
            known->ids.clear();
            if (*view) {
                known->ids = (*view)->merged_ids;
                known->ids.push_back((*view)->id);
            }
            known->valid = true;
        }
        std::string chunk;
        for (const auto& entry : entries) {
            const auto customer_id = regroups(entry) ? CustomerId::parse(entry.subject) : entry.customer;
            const auto concerns = [&](const std::optional<CustomerId>& id) {
                return id && (known->has(*id) || std::ranges::find(before, *id) != before.end());
            };
            if (concerns(customer_id) || concerns(entry.customer) || also_wanted(entry)) chunk += write(entry);
        }
        return chunk;
    };
}

}  // namespace tandem::api
