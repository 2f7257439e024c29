// Fetches the files that attachments point to, after their interaction is stored and never on the receiving path: takes
// jobs out of the store, asks the connector instance for the bytes, looks at what they are, keeps them by their hash
// and says so in the store. Vendors that are slow, down or angry hold up nobody else: each has a few places only, and a
// pause of its own.
//
// Everything runs on the fetcher's strand, but for store and disk, which are asked on a pool. At most `at_once` files
// are in memory.
#pragma once

#include "core/async/backoff.hpp"
#include "core/async/io.hpp"
#include "core/async/offload.hpp"
#include "core/base/time.hpp"
#include "core/connector/media.hpp"
#include "core/media/folder.hpp"
#include "core/obs/log.hpp"
#include "core/store/media.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tandem::media {

struct FetcherOptions {
    std::uint64_t max_bytes = 25 << 20;         // of one file
    std::chrono::milliseconds timeout{60'000};  // for one file, everything together
    std::size_t at_once = 2;
    std::uint32_t tries = 16;  // then the job has failed: about a day and a half
    async::BackoffOptions retry{.first = std::chrono::seconds(30), .limit = std::chrono::hours(6)};
    // Of an instance that refuses everything: this many failures in a row, or a wrong password.
    unsigned trip_after = 5;
    std::chrono::milliseconds pause{300'000};
    std::chrono::milliseconds disk_pause{60'000};  // of all, while there is no room
    std::chrono::milliseconds idle_look{30'000};   // a lost wake-up may delay, never strand a job
};

struct FetcherStatus {
    std::size_t in_flight = 0;
    std::uint64_t fetched = 0, failed = 0, retried = 0;
    std::string trouble;  // why nothing is fetched now; empty when all is well
};

class Fetcher {
public:
    // How an instance is reached; Supervisor::fetch. Called on the strand.
    using Fetch = std::function<async::Task<Result<connector::MediaBytes>>(std::string, connector::MediaWanted)>;

    // All references must outlive it.
    Fetcher(async::Io& io,
            const async::Pool& pool,
            store::Media& store,
            const Folder& folder,
            Fetch fetch,
            const Clock& clock,
            obs::Log log,
            FetcherOptions options = {});
    // After stop().
    ~Fetcher();

    // Makes the instances those given. The first call settles what an earlier process left in the air. Any task.
    async::Task<void> apply(std::vector<std::string> instances);
    // Begins nothing more; what is on its way is waited for up to the limit, then left to the next start. Idempotent.
    async::Task<void> stop(std::chrono::milliseconds limit);

    void wake();  // there may be new jobs; any thread

    FetcherStatus status() const;  // any thread

private:
    class Runner;
    const async::Executor strand_;
    const std::shared_ptr<Runner> runner_;
};

}  // namespace tandem::media
