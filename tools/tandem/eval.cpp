// tandem eval EXPRESSION [FILE]: tries an expression of the mapping language on a JSON document.
#include "core/data/json.hpp"
#include "core/expr/expression.hpp"
#include "core/mapping/functions.hpp"
#include "tools/tandem/commands.hpp"
#include "tools/tandem/region.hpp"
#include "tools/tandem/terminal.hpp"

#include <memory>
#include <unistd.h>

namespace tandem::tool {
namespace {

struct EvalOptions {
    std::string expression;
    std::string file;
    std::string region = "RU";
    bool legacy_literals = false;
};

int report(const expr::ExprError& error, const std::string& expression) {
    complain(std::string(expr::to_string(error.kind)) + " at column " + std::to_string(error.column) + ": " +
             error.text);
    if (expression.find('\n') == std::string::npos && error.column >= 1 && ::isatty(STDERR_FILENO) == 1) {
        std::cerr << "  " << expression << "\n  " << std::string(error.column - 1, ' ') << "^\n";
    }
    return 1;
}

int eval(const EvalOptions& options) {
    data::Arena arena;
    data::Value document;
    bool piped = options.file.empty() && ::isatty(STDIN_FILENO) == 0;
    if (piped || !options.file.empty()) {
        auto text = read_input(piped ? "-" : options.file);
        if (!text) return complain(text.error().text);
        if (text->find_first_not_of(" \t\r\n") != std::string::npos) {
            auto parsed = data::parse_json(*text, arena);
            if (!parsed) return complain((piped ? "standard input" : options.file) + ": " + parsed.error().text);
            document = *parsed;
        }
    }
    expr::CompileOptions compile;
    compile.functions = &mapping::pack_functions();
    compile.legacy_literals = options.legacy_literals;
    auto expression = expr::Expression::compile(options.expression, compile);
    if (!expression) return report(expression.error(), options.expression);
    // Without a pack there are no tables and no secrets.
    mapping::FunctionHost host{nullptr, nullptr, options.region};
    expr::Context context{arena};
    context.host = &host;
    auto result = expression->evaluate(document, context);
    if (!result) return report(result.error(), options.expression);
    print_json(*result);
    return 0;
}

}  // namespace

void add_eval(CLI::App& app, Shell& shell) {
    auto options = std::make_shared<EvalOptions>();
    auto* command = app.add_subcommand("eval", "Evaluate a mapping expression (JMESPath) over a JSON document");
    command->add_option("expression", options->expression, "The expression, e.g. 'entry[0].id'")->required();
    command->add_option("file", options->file, "JSON document; '-' or a pipe: standard input; none: null");
    command->add_option("--region", options->region, "Region of phone() for numbers without a country prefix")
        ->check(region_problem)
        ->capture_default_str();
    command->add_flag("--legacy-literals", options->legacy_literals,
                      "Read `foo` (unquoted text between backticks) as a string");
    command->footer("Prints the result as JSON. On failure prints the kind of error and its column, and exits with 1.");
    command->callback([options, &shell] { shell.code = eval(*options); });
}

}  // namespace tandem::tool
