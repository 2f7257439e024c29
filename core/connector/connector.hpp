// The contract between the host and a connector (docs/architecture.md, "The connector contract"). A connector author
// cannot lose data by mistake: the host owns durability, cursors, retries, deadlines and secrets.
//
//   Connector   one per protocol, stateless: describes itself, checks options, opens instances
//   Instance    one configured account: start, then stop
//   Host        what an instance may use
//
// Everything of one instance runs on its own strand, so connector code has no locks. Every call has a deadline, kept by
// the supervisor; an instance that does not return is abandoned and never holds up another one.
#pragma once

#include "core/async/task.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/config/diagnostics.hpp"
#include "core/config/field_table.hpp"
#include "core/config/node.hpp"
#include "core/connector/caller.hpp"
#include "core/connector/judge.hpp"
#include "core/connector/media.hpp"
#include "core/connector/sender.hpp"
#include "core/journal/journal.hpp"
#include "core/net/http.hpp"
#include "core/net/http_client.hpp"
#include "core/obs/log.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::connector {

using StreamName = std::string;
using Cursor = std::string;  // opaque to the host

struct Batch {
    StreamName stream;                   // one of Manifest::streams
    std::vector<journal::Event> events;  // `instance` and `stream` of each are filled in by the host
    std::optional<Cursor> after;         // where to resume once these are settled; legal without events
};

struct Recall {
    std::string content_type;
    Instant since{};
    Instant until = Instant::max();
    std::size_t limit = 10'000;
};

enum class State {
    Stopped,
    Connecting,  // start() runs, or waits for its next attempt
    Ready,
    Degraded,    // works with restrictions, e.g. a vendor that throttles
    AuthNeeded,  // credentials refused: a human must act; tried again rarely
    Failed,      // does not work; `retry_after` tells when it is tried again
};
std::string_view to_string(State state);

struct Capabilities {
    bool receive = false;  // may emit
    bool hook = false;     // serves /hooks/{instance}
    bool send = false, receipts = false, backfill = false, media = false;
    bool exclusive = false;  // at most one node at a time
};

struct Manifest {
    std::string name;  // `type:` in the configuration
    std::string version;
    std::string description;
    Capabilities capabilities;
    std::vector<StreamName> streams;  // a name that ends in * stands for all that begin so
    bool needs_pack = false;
    std::shared_ptr<const config::FieldTable> options;  // what may be written under `options:`
};

// What an instance may use. All members are called on the instance's strand. Lives as long as any task of the instance.
class Host {
public:
    virtual ~Host() = default;

    // Returns when the batch is durable. `Full`: backlog or disk limit, tell the vendor to come back later. `Config`:
    // the manifest does not allow this (no receive capability, unknown stream, a cursor without a place to keep it). A
    // cancelled task gets its answer too: what was begun is always told.
    virtual async::Task<Result<void>> emit(Batch batch) = 0;

    // Where to resume the stream: the cursor of the last batch that is settled. Resume is inclusive.
    virtual async::Task<Result<std::optional<Cursor>>> resume(StreamName stream) = 0;

    // What this instance has emitted since a moment, oldest first, at most `limit` newest: for a connector that must
    // know after a restart what it has answered for. Empty where nothing can be recalled.
    virtual async::Task<Result<std::vector<journal::Event>>> recall(Recall what) = 0;

    // Ready is set by the host when start() succeeds; an instance reports what happens afterwards.
    virtual void state(State state, std::string detail) = 0;

    // The instance cannot go on: the host stops it and starts it again after a delay (`Auth` and `Config`: a long one).
    virtual void failed(Error error) = 0;

    // Serves /hooks/{instance} from the end of start() until the instance stops. One handler per instance; runs on its
    // strand, many requests at once.
    virtual void serve_hook(net::HttpHandler handler) = 0;

    // The request's URL as the vendor called it (core/net/public_url.hpp).
    virtual std::string public_url(const net::HttpRequest& request) const = 0;

    // nullptr when the instance has no pack.
    virtual const Judge* judge() const = 0;
    // nullptr when the instance has no pack, or one that cannot send.
    virtual const Sender* sender() const = 0;
    // nullptr when the instance has no pack.
    virtual const Caller* caller() const = 0;

    // For calls to the vendor; nullptr where there is none (tests).
    virtual const net::HttpClient* http() const = 0;

    virtual const Clock& clock() const = 0;
    virtual obs::Log& log() = 0;

