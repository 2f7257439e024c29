// tandem run CONFIG
#include "tools/tandem/commands.hpp"
#include "tools/tandem/daemon.hpp"
#include "tools/tandem/terminal.hpp"

#include <memory>
#include <sys/stat.h>

namespace tandem::tool {
namespace {

int run(const std::string& file) {
    auto registry = make_registry();
    config::Diagnostics diagnostics;
    auto assembly = assemble(file, registry, diagnostics);
    print_diagnostics(diagnostics);
    if (!assembly) return complain(file + " has errors; nothing was started");
    const auto& options = assembly->config.gateway.log;
    auto log = obs::Log::to_stderr(*obs::parse_level(options.level), options.json);
    // Store, journal and keys are for the gateway's user alone: they hold what customers wrote.
    ::umask(0077);
    Daemon daemon(file, std::move(registry), std::move(*assembly), log);
    if (auto ok = daemon.open(); !ok) return complain(ok.error().text);
    return daemon.serve();
}

}  // namespace

void add_run(CLI::App& app, Shell& shell) {
    auto file = std::make_shared<std::string>();
    auto* command = app.add_subcommand("run", "Run the gateway until Ctrl-C (SIGHUP reloads the configuration)");
    command->add_option("config", *file, "Configuration file")->required();
    command->footer(
        "Prints 'tandem: ready on URL' on standard output when it takes requests; the log goes to standard error.");
    command->callback([file, &shell] { shell.code = run(*file); });
}

}  // namespace tandem::tool
