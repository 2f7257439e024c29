// Keeps the configured instances running: starts them with a deadline, backs off with jitter when they fail, routes
// hooks to them, shows their state, stops them. One strand per instance; one that does not return from a call is
// reported and, at stop, abandoned, and never holds up another one.
//
// The composition root builds it like this:
//
//   connector::Registry registry;
//   connectors::add_all(registry);                                  // connectors/all.hpp
//   async::Io io;                                                   // one io thread
//   auto journal = journal::Journal::open(options, [&](auto work) { io.post(std::move(work)); }, clock);
//   net::PublicUrl public_url({.base = "https://gw.example.test", .trusted = ...});
//   connector::Supervisor supervisor(io, registry, **journal, {.public_url = public_url, .clock = clock, .log = log});
//
//   // PackJudge: public connector::Judge, over a mapping::BoundPack: turns net::HttpRequest into mapping::Request,
//   // calls receive() and turns mapping::Reception into connector::Reception.
//   std::vector<connector::InstanceSpec> specs;
//   specs.push_back({.name = "sms", .connector = "http", .pack = "twilio", .options = entry.get("options"),
//                    .judge = std::make_shared<PackJudge>(bound), .fingerprint = fingerprint});
//
//   net::Router router;
//   for (auto& route : supervisor.routes()) router.add(std::move(route));   // /hooks/{instance}
//   for (auto& route : api.routes()) router.add(std::move(route));
//   auto server = net::HttpServer::open(io, files, server_options, std::move(router), log);
//   // In a task: start, later reload, at the end stop.
//   co_await supervisor.apply(specs);              // also the reload: instances with equal fingerprints are not
//   touched
//   (*server)->start();
//   ...
//   co_await (*server)->stop(std::chrono::seconds(10));
//   co_await supervisor.stop();                    // then pipeline, journal->close(), store, io
//
// Journal, registry, clock and io must outlive the supervisor; the supervisor must outlive the server.
#pragma once

#include "core/async/backoff.hpp"
#include "core/async/io.hpp"
#include "core/connector/connector.hpp"
#include "core/connector/registry.hpp"
#include "core/journal/journal.hpp"
#include "core/net/public_url.hpp"
#include "core/obs/log.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tandem::connector {

// Where cursors live: the store, so that they move together with what they stand for.
class Cursors {
public:
    virtual ~Cursors() = default;
    virtual async::Task<Result<std::optional<Cursor>>> load(std::string instance, StreamName stream) = 0;
    // The cursor takes effect once every event up to `position` of the journal is applied. Thread-safe, never waits.
    virtual void advance(const std::string& instance,
                         const StreamName& stream,
                         Cursor cursor,
                         journal::Position position) = 0;
};

// Where instances find what they have emitted: the journal, read where waiting for the disk is allowed.
class Archive {
public:
    virtual ~Archive() = default;
    virtual async::Task<Result<std::vector<journal::Event>>> recall(std::string instance, Recall what) = 0;
};

struct SupervisorOptions {
    net::PublicUrl public_url;
    const Clock& clock;
    obs::Log log = {};
    const net::HttpClient* http = nullptr;  // what instances call vendors with
    Cursors* cursors = nullptr;             // nullptr: batches with a cursor are refused
    Archive* archive = nullptr;             // nullptr: nothing is recalled
    std::chrono::milliseconds start_limit{30'000};
    std::chrono::milliseconds send_limit{60'000};
    std::chrono::milliseconds stop_limit{10'000};  // for running hooks and for stop(), each
    async::BackoffOptions backoff = {};
    std::chrono::milliseconds human_backoff{600'000};  // after Auth and Config errors
};

struct InstanceStatus {
    std::string name;
    std::string connector;
    std::string pack;
    State state = State::Stopped;
    std::string detail;
    Instant since{};                                // of the state
    std::optional<Instant> retry_at;                // next attempt to start
    std::optional<Instant> last_event_at;           // last durable one
    std::map<std::string, std::uint64_t> counters;  // "received", "emitted", "rejected:bad signature" ...
};

class Supervisor {
public:
    Supervisor(async::Io& io, const Registry& registry, journal::Journal& journal, SupervisorOptions options);
    // After stop().
    ~Supervisor();

    // Makes the running instances those of `specs`: starts new ones, restarts changed ones, stops the rest; does not
    // wait for them to become ready. Names must be unique and specs validated. Any task; calls queue up.
    async::Task<void> apply(std::vector<InstanceSpec> specs);

    // True when every instance has finished its first attempt to start within the limit.
    async::Task<bool> wait_started(std::chrono::milliseconds limit);

    // Stops all instances at once, each within its limits. Returns the names of those that had to be abandoned: they
    // still hold their resources until the process ends. Idempotent.
    async::Task<std::vector<std::string>> stop();

    // `/hooks/{instance}` for any method. 404 for an unknown instance, 503 with Retry-After for one that is not ready.
    std::vector<net::Route> routes();

    // Hands a message to the instance (Instance::send). Transient when it does not run or is not ready. Any task.
    async::Task<Result<std::vector<SentId>>> send(std::string instance, Outgoing outgoing);
    // Asks the instance what became of a message (Instance::resolve). Otherwise as send().
    async::Task<Result<Resolution>> resolve(std::string instance, Outgoing outgoing);
    // The file of an attachment (Instance::fetch). Transient with code kNotReady when the instance cannot even try.
    async::Task<Result<MediaBytes>> fetch(std::string instance, MediaWanted wanted);

    std::vector<InstanceStatus> status() const;  // any thread; sorted by name
    // The same numbers in Prometheus' text format. Any thread.
    std::string metrics() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace tandem::connector
