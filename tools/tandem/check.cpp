// tandem check CONFIG
#include "tools/tandem/assembly.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/terminal.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

namespace tandem::tool {
namespace {

int check(const std::string& file) {
    auto registry = make_registry();
    config::Diagnostics diagnostics;
    auto assembly = assemble(file, registry, diagnostics);
    print_diagnostics(diagnostics);
    auto warnings = std::ranges::count(diagnostics.all(), config::Severity::Warning, &config::Diagnostic::severity);
    if (!assembly) {
        auto errors = static_cast<std::ptrdiff_t>(diagnostics.all().size()) - warnings;
        return complain(file + ": " + std::to_string(errors) + (errors == 1 ? " error" : " errors"));
    }
    std::cout << file << ": ok, " << assembly->instances.size()
              << (assembly->instances.size() == 1 ? " connector" : " connectors");
    if (warnings > 0) std::cout << ", " << warnings << (warnings == 1 ? " warning" : " warnings");
    std::cout << '\n';
    return 0;
}

}  // namespace

void add_check(CLI::App& app, Shell& shell) {
    auto file = std::make_shared<std::string>();
    auto* command = app.add_subcommand("check", "Validate a configuration and the packs it uses");
    command->add_option("config", *file, "Configuration file")->required();
    command->footer(
        "Findings go to standard error as file:line:column: error: path: text. Exits with 1 when there are errors.");
    command->callback([file, &shell] { shell.code = check(*file); });
}

}  // namespace tandem::tool
