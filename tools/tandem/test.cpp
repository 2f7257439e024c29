// tandem test [PACK…]: runs the cases beside packs.
#include "core/mapping/pack_tests.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/packs.hpp"
#include "tools/tandem/terminal.hpp"

#include <iostream>
#include <memory>

namespace tandem::tool {
namespace {

struct TestArguments {
    std::vector<std::string> packs;
    std::string folder = "packs";
    bool verbose = false;
};

struct Totals {
    std::size_t passed = 0;
    std::size_t failed = 0;
};

void test_pack(
    const PackLibrary& library, const std::string& name, const PackText& found, bool verbose, Totals& totals) {
    config::Diagnostics diagnostics;
    auto pack = library.load(name, {}, diagnostics);
    print_diagnostics(diagnostics);
    if (!pack) {
        ++totals.failed;
        return;
    }
    if (!found.tests) {
        std::cout << name << ": no tests (" << found.tests_file << ")\n";
        return;
    }
    config::Diagnostics findings;
    auto tests = config::parse_yaml(*found.tests, found.tests_file, findings);
    auto report = mapping::run_pack_tests(pack, tests, findings);
    print_diagnostics(findings);
    if (findings.has_errors()) ++totals.failed;
    for (const auto& result : report.cases) {
        bool passed = result.failures.empty();
        if (passed && !verbose) continue;
        std::cout << (passed ? "ok      " : "FAILED  ") << name << ": " << result.name;
        if (!passed && result.position.line > 0)
            std::cout << " (" << result.position.file << ':' << result.position.line << ')';
        std::cout << '\n';
        for (const auto& failure : result.failures)
            std::cout << "        " << failure << '\n';
    }
    auto failed = report.failed();
    auto passed = report.cases.size() - failed;
    std::cout << name << ": " << passed << " passed, " << failed << " failed\n";
    totals.passed += passed;
    totals.failed += failed;
}

int test(const TestArguments& arguments) {
    PackLibrary library(arguments.folder);
    const auto names = arguments.packs.empty() ? library.names() : arguments.packs;
    std::vector<PackText> packs;
    for (const auto& name : names) {
        auto found = library.find(name);
        if (found) {
            packs.push_back(std::move(*found));
        } else {
            complain(found.error().text);
        }
    }
    if (packs.size() < names.size()) return 2;
    Totals totals;
    for (std::size_t i = 0; i < names.size(); ++i)
        test_pack(library, names[i], packs[i], arguments.verbose, totals);
    std::cout << totals.passed << " passed, " << totals.failed << " failed\n";
    return totals.failed == 0 ? 0 : 1;
}

}  // namespace

void add_test(CLI::App& app, Shell& shell) {
    auto arguments = std::make_shared<TestArguments>();
    auto* command = app.add_subcommand("test", "Run the tests beside packs");
    command->add_option("pack", arguments->packs, "Names of packs or .yaml files; none: all");
    command->add_option("--packs", arguments->folder, "Folder of your own packs, searched first")
        ->capture_default_str();
    command->add_flag("-v,--verbose", arguments->verbose, "Name the cases that pass, too");
    command->footer("Exits with 1 when a case fails, with 2 when there is no such pack; then none is tested.");
    command->callback([arguments, &shell] { shell.code = test(*arguments); });
}

}  // namespace tandem::tool
