#include "tools/tandem/replay_report.hpp"

#include "core/data/json.hpp"
#include "tools/tandem/terminal.hpp"

#include <array>
#include <iostream>
#include <utility>

namespace tandem::tool {
namespace {

using data::Member;
using data::Value;

Value item_json(const pipeline::ReplayItem& item, data::Arena& arena) {
    data::ArenaList<Value> changes(arena);
    for (const auto& change : item.changes) {
        changes.push_back(data::make_object(arena, {{"path", data::make_string(arena, change.path)},
                                                    {"before", data::make_string(arena, change.before)},
                                                    {"after", data::make_string(arena, change.after)}}));
    }
    return data::make_object(
        arena, {{"event", Value::unsigned_integer(item.event)},
                {"instance", data::make_string(arena, item.instance)},
                {"interaction", item.interaction ? data::make_string(arena, item.interaction->text()) : Value()},
                {"verdict", Value::string(pipeline::to_string(item.verdict))},
                {"reason", data::make_string(arena, item.reason)},
                {"changes", Value::array(changes.items())}});
}

}  // namespace

void print_item(const pipeline::ReplayItem& item, bool json) {
    data::Arena arena;
    if (json) return print_line(data::to_json(item_json(item, arena)));
    std::cout << item.instance << " event " << item.event << ": " << pipeline::to_string(item.verdict);
    if (item.interaction) std::cout << ' ' << item.interaction->text();
    if (!item.reason.empty()) std::cout << ": " << item.reason;
    std::cout << '\n';
    for (const auto& change : item.changes) {
        std::cout << "    " << change.path << ": " << (change.before.empty() ? "(absent)" : change.before) << " -> "
                  << (change.after.empty() ? "(absent)" : change.after) << '\n';
    }
}

void print_report(const pipeline::ReplayReport& report, bool dry_run, bool json) {
    const std::array<std::pair<std::string_view, std::uint64_t>, 8> rows = {{{"events", report.events},
                                                                             {"snapshots", report.snapshots},
                                                                             {"receipts", report.receipts},
                                                                             {"created", report.created},
                                                                             {"changed", report.changed},
                                                                             {"unchanged", report.unchanged},
                                                                             {"quarantined", report.quarantined},
                                                                             {"released", report.released}}};
    if (json) {
        data::Arena arena;
        data::ArenaList<Member> members(arena);
        members.push_back({"dry_run", Value::boolean(dry_run)});
        for (const auto& [name, value] : rows)
            members.push_back({name, Value::unsigned_integer(value)});
        return print_line(data::to_json(Value::object(members.items())));
    }
    std::cout << (dry_run ? "Nothing was written. A replay gives: " : "Done: ");
    bool first = true;
    for (const auto& [name, value] : rows) {
        std::cout << (first ? "" : ", ") << name << ": " << value;
        first = false;
    }
    std::cout << '\n';
}

}  // namespace tandem::tool
