// tandem token create|list|revoke
#include "core/api/tokens.hpp"
#include "tools/tandem/assembly.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/data.hpp"
#include "tools/tandem/terminal.hpp"

#include <iostream>
#include <memory>

namespace tandem::tool {
namespace {

struct TokenArguments {
    std::string config;
    std::string name;
    std::vector<std::string> scopes{"read"};
};

std::optional<Assembly> load(const std::string& config) {
    auto registry = make_registry();
    config::Diagnostics diagnostics;
    auto assembly = assemble(config, registry, diagnostics);
    if (!assembly) print_diagnostics(diagnostics);
    return assembly;
}

int create(const TokenArguments& arguments) {
    auto assembly = load(arguments.config);
    if (!assembly) return 1;
    api::Scopes scopes;
    for (const auto& name : arguments.scopes)
        scopes.add(*api::parse_scope(name));
    if (auto ok = prepare_data_folder(*assembly); !ok) return complain(ok.error().text);
    auto token = api::create_token(assembly->token_file(), arguments.name, scopes, SystemClock().now());
    if (!token) return complain(token.error().text);
    std::cerr
        << "Keep it: it is stored hashed and cannot be shown again. A running gateway takes it within a second.\n";
    print_line(token->reveal());
    return 0;
}

int list(const TokenArguments& arguments) {
    auto assembly = load(arguments.config);
    if (!assembly) return 1;
    auto tokens = api::load_tokens(assembly->token_file());
    if (!tokens) return complain(tokens.error().text);
    for (const auto& token : *tokens) {
        std::cout << token.name << '\t' << format_time(token.created_at) << '\t';
        for (const auto& scope : token.scopes.names())
            std::cout << scope << ' ';
        std::cout << '\n';
    }
    return 0;
}

int revoke(const TokenArguments& arguments) {
    auto assembly = load(arguments.config);
    if (!assembly) return 1;
    if (auto ok = api::revoke_token(assembly->token_file(), arguments.name); !ok) return complain(ok.error().text);
    return 0;
}

}  // namespace

void add_token(CLI::App& app, Shell& shell) {
    auto arguments = std::make_shared<TokenArguments>();
    auto* command = app.add_subcommand("token", "Tokens for the API and the agents' page");
    command->require_subcommand(1);
    auto* make = command->add_subcommand("create", "Make a token and print it once");
    add_config_option(*make, arguments->config);
    make->add_option("-n,--name", arguments->name, "What the token is for, e.g. crm")->required();
    make->add_option("-s,--scope", arguments->scopes, "What it may do: read, write, pop, admin (may be repeated)")
        ->check(CLI::IsMember(api::scope_names()))
        ->capture_default_str();
    make->callback([arguments, &shell] { shell.code = create(*arguments); });
    auto* show = command->add_subcommand("list", "Names and scopes of the tokens made here");
    add_config_option(*show, arguments->config);
    show->callback([arguments, &shell] { shell.code = list(*arguments); });
    auto* drop = command->add_subcommand("revoke", "Make a token invalid");
    add_config_option(*drop, arguments->config);
    drop->add_option("name", arguments->name, "Name given when it was made")->required();
    drop->callback([arguments, &shell] { shell.code = revoke(*arguments); });
}

}  // namespace tandem::tool
