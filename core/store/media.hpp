// Files that attachments point to: a job for each address, and what was fetched, by its hash. A job is made by the
// transaction that applies its interaction, so a kill loses none; an attempt is written before it begins, so one that
// nobody carries on is seen after a restart. Fetching twice does no harm: a file is named after its bytes.
//
// All functions may be called from any thread; each is one transaction and takes its turn with the pipeline's. Failure:
// Full and Transient as in Store::apply().
#pragma once

#include "core/store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::store {

struct ClaimedMedia {
    std::int64_t job = 0;
    std::uint32_t attempt = 0;   // counts from 1; settling an older attempt changes nothing
    std::uint32_t failures = 0;  // attempts before this one that counted
    InteractionId interaction;
    MediaReference reference;
    Instant made_at{};
};

// How an attempt ended: Stored, Failed, or Queued to try again at `due`.
struct MediaSettlement {
    std::int64_t job = 0;
    std::uint32_t attempt = 0;
    MediaState state = MediaState::Stored;
    Instant due{};
    bool counts = true;        // against the attempts that a job has: not when we were the reason
    std::string sha512{};      // 64 bytes, of Stored
    std::uint64_t size = 0;    // bytes
    std::string media_type{};  // what the bytes are
    std::string code{};
    std::string reason{};
};

struct MediaFile {
    std::uint64_t size = 0;
    std::string media_type;
    std::string filename;  // as one of the vendors called it; not to be trusted
};

struct MediaStats {
    std::uint64_t queued = 0, stored = 0, failed = 0;  // jobs
    std::uint64_t files = 0, bytes = 0;                // on disk
};

class Media {
public:
    virtual ~Media() = default;

    // Up to `limit` jobs of the instance that are due, oldest first, now in state Fetching.
    virtual Result<std::vector<ClaimedMedia>> claim_media(std::string_view instance,
                                                          std::size_t limit,
                                                          Instant now) = 0;

    // What became of a claimed job; left out if the job is not in that attempt. Stored and Failed show in the feed.
    virtual Result<void> settle_media(const MediaSettlement& settlement, Instant now) = 0;

    // After a restart: attempts that nobody carries on wait again and have failed once more. Returns how many.
    virtual Result<std::size_t> recover_media(Instant now) = 0;

    // When the next job of the instance is due; nullopt if none waits.
    virtual Result<std::optional<Instant>> next_media(std::string_view instance) = 0;

    // By the 64 bytes of its hash.
    virtual Result<std::optional<MediaFile>> media_file(std::string_view sha512) = 0;

    virtual Result<MediaStats> media_stats() = 0;
};

}  // namespace tandem::store
