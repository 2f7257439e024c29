#include "core/media/fetcher.hpp"

#include "core/async/run_on.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wait.hpp"
#include "core/base/crypto.hpp"
#include "core/media/media_type.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

namespace tandem::media {

using async::Task;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;
using store::ClaimedMedia;
using store::MediaSettlement;
using store::MediaState;

namespace {

// Trying again gives the same answer.
bool is_final(ErrorKind kind) {
    return kind == ErrorKind::Rejected || kind == ErrorKind::NotFound || kind == ErrorKind::OptedOut;
}

// We were the reason: it says nothing about the file.
bool is_ours(const Error& error) {
    return error.kind == ErrorKind::Full || error.code == connector::kNotReady;
}

}  // namespace

class Fetcher::Runner : public std::enable_shared_from_this<Runner> {
public:
    Runner(const async::Executor& strand,
           const async::Pool& pool,
           store::Media& store,
           const Folder& folder,
           Fetch fetch,
           const Clock& clock,
           obs::Log log,
           FetcherOptions options)
        : pool_(pool),
          store_(store),
          folder_(folder),
          fetch_(std::move(fetch)),
          clock_(clock),
          log_(std::move(log)),
          options_(options),
          tasks_(strand, [this](std::exception_ptr error) { broken(std::move(error)); }) {}

    void apply(const std::vector<std::string>& instances) {
        std::map<std::string, Lane> next;
        for (const auto& name : instances)
            next[name] = lanes_.contains(name) ? lanes_[name] : Lane{};
        lanes_ = std::move(next);
        if (!std::exchange(started_, true)) tasks_.spawn(run());
        wake();
    }
    void wake() {
        look_ = true;
        changed_.notify_all();
    }
    Task<void> stop(milliseconds limit) {
        stopping_ = true;
        changed_.notify_all();
        const auto deadline = SteadyClock::now() + limit;
        while (in_flight_ > 0 && SteadyClock::now() < deadline)
            co_await changed_.wait_until(deadline);
        tasks_.cancel();
        co_await tasks_.join();
    }
    FetcherStatus status() const {
        const std::lock_guard lock(mutex_);
        return status_;
    }

private:
    struct Lane {
        std::size_t running = 0;
        unsigned failures = 0;  // in a row
        SteadyClock::time_point paused_until{};
    };

    Task<void> run() {
        while (!stopping_ && !co_await recover())
            co_await changed_.wait_for(options_.idle_look);
        while (!stopping_) {
            look_ = false;
            const bool begun = co_await take_turn();
            if (!begun && !look_ && !stopping_) co_await changed_.wait_for(co_await until_due());
        }
    }

    // What an earlier process had in the air. False when the store could not say.
    Task<bool> recover() {
        auto found = co_await async::offload(pool_, [this] { return store_.recover_media(clock_.now()); });
        if (!found) trouble("the jobs of media could not be read", {}, found.error());
        co_return found.has_value();
    }

    // One claim for each instance that may fetch. True if something was begun.
    Task<bool> take_turn() {
        if (in_flight_ >= options_.at_once || !co_await has_room()) co_return false;
        std::vector<std::string> names;
        for (const auto& [name, lane] : lanes_) {
            if (lane.running < places_of_one() && lane.paused_until <= SteadyClock::now()) names.push_back(name);
        }
        if (names.empty()) co_return false;
        // The one that was served last comes last.
        std::ranges::rotate(names, std::ranges::upper_bound(names, last_served_));
        bool begun = false;
        for (const auto& name : names) {
            if (stopping_ || in_flight_ >= options_.at_once) break;
            begun = co_await claim_for(name) || begun;
        }
        co_return begun;
    }

    Lane* lane_of(const std::string& name) {
        const auto found = lanes_.find(name);
        return found == lanes_.end() ? nullptr : &found->second;
    }

    Task<bool> claim_for(std::string name) {
        if (lane_of(name) == nullptr) co_return false;  // the configuration has changed meanwhile
        const auto room = std::min(options_.at_once - in_flight_, places_of_one() - lane_of(name)->running);
        auto claimed =
            co_await async::offload(pool_, [this, name, room] { return store_.claim_media(name, room, clock_.now()); });
        if (!claimed) {
            trouble("jobs of media could not be claimed", name, claimed.error());
            co_return false;
        }
        for (auto& job : *claimed) {
            ++in_flight_;
            if (auto* lane = lane_of(name)) ++lane->running;
            tasks_.spawn(work(name, std::move(job)));
        }
        if (!claimed->empty()) last_served_ = name;
        show();
        co_return !claimed->empty();
    }

