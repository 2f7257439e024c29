// One request from reception to records, for `tandem map`, the tests beside packs and fuzzing. The daemon does the same
// in two steps with the journal between them.
#pragma once

#include "core/data/arena.hpp"
#include "core/mapping/pack.hpp"

#include <string>

namespace tandem::mapping {

struct RequestOutcome {
    Verdict verdict = Verdict::Accepted;
    Answer answer;
    std::string reason;  // why ignored or rejected
    Mapped mapped;       // empty when nothing was stored; documents live in the arena
};

// Accepted when a record came out (or a handshake was answered), Ignored when the request was genuine but held nothing
// to keep, Rejected when nothing is stored, or when all its records would sit in quarantine (then the status is that of
// the answer the vendor got).
RequestOutcome process(const BoundPack& pack, const Request& request, data::Arena& arena);

// {"verdict", "status", "answer", "records": [{"type": "snapshot", "snapshot": {...}} | {"type": "receipt", ...}]} and,
// when there are any, "reason", "ignored": [{"rule", "reason"}], "errors": [{"path", "reason"}].
data::Value map_result(const RequestOutcome& outcome, data::Arena& arena);
std::string map_result_json(const BoundPack& pack, const Request& request);  // the same as indented text

}  // namespace tandem::mapping
