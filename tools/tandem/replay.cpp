// tandem replay: past events once more through today's packs.
#include "core/pipeline/replay.hpp"

#include "core/base/text.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/data.hpp"
#include "tools/tandem/replay_report.hpp"
#include "tools/tandem/terminal.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <tuple>

namespace tandem::tool {
namespace {

struct ReplayArguments {
    std::string config, pack, instance, since, until;
    bool dry_run = false;
    bool json = false;
};

// RFC 3339, or a date alone (midnight UTC).
std::optional<Instant> parse_when(const std::string& text) {
    return parse_time(text.size() == 10 ? text + "T00:00:00Z" : text);
}

// A mistyped name must not look like "nothing would change".
std::optional<std::string> unknown_name(const pipeline::Sources& sources, const pipeline::ReplayFilter& filter) {
    std::vector<std::string> packs;
    std::vector<std::string> instances;
    for (const auto& [name, source] : sources) {
        instances.push_back(name);
        packs.push_back(source.pack->pack().name());
    }
    for (const auto& [what, name, known] :
         {std::tuple("pack", &filter.pack, &packs), std::tuple("instance", &filter.instance, &instances)}) {
        if (name->empty() || std::ranges::find(*known, *name) != known->end()) continue;
        auto meant = did_you_mean(*name, *known);
        return "no connector in the configuration has the " + std::string(what) + " '" + *name + "'" +
               (meant ? "; did you mean '" + *meant + "'?" : "");
    }
    return std::nullopt;
}

int replay(const ReplayArguments& arguments) {
    pipeline::ReplayFilter filter{arguments.pack, arguments.instance, {}, {}};
    for (const auto& [text, out] :
         {std::pair(&arguments.since, &filter.since), std::pair(&arguments.until, &filter.until)}) {
        if (text->empty()) continue;
        *out = parse_when(*text);
        if (!*out) return complain("'" + *text + "' is no time; write 2026-11-20 or 2026-11-20T13:05:00Z", 2);
    }
    auto data = Data::open(arguments.config, arguments.dry_run ? Writes::ToCopy : Writes::ToStore);
    if (!data) return 1;
    if (auto wrong = unknown_name(*data->assembly().sources, filter)) return complain(*wrong);
    auto context = data->replay_context();
    pipeline::OnReplayed show;
    if (arguments.dry_run) show = [&](const auto& item) { print_item(item, arguments.json); };
    auto report = pipeline::replay(context, filter, show);
    if (!report) return complain(report.error().text);
    print_report(*report, arguments.dry_run, arguments.json);
    return 0;
}

}  // namespace

void add_replay(CLI::App& app, Shell& shell) {
    auto arguments = std::make_shared<ReplayArguments>();
    auto* command = app.add_subcommand("replay", "Map past events again with today's packs");
    add_config_option(*command, arguments->config);
    command->add_option("--pack", arguments->pack, "Only events of instances with this pack");
    command->add_option("--instance", arguments->instance, "Only events of this instance");
    command->add_option("--since", arguments->since, "Only events that arrived from then on (date or RFC 3339 time)");
    command->add_option("--until", arguments->until, "Only events that arrived before then");
    command->add_flag("--dry-run", arguments->dry_run, "Show what would change, write nothing");
    command->add_flag("--json", arguments->json, "One JSON object per line");
    command->footer(
        "After a pack or the settings of a connector were corrected: what an event said before gives way to what it\n"
        "says now; what a later event said stays. Reload the gateway (SIGHUP) first. May run beside it. Repeating it\n"
        "changes nothing. A dry run counts the same: it works on a copy of the store, for which the disk needs room.");
    command->callback([arguments, &shell] { shell.code = replay(*arguments); });
}

}  // namespace tandem::tool
