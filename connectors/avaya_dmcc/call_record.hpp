// A call as the JSON document of its record, and back (RECORD.md has its members). One table of members serves both
// directions, so that a record always holds all that assembly needs to go on.
#pragma once

#include "connectors/avaya_dmcc/call.hpp"
#include "core/base/result.hpp"

#include <string>
#include <string_view>

namespace tandem::avaya_dmcc {

// All members but id, revision, updated_at and what only assembly needs, without braces: what tells whether a record
// says anything new.
std::string record_body(const Call& call);
std::string record_json(const Call& call, std::string_view body);
// Of a call that turned out to be another one: nothing but that.
std::string merged_record_json(std::string_view id, std::int64_t revision, std::string_view into);

struct ReadRecord {
    Call call;
    std::string merged_into;  // not empty: the call holds no more than its id and revision
    bool open = false;
};
// Corrupt: not a record of ours. Members that are not known are passed over.
Result<ReadRecord> read_record(std::string_view json);

// Whether assembly needs the call after a restart: it has not ended, or nobody knows, or its agent still works after
// it.
bool is_open(const Call& call);
std::string_view state_of(const Call& call);

}  // namespace tandem::avaya_dmcc
