#include "core/mapping/outcome.hpp"

#include "core/data/json.hpp"
#include "core/mapping/verify.hpp"

#include <algorithm>
#include <utility>

namespace tandem::mapping {

using data::Member;
using data::Value;

namespace {

Value text(data::Arena& arena, std::string_view text) {
    return data::make_string(arena, text);
}

// A receipt's fields stand beside its type, a snapshot under a key of its own.
Value record_value(const Record& record, data::Arena& arena) {
    if (record.kind == RecordKind::Snapshot) {
        return data::make_object(arena, {{"type", Value::string("snapshot")}, {"snapshot", record.document}});
    }
    const auto fields = record.document.members();
    data::ArenaList<Member> members(arena, fields.size() + 1);
    members.push_back({"type", Value::string("receipt")});
    for (const auto& field : fields)
        members.push_back(field);
    return Value::object(members.items());
}

void judge(RequestOutcome& outcome) {
    const auto& records = outcome.mapped.records;
    if (std::ranges::any_of(records, [](const auto& record) { return record.kind != RecordKind::Ignored; })) return;
    if (!outcome.mapped.errors.empty()) {
        outcome.verdict = Verdict::Rejected;
        outcome.reason = outcome.mapped.errors.front().reason;
        return;
    }
    outcome.verdict = Verdict::Ignored;
    if (!records.empty()) outcome.reason = records.front().reason;
}

}  // namespace

RequestOutcome process(const BoundPack& pack, const Request& request, data::Arena& arena) {
    auto reception = pack.receive(request, arena);
    RequestOutcome out{reception.verdict, std::move(reception.answer), std::move(reception.reason), {}};
    if (!reception.store) return out;
    const auto envelope = arena.copy(reception.envelope);
    const auto type = find_header(request.headers, "content-type").value_or("");
    out.mapped = pack.map({envelope, type, request.body, request.received_at}, arena);
    judge(out);
    return out;
}

Value map_result(const RequestOutcome& outcome, data::Arena& arena) {
    data::ArenaList<Value> records(arena);
    data::ArenaList<Value> ignored(arena);
    data::ArenaList<Value> errors(arena);
    for (const auto& record : outcome.mapped.records) {
        if (record.kind == RecordKind::Ignored) {
            ignored.push_back(
                data::make_object(arena, {{"rule", text(arena, record.rule)}, {"reason", text(arena, record.reason)}}));
        } else {
            records.push_back(record_value(record, arena));
        }
    }
    for (const auto& error : outcome.mapped.errors) {
        errors.push_back(
            data::make_object(arena, {{"path", text(arena, error.path)}, {"reason", text(arena, error.reason)}}));
    }
    data::ArenaList<Member> members(arena, 7);
    members.push_back({"verdict", Value::string(to_string(outcome.verdict))});
    members.push_back({"status", Value::integer(outcome.answer.status)});
    members.push_back({"answer", text(arena, outcome.answer.body)});
    members.push_back({"records", Value::array(records.items())});
    if (!outcome.reason.empty()) members.push_back({"reason", text(arena, outcome.reason)});
    if (ignored.size() > 0) members.push_back({"ignored", Value::array(ignored.items())});
    if (errors.size() > 0) members.push_back({"errors", Value::array(errors.items())});
    return Value::object(members.items());
}

std::string map_result_json(const BoundPack& pack, const Request& request) {
    data::Arena arena;
    return data::to_pretty_json(map_result(process(pack, request, arena), arena));
}

}  // namespace tandem::mapping
