// How a connector asks its pack what to ask the vendor for: pages of polls, tokens, a call that shows whether the
// credentials are good; the third of Judge and Sender. The composition root implements it over core/mapping.
#pragma once

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/connector/media.hpp"
#include "core/connector/sender.hpp"
#include "core/net/http.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::connector {

// A vendor's answer. Views: outlives the call.
struct AnswerView {
    int status = 0;
    const std::vector<net::Header>& headers;
    std::string_view body;
};

// What the pack says about one poll; the twin of mapping::PollInfo.
struct Poll {
    std::string name;
    std::chrono::milliseconds every{0};  // pause between runs
    std::chrono::milliseconds timeout{0};
    std::int64_t requests = 0;                                  // per minute
    std::int64_t pages = 0;                                     // of one run before it pauses
    std::optional<std::chrono::milliseconds> window_overlap{};  // set: a run asks for a window of time
    std::chrono::milliseconds window_first{0};
    std::chrono::milliseconds window_longest{0};  // 0: any
    bool backfill = false;                        // it can be asked for the past
    std::int64_t backfill_days = 0;
    std::chrono::milliseconds backfill_step{0};
    bool backfill_oldest_first = false;
};

// Where a poll stands; texts are the pack's own, opaque here.
struct PollPlace {
    std::optional<std::string> cursor{};
    std::optional<std::string> page{};
    std::optional<std::string> found{};
    Instant now{};
    std::optional<Instant> since{}, until{};
};

struct PollPage {
    std::optional<Error> error;
    bool keep = false;
    bool more = false;
    std::optional<std::string> next;
    std::optional<std::string> cursor;
    std::string envelope;
    std::string content_type;
};

struct Token {
    Secret text;
    std::chrono::milliseconds lifetime{0};
};

struct MediaDownload {
    WireRequest request;
    bool with_credentials = false;  // it goes to a host that the pack names
};

// Thread-safe; pure: no waiting, no input or output.
class Caller {
public:
    virtual ~Caller() = default;

    virtual std::vector<Poll> polls() const = 0;
    virtual Result<WireRequest> poll_request(std::string_view poll, const PollPlace& place) const = 0;
    virtual PollPage poll_page(std::string_view poll, const PollPlace& place, const AnswerView& answer) const = 0;

    // `text` with *** in the places of the instance's secrets and of those in `also`; nullopt: none occurs.
    virtual std::optional<std::string> without_secrets(std::string_view text, std::span<const Secret> also) const = 0;

    // For requests with WireRequest::token_prefix.
    virtual Result<WireRequest> token_request() const = 0;
    virtual Result<Token> token(const AnswerView& answer) const = 0;

    virtual bool has_probe() const = 0;
    virtual Result<WireRequest> probe_request() const = 0;
    // A text for people, perhaps empty; or what is wrong.
    virtual Result<std::string> probe(const AnswerView& answer) const = 0;

    // The call to make before a file can be asked for; nullopt if there is none. Then what its answer says, opaque, for
    // media_download() only.
    virtual Result<std::optional<WireRequest>> media_lookup(const MediaWanted& wanted) const = 0;
    virtual Result<std::string> media_place(const MediaWanted& wanted, const AnswerView& answer) const = 0;
    virtual Result<MediaDownload> media_download(const MediaWanted& wanted,
                                                 const std::optional<std::string>& place) const = 0;
};

}  // namespace tandem::connector
