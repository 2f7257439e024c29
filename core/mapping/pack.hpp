// A pack: one YAML file that describes one vendor's data format (mappings/README.md). Compiled once, immutable, shared
// by threads. Bound to the settings of one connector instance it judges requests (before they are durable) and maps
// stored events (after). Pure: no files, no threads, no clock of its own.
#pragma once

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/config/diagnostics.hpp"
#include "core/config/node.hpp"
#include "core/data/value.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mapping {

// An HTTP request as a pack sees it. Views: the request outlives the call.
struct RequestHeader {
    std::string_view name;
    std::string_view value;
};
struct Request {
    std::string_view method;
    std::string_view url;  // public URL exactly as the vendor called it: signatures cover it
    std::vector<RequestHeader> headers;
    std::string_view body;  // exact bytes
    Instant received_at{};
};

enum class Verdict { Accepted, Ignored, Rejected };
std::string_view to_string(Verdict verdict);

struct Answer {
    int status = 200;
    std::string content_type;
    std::string body;
};

// What to do with a request before anything is stored.
struct Reception {
    Verdict verdict = Verdict::Accepted;
    bool store = false;  // put it into the journal, then answer; false: answer at once (challenge, ignored, rejected)
    Answer answer;
    std::string reason;    // why ignored or rejected; for logs, counters and `tandem map`; no secrets, no payload
    std::string envelope;  // when store: JSON for journal::Event::envelope (method, url without secrets, kept headers)
};

enum class RecordKind { Snapshot, Receipt, Ignored };

struct Record {
    RecordKind kind;
    data::Value document;   // snapshot or receipt (core/model/snapshot.hpp); refers to the arena and the BoundPack
    std::string_view rule;  // name of the rule
    std::string_view path;  // of the rule in the pack, e.g. "records[0].rules[1]"
    std::string reason;     // why ignored
    std::size_t item = 0;   // index of the record within the event
};

// A record that could not be mapped: it goes to quarantine, its neighbours do not.
struct RecordError {
    std::size_t item = 0;
    std::string reason;
    std::string path;  // "records[0].rules[1].snapshot.started_at" or the decoder's position
};

struct Mapped {
    std::vector<Record> records;
    std::vector<RecordError> errors;
};

// A stored event as the mapper sees it.
struct StoredRequest {
    std::string_view envelope;  // JSON written by receive()
    std::string_view content_type;
    std::string_view raw;
    Instant received_at{};
};

// Whether map() checks its documents against the schema. ByCaller: it reads them with model::read_snapshot() or
// read_receipt() itself, so that this is not done twice for every event.
enum class SchemaCheck { Here, ByCaller };

class Program;  // compiled pack, private

struct SettingInfo {
    std::string name;
    std::string type;  // string, secret, integer, number, boolean, list
    std::string help;
    std::string default_text;         // as JSON; empty if there is none
    std::vector<std::string> values;  // what a string may be; empty: anything
    std::string format;               // what its texts must look like (formats.hpp); empty: anything
    bool required = false;

    bool secret() const { return type == "secret"; }
};

class Pack {
public:
    // nullptr when diagnostics hold errors. `file` names the file in diagnostics.
    static std::shared_ptr<const Pack> compile(const config::Node& root, config::Diagnostics& diagnostics);

    const std::string& name() const;
    int version() const;
    const std::string& title() const;
    const std::vector<SettingInfo>& settings() const;
    const std::vector<std::string>& methods() const;  // of the vendor's requests; receive() answers others 405

    explicit Pack(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
    const Program& program() const { return *program_; }

private:
    std::shared_ptr<const Program> program_;
};

// Settings of one instance, checked against the pack's table.
struct Settings {
    std::map<std::string, data::Value> values;           // public ones; texts live as long as the Settings
    std::map<std::string, std::vector<Secret>> secrets;  // several while a secret is rotated; none set: absent
    std::shared_ptr<data::Arena> arena;                  // owns the texts
};
// Reads `settings:` of a connector (or a --settings file). Unknown keys, wrong types and missing required ones are
// diagnostics with position and "did you mean". `node` may be Missing.
Settings read_settings(const Pack& pack,
                       const config::Node& node,
                       const std::string& path,
                       config::Diagnostics& diagnostics);

// Thread-safe after construction.
class BoundPack {
public:
    // `callback_url` is where the vendor reaches the instance's hook; empty when nobody knows.
    BoundPack(std::shared_ptr<const Pack> pack,
              Settings settings,
              std::string instance,
              std::string region,
              std::string callback_url = {});
    ~BoundPack();
    BoundPack(BoundPack&&) noexcept;

    Reception receive(const Request& request, data::Arena& arena) const;
    Mapped map(const StoredRequest& event, data::Arena& arena, SchemaCheck check = SchemaCheck::Here) const;

    const Pack& pack() const;
    const std::string& instance() const;
    // Warnings that only settings can show, e.g. "no secret_token: anybody who knows the URL can post".
    std::vector<std::string> warnings() const;

    struct State;
    const State& state() const { return *state_; }

private:
    std::unique_ptr<const State> state_;
};

}  // namespace tandem::mapping
