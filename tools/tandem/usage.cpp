#include "core/base/text.hpp"
#include "tools/tandem/commands.hpp"

#include <vector>

namespace tandem::tool {
namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        if (!command->get_name().empty()) names.push_back(command->get_name());  // else a group of options
    return names;
}

// The words that CLI11 could not place: the first that is no option was meant as a command.
std::string stray_word(const CLI::App& app) {
    for (auto& word : app.remaining(true)) {
        if (!word.starts_with('-')) return word;
    }
    return {};
}

}  // namespace

std::string usage_problem(const CLI::App* app, const CLI::Error& error) {
    const auto* command = app;
    while (!command->get_subcommands().empty())
        command = command->get_subcommands().front();
    const auto known = commands_of(*command);
    const auto word = stray_word(*app);
    const bool missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && command->remaining_size() == 0;
    if (known.empty() || (word.empty() && !missing)) return CLI::FailureMessage::simple(app, error);
    std::string text = word.empty() ? "a command is needed" : "no command '" + word + "'";
    if (const auto meant = did_you_mean(word, known)) text += "; did you mean '" + *meant + "'?";
    text += "\nCommands:";
    for (const auto& name : known)
        text += " " + name;
    return text + "\nRun with --help for more information.\n";
}

}  // namespace tandem::tool
