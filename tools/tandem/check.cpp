// tandem check CONFIG [--connect [INSTANCE...]]
#include "core/async/io.hpp"
#include "core/async/offload.hpp"
#include "core/async/task_group.hpp"
#include "core/net/http_client.hpp"
#include "tools/tandem/assembly.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/terminal.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

namespace tandem::tool {
namespace {

struct CheckArguments {
    std::string file;
    bool connect = false;
    std::vector<std::string> instances;  // empty: all
};

constexpr std::size_t kAtOnce = 8;

using Said = Result<std::optional<std::string>>;

// Prints a line for each connector, in the order of the configuration, as soon as those before it are through.
class Trial {
public:
    Trial(const connector::Registry& registry,
          const std::vector<connector::InstanceSpec>& instances,
          const net::HttpClient& http,
          const Clock& clock)
        : registry_(registry), instances_(instances), http_(http), clock_(clock), said_(instances.size()) {}

    // True if nothing was wrong.
    async::Task<bool> run() {
        auto executor = co_await boost::asio::this_coro::executor;
        std::exception_ptr broken;
        async::TaskGroup workers(executor, [&broken](std::exception_ptr error) { broken = std::move(error); });
        for (std::size_t i = 0; i < std::min(kAtOnce, instances_.size()); ++i)
            workers.spawn(work());
        co_await workers.join();
        if (broken) std::rethrow_exception(broken);
        co_return good_;
    }

private:
    async::Task<void> work() {
        while (next_ < instances_.size()) {
            const auto at = next_++;
            const auto& instance = instances_[at];
            said_[at] = co_await registry_.find(instance.connector)->check(instance, http_, clock_);
            while (shown_ < said_.size() && said_[shown_]) {
                show(instances_[shown_], *said_[shown_]);
                ++shown_;
            }
        }
    }

    void show(const connector::InstanceSpec& instance, const Said& said) {
        const auto kind = instance.pack.empty() ? instance.connector : instance.pack;
        std::cout << instance.name << " (" << kind << "): ";
        if (!said) {
            good_ = false;
            std::cout << "failed, " << to_string(said.error().kind) << ": " << said.error().text << std::endl;
        } else if (!*said) {
            std::cout << "not tried: " << (instance.pack.empty() ? "the connector" : "the pack")
                      << " has no harmless call for this" << std::endl;
        } else {
            std::cout << "ok" << ((*said)->empty() ? "" : ", ") << **said << std::endl;
        }
    }

    const connector::Registry& registry_;
    const std::vector<connector::InstanceSpec>& instances_;
    const net::HttpClient& http_;
    const Clock& clock_;
    std::vector<std::optional<Said>> said_;
    std::size_t next_ = 0;   // to be tried
    std::size_t shown_ = 0;  // printed
    bool good_ = true;
};

int connect(const connector::Registry& registry, const std::vector<connector::InstanceSpec>& instances) {
    async::Io io;
    async::Pool names("names", 1);
    SystemClock clock;
    auto http = net::HttpClient::open(io.executor(), names, {.user_agent = "Tandem/" TANDEM_VERSION});
    if (!http) return complain(http.error().text);
    bool good = false;
    std::exception_ptr broken;
    Trial trial(registry, instances, *http, clock);
    boost::asio::co_spawn(io.strand(), trial.run(), [&](std::exception_ptr error, bool all) {
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
    for (const auto& instance : assembly ? assembly->instances : std::vector<connector::InstanceSpec>())
        registry.validate_files(instance, diagnostics);
    if (diagnostics.has_errors()) assembly.reset();
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
        "--connect tries eight connectors at once and prints one line for each, in the order of the file: ok with what "
        "the vendor says about the account, failed with the "
        "kind of error (auth, config, transient, ...), or not tried, when its pack knows no harmless call. Nothing is "
        "sent to customers and nothing is changed at the vendor. Exits with 1 when a call failed.");
    command->callback([arguments, &shell] { shell.code = check(*arguments); });
}

}  // namespace tandem::tool
