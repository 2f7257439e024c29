// From the syntax tree to code: resolves variables and functions, merges chains of members into paths and refuses what
// cannot work (unknown functions and variables, wrong numbers of arguments).
#include "core/base/text.hpp"
#include "core/expr/code.hpp"
#include "core/expr/syntax.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace tandem::expr {
namespace {

constexpr std::size_t kMaxText = 64 * 1024;
// A child takes at least two bytes of text, so that CodeNode::count cannot overflow.
constexpr std::size_t kMaxChildren = std::numeric_limits<std::uint16_t>::max();
static_assert(kMaxText / 2 <= kMaxChildren);

Op compare_op(TokenKind kind) {
    switch (kind) {
        case TokenKind::Equal:
            return Op::Equal;
        case TokenKind::NotEqual:
            return Op::NotEqual;
        case TokenKind::Less:
            return Op::Less;
        case TokenKind::LessEqual:
            return Op::LessEqual;
        case TokenKind::Greater:
            return Op::Greater;
        default:
            return Op::GreaterEqual;
    }
}

Op arithmetic_op(TokenKind kind) {
    switch (kind) {
        case TokenKind::Plus:
            return Op::Add;
        case TokenKind::Minus:
            return Op::Subtract;
        case TokenKind::Star:
            return Op::Multiply;
        case TokenKind::Divide:
            return Op::Divide;
        case TokenKind::IntegerDivide:
            return Op::IntegerDivide;
        default:
            return Op::Modulo;
    }
}

std::uint32_t narrow(std::size_t size) {
    return static_cast<std::uint32_t>(size);
}

std::string count_text(std::size_t count, std::string_view unit) {
    return std::to_string(count) + " " + std::string(unit) + (count == 1 ? "" : "s");
}

class Compiler {
public:
    Compiler(Code& code, const SyntaxTree& tree, const CompileOptions& options)
        : code_(code),
          tree_(tree),
          options_(options),
          functions_(options.functions ? *options.functions : FunctionTable::standard()) {}

    std::optional<ExprError> run() {
        code_.root = node(tree_.root);
        std::ranges::sort(code_.uses, {}, &VariableUse::column);
        std::ranges::sort(code_.calls, {}, &CallUse::column);
        return std::move(error_);
    }

private:
    struct Binding {
        std::string_view name;
        std::uint32_t slot;
    };

    void fail(ExprErrorKind kind, std::size_t offset, std::string text) {
        if (!error_) error_ = ExprError{kind, std::move(text), offset + 1};
    }

    std::uint32_t add(CodeNode item, std::size_t offset) {
        code_.nodes.push_back(item);
        code_.columns.push_back(narrow(offset + 1));
        return narrow(code_.nodes.size() - 1);
    }

    // The tree's depth is bounded by the parser for nesting, but chains of operators lean to the left without limit.
    std::uint32_t node(NodeIndex index) {
        const auto& item = tree_.nodes[index];
        if (depth_ >= options_.depth) {
            fail(ExprErrorKind::Limit, item.offset, "nested too deeply");
            return 0;
        }
        ++depth_;
        auto out = error_ ? 0 : build(item);
        --depth_;
        return out;
    }

