#include "core/expr/expression.hpp"

#include "core/expr/code.hpp"
#include "core/expr/evaluator.hpp"

#include <algorithm>

namespace tandem::expr {

std::string_view to_string(ExprErrorKind kind) {
    switch (kind) {
        case ExprErrorKind::Syntax:
            return "syntax";
        case ExprErrorKind::UnknownFunction:
            return "unknown-function";
        case ExprErrorKind::InvalidArity:
            return "invalid-arity";
        case ExprErrorKind::InvalidType:
            return "invalid-type";
        case ExprErrorKind::InvalidValue:
            return "invalid-value";
        case ExprErrorKind::UndefinedVariable:
            return "undefined-variable";
        case ExprErrorKind::NotANumber:
            return "not-a-number";
        case ExprErrorKind::Limit:
            return "limit";
    }
    return "unknown";
}

std::expected<Expression, ExprError> Expression::compile(std::string_view text, const CompileOptions& options) {
    auto code = compile_code(text, options);
    if (!code) return std::unexpected(std::move(code).error());
    return Expression(std::move(*code));
}

std::expected<data::Value, ExprError> Expression::evaluate(data::Value root, const Context& context) const {
    return evaluate(root, root, context);
}

std::expected<data::Value, ExprError> Expression::evaluate(data::Value root,
                                                           data::Value current,
                                                           const Context& context) const {
    if (const auto* value = constant()) return *value;
    return Evaluator(*code_, root, context).run(current);
}

std::string_view Expression::text() const {
    return code_->text;
}

const data::Value* Expression::constant() const {
    const auto& root = code_->nodes[code_->root];
    return root.op == Op::Constant ? &code_->constants[root.a] : nullptr;
}

std::span<const VariableUse> Expression::free_variables() const {
    return code_->uses;
}

std::span<const CallUse> Expression::calls() const {
    return code_->calls;
}

bool Expression::uses_variable(std::string_view name) const {
    return std::ranges::find(code_->uses, name, &VariableUse::name) != code_->uses.end();
}

bool Expression::uses_member(std::string_view variable, std::string_view member) const {
    return std::ranges::any_of(code_->uses, [&](const VariableUse& use) {
        return use.name == variable && (use.member.empty() || use.member == member);
    });
}

}  // namespace tandem::expr