    // One instance leaves a place for the others if there are two.
    std::size_t places_of_one() const { return std::max<std::size_t>(1, options_.at_once - options_.at_once / 2); }

    Task<bool> has_room() {
        if (disk_paused_until_ > SteadyClock::now()) co_return false;
        const auto needed = options_.max_bytes * (in_flight_ + 1);
        auto room = co_await async::offload(pool_, [this, needed]() -> Result<void> {
            const auto stats = store_.media_stats();
            if (!stats) return fail(stats.error());
            return folder_.room_for(needed, stats->bytes);
        });
        if (room) {
            set_trouble({});
            co_return true;
        }
        disk_paused_until_ = SteadyClock::now() + options_.disk_pause;
        trouble("no media is fetched", {}, room.error());
        set_trouble(room.error().text);
        co_return false;
    }

    Task<milliseconds> until_due() {
        if (in_flight_ >= options_.at_once) co_return options_.idle_look;
        auto wait = options_.idle_look;
        const auto now = SteadyClock::now();
        for (const auto& name : lane_names()) {
            const auto* lane = lane_of(name);
            if (lane == nullptr || lane->running >= places_of_one()) continue;
            const auto paused = std::max(lane->paused_until, disk_paused_until_);
            if (paused > now) {
                wait = std::min(wait, std::chrono::ceil<milliseconds>(paused - now));
                continue;
            }
            const auto due = co_await async::offload(pool_, [this, name] { return store_.next_media(name); });
            if (due && *due) wait = std::min(wait, std::chrono::ceil<milliseconds>(**due - clock_.now()));
        }
        co_return std::max(wait, milliseconds(1));
    }

    std::vector<std::string> lane_names() const {
        std::vector<std::string> out;
        for (const auto& [name, lane] : lanes_)
            out.push_back(name);
        return out;
    }

    Task<void> work(std::string name, ClaimedMedia job) {
        const auto settlement = co_await attempt(name, job);
        co_await settle(settlement);
        --in_flight_;
        if (auto* lane = lane_of(name); lane != nullptr && lane->running > 0) --lane->running;
        show();
        wake();
    }

    Task<MediaSettlement> attempt(const std::string& name, const ClaimedMedia& job) {
        const auto& wanted = job.reference;
        auto bytes = co_await fetch(name, {.url = wanted.url,
                                           .kind = wanted.kind,
                                           .media_type = wanted.media_type,
                                           .filename = wanted.filename,
                                           .max_bytes = options_.max_bytes,
                                           .timeout = options_.timeout});
        judge_lane(name, bytes);
        if (!bytes) co_return given_up(name, job, bytes.error());
        auto kept =
            co_await async::offload(pool_, [this, wanted, got = std::move(*bytes)]() -> Result<MediaSettlement> {
                auto type = judged_type({wanted.kind, wanted.media_type, wanted.filename}, got.media_type, got.body);
                if (!type) return fail(std::move(type.error()));
                auto sha512 = folder_.keep(got.body);
                if (!sha512) return fail(std::move(sha512.error()));
                return MediaSettlement{.sha512 = std::move(*sha512), .size = got.body.size(), .media_type = *type};
            });
        if (!kept) co_return given_up(name, job, kept.error());
        kept->job = job.job;
        kept->attempt = job.attempt;
        note(&FetcherStatus::fetched);
        co_return std::move(*kept);
    }

    Task<Result<connector::MediaBytes>> fetch(const std::string& name, connector::MediaWanted wanted) {
        try {
            auto bytes = co_await fetch_(name, std::move(wanted));
            if (bytes && bytes->body.empty()) co_return fail(rejected("the file is empty", "empty"));
            co_return bytes;
        } catch (const std::exception& error) {
            co_return fail(transient(error.what()));
        }
    }

    MediaSettlement given_up(const std::string& name, const ClaimedMedia& job, const Error& error) {
        MediaSettlement out{.job = job.job, .attempt = job.attempt, .state = MediaState::Queued};
        out.code = error.code;
        out.reason = error.text;
        out.counts = !is_ours(error);
        if (is_final(error.kind) || (out.counts && job.failures + 1 >= options_.tries)) {
            out.state = MediaState::Failed;
            note(&FetcherStatus::failed);
            log_.warn("a file of a message was not fetched", {{"instance", name},
                                                              {"interaction", job.interaction.text()},
                                                              {"attachment", job.reference.attachment},
                                                              {"reason", error.text}});
            return out;
        }
        out.due = clock_.now() + (out.counts ? delay(job, error) : options_.disk_pause);
        note(&FetcherStatus::retried);
        return out;
    }

