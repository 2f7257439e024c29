// tandem check CONFIG [--connect [INSTANCE...]]
#include "core/async/io.hpp"
#include "core/async/offload.hpp"
#include "core/net/http_client.hpp"
#include "tools/tandem/assembly.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/terminal.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <vector>

namespace tandem::tool {
namespace {

struct CheckArguments {
    std::string file;
    bool connect = false;
    std::vector<std::string> instances;  // empty: all
};

// One after another, so that the output stands in the order of the configuration. True if nothing was wrong.
async::Task<bool> try_all(const connector::Registry& registry,
                          const std::vector<connector::InstanceSpec>& instances,
                          const net::HttpClient& http,
                          const Clock& clock) {
    bool good = true;
    for (const auto& instance : instances) {
        const auto* connector = registry.find(instance.connector);
        auto said = co_await connector->check(instance, http, clock);
        const auto kind = instance.pack.empty() ? instance.connector : instance.pack;
        std::cout << instance.name << " (" << kind << "): ";
        if (!said) {
            good = false;
            std::cout << "failed, " << to_string(said.error().kind) << ": " << said.error().text << std::endl;
        } else if (!*said) {
            std::cout << "not tried: " << (instance.pack.empty() ? "the connector" : "the pack")
                      << " has no harmless call for this" << std::endl;
        } else {
            std::cout << "ok" << ((*said)->empty() ? "" : ", ") << **said << std::endl;
        }
    }
    co_return good;
}

int connect(const connector::Registry& registry, const std::vector<connector::InstanceSpec>& instances) {
    async::Io io;
    async::Pool names("names", 1);
    SystemClock clock;
    auto http = net::HttpClient::open(io.executor(), names, {.user_agent = "Tandem/" TANDEM_VERSION});
    if (!http) return complain(http.error().text);
    bool good = false;
    std::exception_ptr broken;
    boost::asio::co_spawn(io.strand(), try_all(registry, instances, *http, clock),
                          [&](std::exception_ptr error, bool all) {
                              broken = error;
                              good = all;
                              io.stop();
                          });
    io.run();
    if (broken) std::rethrow_exception(broken);
    return good ? 0 : 1;
}

// nullopt after a complaint.
std::optional<std::vector<connector::InstanceSpec>> chosen(const CheckArguments& arguments, const Assembly& assembly) {
    if (arguments.instances.empty()) return assembly.instances;
    std::vector<connector::InstanceSpec> out;
    for (const auto& name : arguments.instances) {
        const auto found = std::ranges::find(assembly.instances, name, &connector::InstanceSpec::name);
        if (found == assembly.instances.end()) {
            complain("there is no connector '" + name + "' in " + arguments.file);
            return std::nullopt;
        }
        out.push_back(*found);
    }
    return out;
}

int check(const CheckArguments& arguments) {
    const auto& file = arguments.file;
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
    if (!arguments.connect) return 0;
    const auto instances = chosen(arguments, *assembly);
    return instances ? connect(registry, *instances) : 2;
}

}  // namespace

void add_check(CLI::App& app, Shell& shell) {
    auto arguments = std::make_shared<CheckArguments>();
    auto* command = app.add_subcommand("check", "Validate a configuration and the packs it uses");
    command->add_option("config", arguments->file, "Configuration file")->required();
    auto* flag =
        command->add_flag("--connect", arguments->connect,
                          "Also make one harmless call to each vendor, to see whether the credentials are good");
    command->add_option("instances", arguments->instances, "Names of connectors to try (default: all)")->needs(flag);
    command->footer(
        "Findings go to standard error as file:line:column: error: path: text. Exits with 1 when there are errors.\n"
        "--connect prints one line for each connector: ok with what the vendor says about the account, failed with the "
        "kind of error (auth, config, transient, ...), or not tried, when its pack knows no harmless call. Nothing is "
        "sent to customers and nothing is changed at the vendor. Exits with 1 when a call failed.");
    command->callback([arguments, &shell] { shell.code = check(*arguments); });
}

}  // namespace tandem::tool