    std::uint32_t build(const SyntaxNode& item) {
        switch (item.form) {
            case Form::Current:
                return add({.op = Op::Current}, item.offset);
            case Form::Root:
                return add({.op = Op::Root}, item.offset);
            case Form::Variable:
                return variable(item, {});
            case Form::Literal:
                return constant(item.value, item.offset);
            case Form::Field:
            case Form::Sub:
            case Form::Index:
            case Form::Pipe:
                return chain(item);
            case Form::Slice:
                code_.slices.push_back({item.slice[0], item.slice[1], item.slice[2]});
                return projection(Op::Slice, item, narrow(code_.slices.size() - 1));
            case Form::Flatten:
                return projection(Op::Flatten, item, 0);
            case Form::ListProjection:
                return projection(Op::ListProject, item, 0);
            case Form::ObjectProjection:
                return projection(Op::ObjectProject, item, 0);
            case Form::Filter:
                return projection(Op::Filter, item, node(item.third));
            case Form::List:
                return list(item);
            case Form::Hash:
                return hash(item);
            case Form::Call:
                return call(item);
            case Form::Reference:
                return add({.op = Op::Reference, .a = node(item.left)}, item.offset);
            case Form::Or:
                return operation(Op::Or, item);
            case Form::And:
                return operation(Op::And, item);
            case Form::Compare:
                return operation(compare_op(item.operation), item);
            case Form::Arithmetic:
                return operation(arithmetic_op(item.operation), item);
            case Form::Not:
                return add({.op = Op::Not, .a = node(item.left)}, item.offset);
            case Form::Negate:
                return add({.op = Op::Negate, .a = node(item.left)}, item.offset);
            case Form::UnaryPlus:
                return add({.op = Op::UnaryPlus, .a = node(item.left)}, item.offset);
            case Form::Ternary: {
                CodeNode out{.op = Op::Ternary, .a = node(item.left), .b = node(item.right), .c = node(item.third)};
                return add(out, item.offset);
            }
            case Form::Let:
                return let(item);
        }
        std::unreachable();
    }

    std::uint32_t operation(Op op, const SyntaxNode& item) {
        auto left = node(item.left);
        return add({.op = op, .a = left, .b = node(item.right)}, item.offset);
    }

    std::uint32_t projection(Op op, const SyntaxNode& item, std::uint32_t extra) {
        auto left = node(item.left);
        return add({.op = op, .a = left, .b = node(item.right), .c = extra}, item.offset);
    }

    std::uint32_t constant(data::Value value, std::size_t offset) {
        code_.constants.push_back(value);
        return add({.op = Op::Constant, .a = narrow(code_.constants.size() - 1)}, offset);
    }

    // --- paths

    static bool is_step(const SyntaxNode& item) { return item.form == Form::Field || item.form == Form::Index; }

    // Members and indices one behind the other, e.g. a.b[0].c, become one node. What stands on the right of a dot or a
    // pipe and begins at the current node continues the path of the left side: a missing member gives null, and so
    // does every step from null.
    std::uint32_t chain(const SyntaxNode& item) {
        std::vector<Step> steps;
        const auto* base = collect(item, steps);
        if (steps.empty()) {
            auto left = node(item.left);
            auto op = item.form == Form::Sub ? Op::Sub : Op::Pipe;
            return add({.op = op, .a = left, .b = node(item.right)}, item.offset);
        }
        return path(base, steps, item.offset);
    }

    // Appends the steps that `item` makes from its base to `steps` and returns the base: nullptr for the current node.
    // `item` is no path when no steps came.
    const SyntaxNode* collect(const SyntaxNode& item, std::vector<Step>& steps) {
        if (item.form == Form::Current) return nullptr;
        if (item.form == Form::Field) {
            steps.push_back({.key = code_.arena.copy(item.value.as_string())});
            return nullptr;
        }
        if (item.form == Form::Index) {
            const auto* base = collect(tree_.nodes[item.left], steps);
            steps.push_back({.is_index = true, .index = item.value.as_int()});
            return base;
        }
        if (item.form == Form::Sub || item.form == Form::Pipe) {
            std::vector<Step> right;
            const auto* right_base = collect(tree_.nodes[item.right], right);
            if (right_base == nullptr && !right.empty()) {
                const auto* base = collect(tree_.nodes[item.left], steps);
                steps.insert(steps.end(), right.begin(), right.end());
                return base;
            }
        }
        return &item;
    }

    std::uint32_t path(const SyntaxNode* base, const std::vector<Step>& steps, std::size_t offset) {
        CodeNode out{.op = Op::Path, .count = static_cast<std::uint16_t>(steps.size())};
        if (base != nullptr) {
            auto child = base->form == Form::Variable ? variable(*base, steps.front().is_index ? "" : steps.front().key)
                                                      : node(static_cast<NodeIndex>(base - tree_.nodes.data()));
            if (error_) return 0;
            auto made = code_.nodes[child];
            out.base = made.op < Op::Path ? made.op : Op::Path;
            out.a = made.op < Op::Path ? made.a : child;
        }
        out.b = narrow(code_.steps.size());
        code_.steps.insert(code_.steps.end(), steps.begin(), steps.end());
        return add(out, offset);
    }

