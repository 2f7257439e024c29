// tandem list [packs|connectors|schemes|functions]
#include "core/data/json.hpp"
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
};

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
    auto* command =
        app.add_subcommand("list", "What this binary knows: packs, connectors, verification schemes, functions");
    command->add_option("what", arguments->what, "One table only")
        ->check(CLI::IsMember({"all", "packs", "connectors", "schemes", "functions"}))
        ->capture_default_str();
    command->add_option("--packs", arguments->folder, "Folder of your own packs, searched first")
        ->capture_default_str();
    command->add_flag("--json", arguments->json, "JSON for scripts");
    command->callback([arguments, &shell] { shell.code = list(*arguments); });
}

}  // namespace tandem::tool
