// What a gateway asks a vendor for by itself: pages of a poll, tokens of OAuth2 (RFC 6749), a call that only shows
// whether the credentials are good. Pure: whoever calls sends the bytes.
#pragma once

#include "core/base/error.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/data/arena.hpp"
#include "core/mapping/pack.hpp"
#include "core/mapping/send.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mapping {

struct PollInfo {
    std::string name;
    std::chrono::milliseconds every{0};    // pause between runs
    std::chrono::milliseconds timeout{0};  // of one request
    std::int64_t requests = 0;             // per minute
    std::int64_t pages = 0;                // of one run before it pauses
    bool keeps_cursor = false;             // else it asks for windows of time, or for the same every time
    std::optional<std::chrono::milliseconds> window_overlap{};  // set: a run asks for $since to $until
    std::chrono::milliseconds window_first{0};
    std::chrono::milliseconds window_longest{0};  // 0: any
    bool backfill = false;
    std::int64_t backfill_days = 0;  // by the settings of the instance; 0: none
    std::chrono::milliseconds backfill_step{0};
    bool backfill_oldest_first = false;
};

// Where a poll stands; all texts are JSON.
struct PollPlace {
    std::optional<std::string> cursor{};  // $cursor
    std::optional<std::string> page{};    // $page: null on the first page of a run
    std::optional<std::string> found{};   // $found: what `cursor` gave on an earlier page of this run
    Instant now{};
    std::optional<Instant> since{}, until{};
};

// What an answer says.
struct PollPage {
    std::optional<Error> error;         // none: the page is good
    bool keep = false;                  // put it into the journal
    bool more = false;                  // ask again at once
    std::optional<std::string> next;    // JSON; none: the run ends
    std::optional<std::string> cursor;  // JSON; none: it stays where it was
    std::string envelope;               // journal::Event::envelope of this page: JSON without secrets
    std::string content_type;           // of the body
};

// Of all polls, in the order of the pack.
std::vector<std::string> poll_names(const Pack& pack);

// The polls that this instance wants (`when`).
std::vector<PollInfo> polls(const BoundPack& pack);

// `poll` is a name of polls(). Failure: Config (a setting is missing), Rejected (the pack cannot make a request of it).
Result<OutgoingRequest> poll_request(
    const BoundPack& pack, std::string_view poll, const PollPlace& place, Reveal reveal, data::Arena& arena);
PollPage poll_page(const BoundPack& pack,
                   std::string_view poll,
                   const PollPlace& place,
                   const VendorAnswer& answer,
                   data::Arena& arena);

// `text` with *** in the places of the secrets that the instance has, and of those in `also`, for what is to be stored
// or shown; nullopt: none occurs, the bytes shall stay. hide.hpp says which writings are known.
std::optional<std::string> without_secrets(const BoundPack& pack, std::string_view text, std::span<const Secret> also);

struct Token {
    Secret text;
    std::chrono::milliseconds lifetime{0};
};

bool has_oauth2(const Pack& pack);
Result<OutgoingRequest> token_request(const BoundPack& pack, Reveal reveal, data::Arena& arena);
// Failure is Auth when the vendor refuses, Throttled or Transient when it cannot answer now.
Result<Token> token_answer(const BoundPack& pack, const VendorAnswer& answer, data::Arena& arena);

bool has_probe(const Pack& pack);
Result<OutgoingRequest> probe_request(const BoundPack& pack, Reveal reveal, data::Arena& arena);
// A text for people, perhaps empty; or what is wrong.
Result<std::string> probe_answer(const BoundPack& pack, const VendorAnswer& answer, data::Arena& arena);

}  // namespace tandem::mapping
