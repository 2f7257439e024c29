// tandem list [packs|vendors|connectors|schemes|functions]
#include "core/data/json.hpp"
#include "core/mapping/abilities.hpp"
#include "core/mapping/functions.hpp"
#include "core/mapping/verify.hpp"
#include "tools/tandem/assembly.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/packs.hpp"
#include "tools/tandem/terminal.hpp"

#include <iostream>
#include <memory>

namespace tandem::tool {
namespace {

struct Row {
    std::string name;
    std::string text;
};

struct Table {
    std::string_view title;
    std::vector<Row> rows;
};

struct ListArguments {
    std::string what = "all";
    std::string folder = "packs";
    bool json = false;
    bool markdown = false;
};

std::vector<std::shared_ptr<const mapping::Pack>> compiled_packs(const std::string& folder) {
    std::vector<std::shared_ptr<const mapping::Pack>> out;
    PackLibrary library(folder);
    for (const auto& name : library.names()) {
        config::Diagnostics diagnostics;
        if (auto pack = library.load(name, {}, diagnostics)) out.push_back(std::move(pack));
    }
    return out;
}

// Words for what a pack can do: "receive, send, receipts; hmac".
Table vendors(const std::string& folder) {
    Table out{"vendors", {}};
    for (const auto& pack : compiled_packs(folder)) {
        const auto able = mapping::abilities(*pack);
        std::string text;
        const auto add = [&](bool does, std::string_view word) {
            if (does) text += (text.empty() ? "" : ", ") + std::string(word);
        };
        add(able.receive, "receive");
        add(able.send, "send");
        add(able.receipts, "receipts");
        add(able.media, "media");
        add(able.edits, "edits");
        add(able.poll, "poll");
        add(able.backfill, "backfill");
        if (!able.signature.empty()) text += "; proof: " + able.signature;
        out.rows.push_back({pack->name(), text});
    }
    return out;
}

Table packs(const std::string& folder) {
    Table out{"packs", {}};
    PackLibrary library(folder);
    for (const auto& name : library.names()) {
        config::Diagnostics diagnostics;
        auto pack = library.load(name, {}, diagnostics);
        out.rows.push_back({name, pack ? pack->title() : "does not compile: tandem test " + name + " says why"});
    }
    return out;
}

Table connectors() {
    Table out{"connectors", {}};
    auto registry = make_registry();
    for (const auto& connector : registry.all()) {
        out.rows.push_back({connector->manifest().name, connector->manifest().description});
    }
    return out;
}

Table schemes() {
    Table out{"schemes", {}};
    for (const auto& scheme : mapping::schemes()) {
        out.rows.push_back({std::string(scheme.name), std::string(scheme.description)});
    }
    return out;
}

Table functions() {
    Table out{"functions", {}};
    for (const auto& function : mapping::pack_functions().all()) {
        out.rows.push_back({expr::signature(function), std::string(function.description)});
    }
    return out;
}

void print_table(const Table& table) {
    std::size_t width = 0;
    for (const auto& row : table.rows)
        width = std::max(width, row.name.size());
    std::cout << table.title << '\n';
    for (const auto& row : table.rows) {
        std::cout << "  " << row.name
                  << std::string(std::min<std::size_t>(width, 40) + 2 -
                                     std::min(row.name.size(), std::min<std::size_t>(width, 40)),
                                 ' ')
                  << row.text << '\n';
    }
}

data::Value table_json(const Table& table, data::Arena& arena) {
    data::ArenaList<data::Value> rows(arena);
    for (const auto& row : table.rows) {
        rows.push_back(data::make_object(arena, {{"name", data::make_string(arena, row.name)},
                                                 {"description", data::make_string(arena, row.text)}}));
    }
    return data::Value::array(rows.items());
}

int list(const ListArguments& arguments) {
    std::vector<Table> tables;
    auto wanted = [&](std::string_view name) { return arguments.what == "all" || arguments.what == name; };
    if (wanted("packs")) tables.push_back(packs(arguments.folder));
    if (arguments.markdown) {
        std::cout << mapping::vendor_table(compiled_packs(arguments.folder));
        return 0;
    }
    if (wanted("vendors")) tables.push_back(vendors(arguments.folder));
    if (wanted("connectors")) tables.push_back(connectors());
    if (wanted("schemes")) tables.push_back(schemes());
    if (wanted("functions")) tables.push_back(functions());
    if (!arguments.json) {
        for (const auto& table : tables)
            print_table(table);
        return 0;
    }
    data::Arena arena;
    data::ArenaList<data::Member> members(arena);
    for (const auto& table : tables)
        members.push_back({table.title, table_json(table, arena)});
    print_line(data::to_json(data::Value::object(members.items())));
    return 0;
}

}  // namespace

void add_list(CLI::App& app, Shell& shell) {
    auto arguments = std::make_shared<ListArguments>();
    auto* command = app.add_subcommand(
        "list", "What this binary knows: packs, what they can do, connectors, verification schemes, functions");
    command->add_option("what", arguments->what, "One table only")
        ->check(CLI::IsMember({"all", "packs", "vendors", "connectors", "schemes", "functions"}))
        ->capture_default_str();
    command->add_option("--packs", arguments->folder, "Folder of your own packs, searched first")
        ->capture_default_str();
    command->add_flag("--markdown", arguments->markdown,
                      "What each vendor's pack can do, as the table of docs/vendors.md");
    command->add_flag("--json", arguments->json, "JSON for scripts");
    command->callback([arguments, &shell] { shell.code = list(*arguments); });
}

}  // namespace tandem::tool