    // --- variables

    std::uint32_t variable(const SyntaxNode& item, std::string_view member) {
        auto name = item.value.as_string();
        for (std::size_t i = scope_.size(); i-- > 0;) {
            if (scope_[i].name == name) return add({.op = Op::Slot, .a = scope_[i].slot}, item.offset);
        }
        code_.uses.push_back({std::string(name), item.offset + 1, std::string(member)});
        for (std::size_t i = options_.variables.size(); i-- > 0;) {
            if (options_.variables[i] == name) return add({.op = Op::Given, .a = narrow(i)}, item.offset);
        }
        if (options_.known_variables_only) {
            fail(ExprErrorKind::UndefinedVariable, item.offset, unknown_variable(name));
            return 0;
        }
        code_.names.push_back(code_.arena.copy(name));
        return add({.op = Op::Named, .a = narrow(code_.names.size() - 1)}, item.offset);
    }

    std::string unknown_variable(std::string_view name) const {
        std::vector<std::string> known(options_.variables.begin(), options_.variables.end());
        for (const auto& binding : scope_)
            known.emplace_back(binding.name);
        auto near = did_you_mean(name, known);
        return "no variable $" + std::string(name) + (near ? "; did you mean $" + *near + "?" : "");
    }

    // All bindings see the scope outside of this let; a name bound twice has its last value.
    std::uint32_t let(const SyntaxNode& item) {
        auto first_slot = depth_of_frame_;
        depth_of_frame_ += narrow(item.children.size());
        code_.slots = std::max(code_.slots, depth_of_frame_);
        auto children = nodes(item.children);
        auto outer = scope_.size();
        for (std::size_t i = 0; i < item.names.size(); ++i)
            scope_.push_back({item.names[i], first_slot + narrow(i)});
        auto body = node(item.left);
        scope_.resize(outer);
        depth_of_frame_ = first_slot;
        auto count = static_cast<std::uint16_t>(item.children.size());
        return add({.op = Op::Let, .count = count, .a = first_slot, .b = children, .c = body}, item.offset);
    }

    // --- lists, hashes, calls

    // Compiles the children and returns where their indices begin in code_.lists.
    std::uint32_t nodes(const std::vector<NodeIndex>& children) {
        std::vector<std::uint32_t> made;
        for (auto child : children)
            made.push_back(node(child));
        auto first = narrow(code_.lists.size());
        code_.lists.insert(code_.lists.end(), made.begin(), made.end());
        return first;
    }

    void note_expansion(std::size_t count) {
        if (code_.expansion <= kExpansionLimit) code_.expansion *= std::max<std::size_t>(count, 1);
    }

    std::uint32_t list(const SyntaxNode& item) {
        note_expansion(item.children.size());
        auto first = nodes(item.children);
        auto count = static_cast<std::uint16_t>(item.children.size());
        return add({.op = Op::List, .count = count, .b = first}, item.offset);
    }

    // A key written twice has its last value, at the place of the first.
    std::uint32_t hash(const SyntaxNode& item) {
        std::vector<std::string_view> names;
        std::vector<NodeIndex> children;
        for (std::size_t i = 0; i < item.names.size(); ++i) {
            auto known = std::ranges::find(names, item.names[i]);
            if (known == names.end()) {
                names.push_back(item.names[i]);
                children.push_back(item.children[i]);
            } else {
                children[static_cast<std::size_t>(known - names.begin())] = item.children[i];
            }
        }
        note_expansion(children.size());
        auto first = nodes(children);
        auto first_name = narrow(code_.names.size());
        for (auto name : names)
            code_.names.push_back(code_.arena.copy(name));
        auto count = static_cast<std::uint16_t>(children.size());
        return add({.op = Op::Hash, .count = count, .b = first, .c = first_name}, item.offset);
    }

