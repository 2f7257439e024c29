#include "tools/tandem/commands.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    using namespace tandem::tool;
    std::ios::sync_with_stdio(false);
    CLI::App app("Tandem: one history per customer over the systems a contact centre already has.", "tandem");
    app.require_subcommand(1);
    app.set_version_flag("--version", TANDEM_VERSION);
    app.footer("tandem COMMAND --help tells more about each. Documentation: docs/ and mappings/README.md");
    Shell shell;
    add_run(app, shell);
    add_check(app, shell);
    add_map(app, shell);
    add_eval(app, shell);
    add_test(app, shell);
    add_list(app, shell);
    add_new(app, shell);
    add_tail(app, shell);
    add_quarantine(app, shell);
    add_replay(app, shell);
    add_token(app, shell);
    app.failure_message(usage_problem);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11 gives 0 for --help and --version, and codes of its own for wrong usage.
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::cerr << "tandem: " << error.what() << '\n';
        return 1;
    }
    std::cout.flush();
    return std::cout ? shell.code : 1;
}
