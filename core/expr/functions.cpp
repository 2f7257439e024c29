#include "core/expr/functions.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/expr/evaluator.hpp"
#include "core/expr/functions_call.hpp"
#include "core/expr/standard.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tandem::expr {
namespace {

void append(std::vector<Function>& all, std::vector<Function> more) {
    std::ranges::move(more, std::back_inserter(all));
}

// A vertical line would end the cell of a Markdown table.
std::string cell(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '|') out.push_back('\\');
        out.push_back(c);
    }
    return out;
}

// Code in Markdown; examples contain backticks themselves.
std::string code(std::string_view text) {
    bool ticks = text.find('`') != std::string_view::npos;
    return ticks ? "`` " + cell(text) + " ``" : "`" + cell(text) + "`";
}

std::optional<std::string> example_fault(const Function& function, const FunctionTable& table, const void* host) {
    data::Arena arena;
    auto wanted = data::parse_json(function.example_result, arena);
    if (!wanted) return "example_result is no JSON: " + wanted.error().text;
    auto expression = Expression::compile(function.example, {.functions = &table});
    if (!expression) return expression.error().text;
    auto calls = expression->calls();
    if (std::ranges::find(calls, function.name, &CallUse::function) == calls.end()) {
        return "the example does not call the function";
    }
    auto got = expression->evaluate({}, Context{.arena = arena, .host = host});
    if (!got) return got.error().text;
    if (*got != *wanted) return "gives " + data::to_json(*got);
    return std::nullopt;
}

}  // namespace

const FunctionTable& FunctionTable::standard() {
    static const FunctionTable table = [] {
        std::vector<Function> all;
        append(all, number_functions());
        append(all, text_functions());
        append(all, list_functions());
        append(all, object_functions());
        append(all, type_functions());
        return FunctionTable(std::move(all));
    }();
    return table;
}

FunctionTable::FunctionTable(std::vector<Function> functions) : functions_(std::move(functions)) {
    std::ranges::sort(functions_, {}, &Function::name);
    auto twice = std::ranges::adjacent_find(functions_, {}, &Function::name);
    if (twice != functions_.end()) throw std::logic_error("two functions named " + std::string(twice->name));
}

FunctionTable::FunctionTable(const FunctionTable& base, std::vector<Function> more)
    : FunctionTable([&] {
          append(more, base.functions_);
          return std::move(more);
      }()) {}

const Function* FunctionTable::find(std::string_view name) const {
    auto found = std::ranges::lower_bound(functions_, name, {}, &Function::name);
    return found != functions_.end() && found->name == name ? &*found : nullptr;
}

std::optional<std::string> FunctionTable::nearest(std::string_view name) const {
    std::vector<std::string> names;
    for (const auto& function : functions_)
        names.emplace_back(function.name);
    return did_you_mean(name, names);
}

std::string signature(const Function& function) {
    std::string out(function.name);
    out.push_back('(');
    std::size_t open = 0;
    bool first = true;
    for (const auto& parameter : function.parameters) {
        if (parameter.optional && !parameter.variadic) {
            out.push_back('[');
            ++open;
        }
        if (!first) out.append(", ");
        first = false;
        out.append(parameter.name).append(": ").append(type_text(parameter.types));
        if (parameter.variadic) out.append("...");
    }
    return out.append(open, ']').append(")");
}

std::string functions_markdown(const FunctionTable& table) {
    std::string out = "| function | result | what it does | example |\n| --- | --- | --- | --- |\n";
    for (const auto& function : table.all()) {
        out.append("| ").append(code(signature(function))).append(" | ").append(cell(function.result));
        out.append(" | ").append(cell(function.description)).append(" | ").append(code(function.example));
        out.append(" → ").append(code(function.example_result)).append(" |\n");
    }
    return out;
}

std::vector<std::string> check_examples(const FunctionTable& table, const void* host) {
    std::vector<std::string> faults;
    for (const auto& function : table.all()) {
        auto fault = example_fault(function, table, host);
        if (fault) faults.push_back(std::string(function.name) + ": " + std::string(function.example) + ": " + *fault);
    }
    return faults;
}

// --- Call

Outcome Call::apply(std::size_t index, data::Value current) {
    return evaluator_.apply(arguments_[index].expression(), current);
}

data::Arena& Call::arena() const {
    return evaluator_.arena();
}
const void* Call::host_pointer() const {
    return evaluator_.host();
}
bool Call::afford(std::size_t bytes) const {
    return evaluator_.afford(bytes);
}
bool Call::spend(std::size_t steps) const {
    return evaluator_.spend(steps);
}
std::size_t& Call::steps_left() const {
    return evaluator_.steps_left();
}

std::unexpected<ExprError> Call::error_at(ExprErrorKind kind, std::size_t index, std::string_view text) const {
    return std::unexpected(ExprError{kind, std::string(function_.name) + ": " + std::string(text),
                                     evaluator_.argument_column(node_, index)});
}

std::unexpected<ExprError> Call::invalid_type(std::size_t index, std::string_view text) const {
    return error_at(ExprErrorKind::InvalidType, index, text);
}

std::unexpected<ExprError> Call::invalid_value(std::size_t index, std::string_view text) const {
    return error_at(ExprErrorKind::InvalidValue, index, text);
}

std::unexpected<ExprError> Call::too_large() const {
    return error_at(ExprErrorKind::Limit, arguments_.size(), "more memory than one evaluation may take");
}

std::unexpected<ExprError> Call::too_much_work() const {
    return error_at(ExprErrorKind::Limit, arguments_.size(), "more work than one evaluation may do");
}

}  // namespace tandem::expr