    std::uint32_t call(const SyntaxNode& item) {
        auto name = item.value.as_string();
        const auto* function = functions_.find(name);
        if (function == nullptr) {
            auto near = functions_.nearest(name);
            fail(ExprErrorKind::UnknownFunction, item.offset,
                 "no function " + std::string(name) + (near ? "; did you mean " + *near + "?" : ""));
            return 0;
        }
        check_arity(*function, item);
        check_references(*function, item);
        if (error_) return 0;
        note_expansion(item.children.size());
        auto first = nodes(item.children);
        if (!error_) note_call(*function, item, first);
        code_.functions.push_back(function);
        auto count = static_cast<std::uint16_t>(item.children.size());
        return add({.op = Op::Call, .count = count, .a = narrow(code_.functions.size() - 1), .b = first}, item.offset);
    }

    void check_arity(const Function& function, const SyntaxNode& item) {
        std::size_t least = 0;
        for (const auto& parameter : function.parameters)
            least += parameter.optional ? 0 : 1;
        bool variadic = !function.parameters.empty() && function.parameters.back().variadic;
        auto most = variadic ? kMaxChildren : function.parameters.size();
        auto given = item.children.size();
        if (given >= least && given <= most) return;
        auto bound = given < least ? least : most;
        fail(ExprErrorKind::InvalidArity, item.offset,
             signature(function) + " takes " +
                 (least == most   ? ""
                  : given < least ? "at least "
                                  : "at most ") +
                 count_text(bound, "argument") + ", given " + std::to_string(given));
    }

    // Whether an argument is an expression reference is known now; its type otherwise only when it is evaluated.
    void check_references(const Function& function, const SyntaxNode& item) {
        for (std::size_t i = 0; i < item.children.size() && !error_; ++i) {
            const auto& argument = tree_.nodes[item.children[i]];
            const auto& parameter = function.parameters[std::min(i, function.parameters.size() - 1)];
            bool reference = argument.form == Form::Reference;
            bool allowed = reference ? (parameter.types & kExpression) != 0 : (parameter.types & ~kExpression) != 0;
            if (allowed) continue;
            fail(ExprErrorKind::InvalidType, argument.offset,
                 std::string(function.name) + ": " + std::string(parameter.name) + " must be " +
                     type_text(parameter.types) + (reference ? ", not an expression reference" : ", e.g. &name"));
        }
    }

    void note_call(const Function& function, const SyntaxNode& item, std::uint32_t first) {
        CallUse use{.function = function.name, .column = item.offset + 1, .constants = {}, .columns = {}};
        for (std::size_t i = 0; i < item.children.size(); ++i) {
            const auto& child = code_.nodes[code_.lists[first + i]];
            const data::Value* value = nullptr;
            if (child.op == Op::Constant) {
                auto* copy = code_.arena.array<data::Value>(1).data();
                *copy = code_.constants[child.a];
                value = copy;
            }
            use.constants.push_back(value);
            use.columns.push_back(tree_.nodes[item.children[i]].offset + 1);
        }
        code_.calls.push_back(std::move(use));
    }

    Code& code_;
    const SyntaxTree& tree_;
    const CompileOptions& options_;
    const FunctionTable& functions_;
    std::vector<Binding> scope_;
    std::uint32_t depth_of_frame_ = 0;
    std::size_t depth_ = 0;
    std::optional<ExprError> error_;
};

}  // namespace

std::expected<std::shared_ptr<const Code>, ExprError> compile_code(std::string_view text,
                                                                   const CompileOptions& options) {
    if (text.size() > kMaxText) return std::unexpected(ExprError{ExprErrorKind::Limit, "longer than 64 KiB", 1});
    if (!valid_utf8(text)) return std::unexpected(ExprError{ExprErrorKind::Syntax, "not valid UTF-8", 1});
    auto code = std::make_shared<Code>();
    code->text = text;
    auto tokens = tokenize(code->text, options.legacy_literals, code->arena);
    if (!tokens) return std::unexpected(std::move(tokens).error());
    auto tree = parse(*tokens, options.depth);
    if (!tree) return std::unexpected(std::move(tree).error());
    if (auto error = Compiler(*code, *tree, options).run()) return std::unexpected(std::move(*error));
    return code;
}

}  // namespace tandem::expr
