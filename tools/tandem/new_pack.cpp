// tandem new pack NAME: a pack that works, with its tests, to be changed into that of a real vendor.
#include "core/base/embedded_file.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/packs.hpp"
#include "tools/tandem/terminal.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

namespace tandem::embedded {
std::span<const EmbeddedFile> new_pack();
}

namespace tandem::tool {
namespace {

constexpr std::string_view kPlaceholder = "NAME";
constexpr std::string_view kTemplate = "pack";  // pack.yaml, pack.tests.yaml

struct NewPackArguments {
    std::string name, folder = "packs";
};

// A name is part of a file's name and of name spaces.
std::string name_problem(const std::string& name) {
    const bool good = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    return good ? std::string() : "a name of a pack has small letters, digits and _, at most 64";
}

std::string filled(std::string_view text, std::string_view name) {
    std::string out;
    for (;;) {
        const auto at = text.find(kPlaceholder);
        out += text.substr(0, at);
        if (at == std::string_view::npos) return out;
        out += name;
        text.remove_prefix(at + kPlaceholder.size());
    }
}

int new_pack(const NewPackArguments& arguments) {
    const auto known = PackLibrary(arguments.folder).names();
    if (std::ranges::find(known, arguments.name) != known.end()) {
        return complain("there is a pack '" + arguments.name + "' already: `tandem list packs` shows all");
    }
    std::error_code error;
    std::filesystem::create_directories(arguments.folder, error);
    if (error) return complain(arguments.folder + ": " + error.message());
    for (const auto& file : embedded::new_pack()) {
        const auto path = std::filesystem::path(arguments.folder) /
                          (arguments.name + std::string(file.name.substr(kTemplate.size())));
        if (std::filesystem::exists(path)) return complain(path.string() + " is there already");
        std::ofstream out(path, std::ios::binary);
        out << filled(file.bytes, arguments.name);
        if (!out.flush()) return complain(path.string() + " could not be written");
        std::cout << path.string() << '\n';
    }
    std::cout << "Next: tandem test " << arguments.name << " --packs " << arguments.folder
              << "; then change both files to what the vendor sends and takes (docs/packs.md).\n";
    return 0;
}

}  // namespace

void add_new(CLI::App& app, Shell& shell) {
    auto* command = app.add_subcommand("new", "Begin something of your own");
    command->require_subcommand(1);
    auto arguments = std::make_shared<NewPackArguments>();
    auto* pack = command->add_subcommand("pack", "A pack for a vendor that has none, with a test");
    pack->add_option("name", arguments->name, "Name of the pack, e.g. acme_sms")->required()->check(name_problem);
    pack->add_option("--packs", arguments->folder, "Folder of your own packs; made if it is missing")
        ->capture_default_str();
    pack->callback([arguments, &shell] { shell.code = new_pack(*arguments); });
}

}  // namespace tandem::tool
