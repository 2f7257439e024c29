// The HTTP face of a gateway: REST and feed under /v1, the agent's page under /pop, health and metrics. Produces the
// route table that core/net serves; everything that may block runs on the pool it is given.
#pragma once

#include "core/api/feed.hpp"
#include "core/api/tokens.hpp"
#include "core/async/offload.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/net/http.hpp"
#include "core/obs/log.hpp"
#include "core/store/store.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::media {
class Folder;
}
namespace tandem::outbox {
class Messages;
}

namespace tandem::api {

struct ConnectorStatus {
    std::string name;
    std::string pack;   // empty for connectors without one
    std::string type;   // http, imap ...
    std::string state;  // connector::to_string(State)
    std::string detail;
    Instant since{};  // of the state
    std::map<std::string, std::uint64_t> counters;
};

struct ReadinessCheck {
    std::string name;  // store, journal, connector:sms ...
    bool ok = false;
    std::string detail;  // shown to anybody who can reach the port: no secrets, no personal data
};

struct ApiOptions {
    std::vector<ConfiguredToken> tokens;
    std::filesystem::path token_file;          // tokens.json in the data folder; empty: none
    std::string region;                        // ISO country for numbers without a prefix
    Secret point_key;                          // key of identity::point_id
    std::string public_url;                    // as agents' browsers see the gateway; https makes cookies Secure
    std::vector<std::string> frame_ancestors;  // who may embed the page; empty: only the gateway itself
    Secret session_key;                        // empty: a new one per process
    std::chrono::seconds session_lifetime{std::chrono::hours(8)};
    std::chrono::seconds conversation_gap{std::chrono::hours(4)};
    std::size_t max_running = 256;  // requests on the pool or waiting for it; above: 503
    FeedOptions feed;
    bool open_metrics = false;  // /metrics without a token
    std::string version;        // of the gateway, shown in /openapi.json
};

// What the composition root tells. Called on pool threads, many at once; empty ones count as "nothing to report".
struct ApiSources {
    std::function<std::vector<ConnectorStatus>()> connectors;
    std::function<std::vector<ReadinessCheck>()> readiness;
    std::function<std::string()> metrics;  // Prometheus text exposition format
    outbox::Messages* messages = nullptr;  // outlives the routes; nullptr: nothing is sent
    const media::Folder* media = nullptr;  // the same; nullptr: there are no files
};

// True for what may stand in `frame-ancestors` of a Content-Security-Policy: 'self', 'none', scheme and host sources.
bool valid_frame_ancestor(std::string_view source);

class Api {
public:
    // store, pool and clock must outlive the routes and their running requests. Throws std::invalid_argument for
    // frame_ancestors that are not valid: the configuration checks them first.
    Api(ApiOptions options,
        ApiSources sources,
        store::Store& store,
        const async::Pool& pool,
        const Clock& clock,
        obs::Log log);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    // The routes keep what they need; they may outlive this object, not its inputs.
    std::vector<net::Route> routes() const;

    // Ends the running feeds; call it when the server stops accepting. Idempotent, any thread.
    void close();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace tandem::api