    milliseconds delay(const ClaimedMedia& job, const Error& error) {
        async::Backoff backoff(options_.retry);
        milliseconds out{};
        for (std::uint32_t i = 0; i <= std::min(job.failures, 20U); ++i)
            out = backoff.next(jitter_.next(), error.retry_after);
        return out;
    }

    // One lapsed link says nothing about the vendor; a wrong password or a row of failures does.
    void judge_lane(const std::string& name, const Result<connector::MediaBytes>& bytes) {
        auto* lane = lane_of(name);
        if (lane == nullptr) return;
        if (bytes || is_final(bytes.error().kind)) {
            lane->failures = 0;
            return;
        }
        const Error& error = bytes.error();
        const bool human = error.kind == ErrorKind::Auth || error.kind == ErrorKind::Config;
        const bool told = error.kind == ErrorKind::Throttled || error.code == connector::kNotReady;
        if (!human && !told && ++lane->failures < options_.trip_after) return;
        const auto length = told ? error.retry_after.value_or(options_.idle_look) : options_.pause;
        lane->paused_until = SteadyClock::now() + length;
        trouble("fetching media pauses", name, error);
    }

    // Tried until the store takes it or the process ends: else the file would be fetched again.
    Task<void> settle(MediaSettlement settlement) {
        async::Backoff backoff;
        for (;;) {
            auto settled = co_await async::offload(
                pool_, [this, settlement] { return store_.settle_media(settlement, clock_.now()); });
            if (settled) co_return;
            trouble("what became of a file could not be written", {}, settled.error());
            co_await async::sleep_for(backoff.next(jitter_.next()));
        }
    }

    void note(std::uint64_t FetcherStatus::* what) {
        const std::lock_guard lock(mutex_);
        ++(status_.*what);
    }
    void show() {
        const std::lock_guard lock(mutex_);
        status_.in_flight = in_flight_;
    }
    void set_trouble(std::string text) {
        const std::lock_guard lock(mutex_);
        status_.trouble = std::move(text);
    }
    void trouble(std::string_view what, const std::string& instance, const Error& error) {
        log_.warn(what, {{"instance", instance}, {"kind", std::string(to_string(error.kind))}, {"reason", error.text}});
    }
    void broken(std::exception_ptr error) {
        try {
            std::rethrow_exception(std::move(error));
        } catch (const std::exception& what) {
            log_.error("fetching media broke", {{"reason", what.what()}});
        }
    }

    const async::Pool& pool_;
    store::Media& store_;
    const Folder& folder_;
    const Fetch fetch_;
    const Clock& clock_;
    obs::Log log_;
    const FetcherOptions options_;
    std::map<std::string, Lane> lanes_;
    std::string last_served_;
    async::Jitter jitter_;
    std::size_t in_flight_ = 0;
    SteadyClock::time_point disk_paused_until_{};
    bool started_ = false;
    bool stopping_ = false;
    bool look_ = false;  // something changed since the last look at the table
    async::Event changed_;

    mutable std::mutex mutex_;
    FetcherStatus status_;
    async::TaskGroup tasks_;
};

Fetcher::Fetcher(async::Io& io,
                 const async::Pool& pool,
                 store::Media& store,
                 const Folder& folder,
                 Fetch fetch,
                 const Clock& clock,
                 obs::Log log,
                 FetcherOptions options)
    : strand_(io.strand()),
      runner_(
          std::make_shared<Runner>(strand_, pool, store, folder, std::move(fetch), clock, std::move(log), options)) {}

Fetcher::~Fetcher() = default;

Task<void> Fetcher::apply(std::vector<std::string> instances) {
    co_await async::run_on(strand_, [](std::shared_ptr<Runner> runner, std::vector<std::string> names) -> Task<void> {
        runner->apply(names);
        co_return;
    }(runner_, std::move(instances)));
}

Task<void> Fetcher::stop(milliseconds limit) {
    co_await async::run_on(strand_, [](std::shared_ptr<Runner> runner, milliseconds patience) -> Task<void> {
        co_await runner->stop(patience);
    }(runner_, limit));
}

void Fetcher::wake() {
    boost::asio::post(strand_, [runner = runner_] { runner->wake(); });
}

FetcherStatus Fetcher::status() const {
    return runner_->status();
}

}  // namespace tandem::media
