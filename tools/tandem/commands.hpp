// The subcommands of the one binary. Each add_… registers options and a callback with CLI11; callbacks put the exit
// code into `Shell::code`: 0 done, 1 it failed or found something wrong, 2 wrong usage.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace tandem::tool {

struct Shell {
    int code = 0;
};

void add_run(CLI::App& app, Shell& shell);
void add_check(CLI::App& app, Shell& shell);
void add_map(CLI::App& app, Shell& shell);
void add_eval(CLI::App& app, Shell& shell);
void add_test(CLI::App& app, Shell& shell);
void add_list(CLI::App& app, Shell& shell);
void add_new(CLI::App& app, Shell& shell);
void add_tail(CLI::App& app, Shell& shell);
void add_token(CLI::App& app, Shell& shell);
void add_quarantine(CLI::App& app, Shell& shell);
void add_replay(CLI::App& app, Shell& shell);

// What is told about wrong usage, with the command that a mistyped one may have meant. For CLI::App::failure_message.
std::string usage_problem(const CLI::App* app, const CLI::Error& error);

}  // namespace tandem::tool
