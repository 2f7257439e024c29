// The contract between the host and a connector (docs/architecture.md 5, docs/delivery.md). A connector author cannot lose
// data by mistake: the host owns durability, cursors, retries, deadlines, rate limits and secrets.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/async/task.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/config/diagnostics.hpp"
#include "core/config/node.hpp"
#include "core/journal/journal.hpp"
#include "core/net/http.hpp"
#include "core/obs/log.hpp"

namespace tandem::connector {

using StreamName = std::string;
using Cursor = std::string;  // opaque to the host

struct Batch {
    StreamName stream;
    std::vector<journal::Event> events;
    std::optional<Cursor> after;  // where to resume once these are settled; legal without events
};

enum class State { Stopped, Connecting, Ready, Degraded, AuthNeeded, Failed };
std::string_view to_string(State state);

struct Capabilities {
    bool receive = false, send = false, receipts = false, backfill = false, media = false;
    bool exclusive = false;  // at most one node at a time
};

struct Manifest {
    std::string name;
    std::string version;
    std::string description;
    Capabilities capabilities;
    std::vector<StreamName> streams;
};

// What an instance may use. All members may be called on the instance's strand; `emit` from any task of the instance.
class Host {
public:
    virtual ~Host() = default;
    // Returns when the batch is durable. `Full`: backlog or disk limit, tell the vendor to come back later.
    virtual async::Task<Result<void>> emit(Batch batch) = 0;
    virtual void state(State state, std::string detail) = 0;
    // Serves /hooks/{instance} until the instance stops. One handler per instance; runs on its strand.
    virtual void serve_hook(net::HttpHandler handler) = 0;
    virtual const Clock& clock() const = 0;
    virtual obs::Log& log() = 0;
    virtual void count(std::string_view counter, std::string_view label = {}, std::uint64_t by = 1) = 0;
    virtual const std::string& instance() const = 0;
};

class Instance {
public:
    virtual ~Instance() = default;
    virtual async::Task<Result<void>> start() = 0;
    virtual async::Task<void> stop() = 0;  // idempotent, valid after a failed start
};

}  // namespace tandem::connector