    // Adds to the counter tandem_<counter>_total of this instance. Labels come from a small fixed set, e.g. reasons.
    // "received", "received_bytes", "emitted" and "errors" are kept by the host.
    virtual void count(std::string_view counter, std::string_view label = {}, std::uint64_t by = 1) = 0;

    virtual const std::string& instance() const = 0;
};

using Resolution = std::optional<std::vector<SentId>>;

class Instance {
public:
    virtual ~Instance() = default;
    // Success means ready. Called once; after a failure the host calls stop() and opens a new instance.
    virtual async::Task<Result<void>> start() = 0;
    // Of a connector with the capability `send`: hands the message to the vendor. Called between start() and stop(),
    // many at once. Failure is typed: what may have reached the vendor is UnknownOutcome, and nobody repeats it
    // blindly; the host turns a call that is cancelled or takes too long into that.
    virtual async::Task<Result<std::vector<SentId>>> send(Outgoing) {
        co_return fail(config_error("this connector cannot send"));
    }
    // Of a connector whose send_limits() say `resolvable`: asks the vendor about a message whose send() ended as
    // UnknownOutcome. The vendor's ids if it took the message, nullopt if it certainly did not; a failure leaves the
    // outcome unknown.
    virtual async::Task<Result<Resolution>> resolve(Outgoing) {
        co_return fail(config_error("this connector cannot ask about messages"));
    }
    // Of a connector with the capability `media`: the bytes of an attachment's file, not more than it may have. Called
    // between start() and stop(), many at once. Rejected and NotFound: it will never be there (too large, gone, a place
    // where we do not go); other failures are tried again later.
    virtual async::Task<Result<MediaBytes>> fetch(MediaWanted) {
        co_return fail(config_error("this connector fetches no files"));
    }
    // Ends everything that start() began. Idempotent, valid after a failed, a cancelled and a missing start().
    virtual async::Task<void> stop() = 0;
};

// The configuration of one instance.
struct InstanceSpec {
    std::string name;                      // given by the user; also in the URL of its hook
    std::string connector;                 // Manifest::name
    std::string pack;                      // name of the pack, only shown; empty if there is none
    config::Node options;                  // the `options:` node, may be Missing
    std::shared_ptr<const Judge> judge;    // over the pack and its settings; nullptr if there is none
    std::shared_ptr<const Sender> sender;  // nullptr if there is no pack or it cannot send
    std::shared_ptr<const Caller> caller;  // nullptr if there is no pack
    std::string fingerprint;  // of everything above: an instance is restarted by a reload only when it changes
};

// How much an instance may have in its vendor's hands.
struct SendLimits {
    std::size_t window = 10;   // messages at once
    double rate = 0;           // messages per second; 0: no limit
    bool repeatable = false;   // Sender::repeatable()
    bool resolvable = false;   // Instance::resolve() is there
    ExpectedNames names = {};  // may be empty
    // Own addresses, in the form of contact points' values, that it writes from and others answer to.
    std::vector<std::string> addresses = {};
};

class Connector {
public:
    virtual ~Connector() = default;
    virtual const Manifest& manifest() const = 0;
    // Pure: no network, no files, no threads.
    virtual void validate(const InstanceSpec& spec, config::Diagnostics& diagnostics) const = 0;
    // Reads the files that the options name; nothing else. `tandem check` asks when validate() found no mistake; an
    // instance whose files are wrong fails alone. Blocks on the disk.
    virtual void validate_files(const InstanceSpec&, config::Diagnostics&) const {}
    // Those files: when the content of one has changed, a reload starts the instance anew. `spec` is validated.
    virtual std::vector<std::filesystem::path> files(const InstanceSpec&) const { return {}; }
    // The options that say where it listens on this machine: no two instances may at one place. `spec` is validated.
    virtual std::vector<config::Node> listens(const InstanceSpec&) const { return {}; }
    // Tries the configuration against the network, changing nothing there and starting nothing here. `tandem check
    // --connect`. A text for people; nullopt: there is nothing to try.
    virtual async::Task<Result<std::optional<std::string>>> check(InstanceSpec spec,
                                                                  const net::HttpClient& http,
                                                                  const Clock& clock) const = 0;
    // Of a connector with the capability `send`; nullopt if this instance cannot. `spec` is validated.
    virtual std::optional<SendLimits> send_limits(const InstanceSpec&) const { return std::nullopt; }
    // Builds an instance, starts nothing. `host` outlives it.
    virtual Result<std::unique_ptr<Instance>> open(const InstanceSpec& spec, Host& host) const = 0;
};

}  // namespace tandem::connector
