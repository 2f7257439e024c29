// tandem quarantine list|show|replay
#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/pipeline/replay.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/data.hpp"
#include "tools/tandem/replay_report.hpp"
#include "tools/tandem/terminal.hpp"

#include <iostream>
#include <memory>

namespace tandem::tool {
namespace {

using data::Value;

constexpr std::size_t kPage = 500;

struct QuarantineArguments {
    std::string config, instance;
    std::vector<std::uint64_t> ids;
    std::size_t limit = 50;
    std::uint64_t before = 0;
    bool dry_run = false;
    bool json = false;
};

Value entry_json(const store::QuarantineEntry& entry, bool whole, data::Arena& arena) {
    auto text = [&](std::string_view value) { return data::make_string(arena, value); };
    data::ArenaList<data::Member> members(arena);
    members.push_back({"id", Value::unsigned_integer(entry.id)});
    members.push_back({"at", text(format_time(entry.at))});
    members.push_back({"node", text(entry.node)});
    members.push_back({"event", Value::unsigned_integer(entry.event)});
    members.push_back({"item", Value::unsigned_integer(entry.item)});
    members.push_back({"instance", text(entry.instance)});
    members.push_back({"pack", text(entry.pack)});
    members.push_back({"reason", text(entry.reason)});
    members.push_back({"path", text(entry.path)});
    if (whole) {
        members.push_back({"content_type", text(entry.content_type)});
        members.push_back({"envelope", data::parse_json(entry.envelope, arena).value_or(Value())});
        bool readable = valid_utf8(entry.raw);
        members.push_back({readable ? "raw" : "raw_base64", text(readable ? entry.raw : base64(entry.raw))});
    }
    return Value::object(members.items());
}

int list(const QuarantineArguments& arguments) {
    auto store = Data::open_store(arguments.config);
    if (!store) return 1;
    auto entries = store->quarantine({arguments.limit + 1, arguments.before, arguments.instance});
    if (!entries) return complain(entries.error().text);
    const bool more = entries->size() > arguments.limit;
    if (more) entries->pop_back();
    for (const auto& entry : *entries) {
        data::Arena arena;
        if (arguments.json) {
            print_line(data::to_json(entry_json(entry, false, arena)));
        } else {
            std::cout << entry.id << '\t' << format_time(entry.at) << '\t' << entry.instance << '\t'
                      << (entry.path.empty() ? "" : entry.path + ": ") << entry.reason << '\n';
        }
    }
    std::cout.flush();
    if (more) {
        std::cerr << "There are more: --before " << entries->back().id
                  << " goes on behind these, --limit shows more at "
                  << "once.\n";
    }
    if (entries->empty() && !arguments.json)
        std::cerr << (arguments.before == 0 ? "The quarantine is empty.\n" : "There are none before that.\n");
    return 0;
}

int show(const QuarantineArguments& arguments) {
    auto store = Data::open_store(arguments.config);
    if (!store) return 1;
    for (auto id : arguments.ids) {
        auto entry = store->quarantined(id);
        if (!entry) return complain(entry.error().text);
        if (!*entry) return complain("no entry " + std::to_string(id) + " in quarantine");
        data::Arena arena;
        print_json(entry_json(**entry, true, arena));
    }
    return 0;
}

// The chosen entries, or all of the instance (or all), oldest first: an edit must follow what it edits in any log.
Result<std::vector<std::uint64_t>> chosen(Data& data, const QuarantineArguments& arguments) {
    if (!arguments.ids.empty()) return arguments.ids;
    std::vector<std::uint64_t> ids;
    std::uint64_t before = 0;
    for (;;) {
        auto page = data.store().quarantine({kPage, before, arguments.instance});
        if (!page) return fail(std::move(page.error()));
        if (page->empty()) break;
        for (const auto& entry : *page)
            ids.push_back(entry.id);
        before = ids.back();
    }
    return std::vector<std::uint64_t>(ids.rbegin(), ids.rend());
}

void add(const pipeline::ReplayReport& one, pipeline::ReplayReport& sum) {
    sum.events += one.events;
    sum.snapshots += one.snapshots;
    sum.receipts += one.receipts;
    sum.created += one.created;
    sum.changed += one.changed;
    sum.unchanged += one.unchanged;
    sum.quarantined += one.quarantined;
    sum.released += one.released;
}

int replay(const QuarantineArguments& arguments) {
    auto data = Data::open(arguments.config, arguments.dry_run ? Writes::ToCopy : Writes::ToStore);
    if (!data) return 1;
    auto ids = chosen(*data, arguments);
    if (!ids) return complain(ids.error().text);
    auto context = data->replay_context();
    pipeline::OnReplayed show;
    if (arguments.dry_run) show = [&](const auto& item) { print_item(item, arguments.json); };
    pipeline::ReplayReport sum;
    for (auto id : *ids) {
        auto entry = data->store().quarantined(id);
        if (!entry) return complain(entry.error().text);
        if (!*entry) return complain("no entry " + std::to_string(id) + " in quarantine");
        auto report = pipeline::replay_quarantined(context, **entry, show);
        if (!report) return complain("entry " + std::to_string(id) + ": " + report.error().text);
        add(*report, sum);
    }
    print_report(sum, arguments.dry_run, arguments.json);
    return sum.quarantined == 0 ? 0 : 1;
}

}  // namespace

void add_quarantine(CLI::App& app, Shell& shell) {
    auto arguments = std::make_shared<QuarantineArguments>();
    auto* command = app.add_subcommand("quarantine", "What could not be mapped: look at it, map it again");
    command->require_subcommand(1);
    auto sub = [&](const char* name, const char* help, int (*act)(const QuarantineArguments&)) {
        auto* made = command->add_subcommand(name, help);
        add_config_option(*made, arguments->config);
        made->callback([arguments, act, &shell] { shell.code = act(*arguments); });
        return made;
    };
    auto* listing = sub("list", "Newest first, one line each", list);
    listing->add_option("--instance", arguments->instance, "Only of this instance");
    listing->add_option("--limit", arguments->limit, "At most this many")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    listing->add_option("--before", arguments->before, "Only what came before this entry: the next page of the list");
    listing->add_flag("--json", arguments->json, "One JSON object per line");
    auto* showing = sub("show", "Everything about an entry, with the raw bytes, as JSON", show);
    showing->add_option("id", arguments->ids, "Numbers of entries")->required();
    auto* again = sub("replay", "Map entries again; those that map are stored and leave the quarantine", replay);
    again->add_option("id", arguments->ids, "Numbers of entries; none: all");
    again->add_option("--instance", arguments->instance, "Only of this instance");
    again->add_flag("--dry-run", arguments->dry_run, "Show what would happen, write nothing");
    again->add_flag("--json", arguments->json, "One JSON object per line");
    again->footer("Exits with 1 when entries are left that still cannot be mapped.");
}

}  // namespace tandem::tool
