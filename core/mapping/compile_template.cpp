// Templates are checked against the common schema while they are compiled: names of keys, required keys and constants
// of vocabularies. What only the data can show is checked when a record is mapped.
#include "core/base/text.hpp"
#include "core/mapping/compiler.hpp"
#include "core/mapping/keys.hpp"
#include "core/model/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tandem::mapping {

using config::Node;
using config::NodeKind;
using model::Check;
using model::ObjectSchema;

namespace {

constexpr std::size_t kMaxDepth = 16;
constexpr std::array<std::string_view, 2> kGatewayKeys = {"schema_version", "source"};

const model::Rule* find_rule(const ObjectSchema& schema, std::string_view name) {
    const auto rules = schema.rules();
    const auto found = std::ranges::find(rules, name, &model::Rule::name);
    return found == rules.end() ? nullptr : &*found;
}

bool is_control(std::string_view key) {
    return key.starts_with('$');
}

}  // namespace

class Compiler::TemplateCompiler {
public:
    TemplateCompiler(Compiler& compiler, bool snapshot) : compiler_(compiler), snapshot_(snapshot) {}

    Template take() { return std::move(out_); }

    // The root object.
    void root(const Node& node, const ObjectSchema& schema) { out_.root = object(node, &schema, 0, false); }

private:
    // What the schema says about the place a value goes to; null inside open objects.
    std::uint32_t value(const Node& node, const model::Rule* rule, std::size_t depth) {
        if (depth > kMaxDepth) {
            compiler_.error(node, "the template is nested too deeply");
            return constant({});
        }
        switch (node.kind()) {
            case NodeKind::Mapping:
                return mapping(node, rule, depth);
            case NodeKind::Sequence:
                return list(node, rule, depth);
            case NodeKind::Scalar:
                return leaf(node, rule);
            default:
                compiler_.error(node, "expected an expression");
                return constant({});
        }
    }

    std::uint32_t mapping(const Node& node, const model::Rule* rule, std::size_t depth) {
        if (rule != nullptr && rule->check != Check::Object && rule->check != Check::OpenObject) {
            compiler_.error(node, fmt::format("'{}' is not an object{}", rule->name,
                                              rule->check == Check::Objects ? " but a list of objects" : ""));
        }
        return object(node, rule != nullptr ? rule->schema : nullptr, depth, false);
    }

    std::uint32_t leaf(const Node& node, const model::Rule* rule) {
        auto code = compiler_.expression(node);
        if (!code) return constant({});
        if (rule != nullptr && rule->check == Check::Word) check_word(node, *rule, code->expression);
        if (const auto* folded = code->expression.constant())
            return constant(deep_copy(*folded, compiler_.program_.arena));
        out_.codes.push_back(std::move(*code));
        const bool text = rule != nullptr && (rule->check == Check::Text || rule->check == Check::NonEmptyText);
        return add({.kind = TemplateNode::Kind::Expression,
                    .text = text,
                    .first = static_cast<std::uint32_t>(out_.codes.size() - 1)});
    }

    void check_word(const Node& node, const model::Rule& rule, const expr::Expression& code) {
        const auto known = [&](std::string_view word) {
            return std::ranges::find(rule.words, word) != rule.words.end();
        };
        const auto* fixed = code.constant();
        if (fixed != nullptr && fixed->is_string() && !known(fixed->as_string())) {
            std::vector<std::string> words(rule.words.begin(), rule.words.end());
            compiler_.error(node, fmt::format("'{}' is not a {}{}", fixed->as_string(), rule.name,
                                              suggestion(fixed->as_string(), words)));
        }
        if (fixed == nullptr && known(node.text())) {
            compiler_.error(node,
                            fmt::format("`{0}` reads a field of that name; the constant is \"'{0}'\"", node.text()));
        }
    }

    std::uint32_t list(const Node& node, const model::Rule* rule, std::size_t depth) {
        std::vector<std::uint32_t> children;
        for (const auto& item : node.items()) {
            if (item.kind() == NodeKind::Mapping) {
                children.push_back(object(item, rule != nullptr ? rule->schema : nullptr, depth + 1, true));
            } else {
                children.push_back(value(item, nullptr, depth + 1));
            }
        }
        const auto first = static_cast<std::uint32_t>(out_.items.size());
        out_.items.insert(out_.items.end(), children.begin(), children.end());
        return fold(
            {.kind = TemplateNode::Kind::List, .first = first, .count = static_cast<std::uint32_t>(children.size())});
    }

    std::uint32_t object(const Node& node, const ObjectSchema* schema, std::size_t depth, bool in_list) {
        if (depth > kMaxDepth) {
            compiler_.error(node, "the template is nested too deeply");
            return constant({});
        }
        Scope scope(compiler_);
        const auto roots = compiler_.roots_;
        TemplateNode made{.kind = TemplateNode::Kind::Object, .control = control(node, in_list)};
        std::vector<TemplateMember> children;
        for (const auto& [key, child] : node.entries()) {
            if (is_control(key.text())) continue;
            const auto* rule = schema != nullptr ? known_key(key, *schema, depth) : nullptr;
            const auto name = compiler_.program_.arena.copy(key.text());
            children.push_back({name, value(child, rule, depth + 1)});
        }
        compiler_.roots_ = roots;
        if (schema != nullptr) check_required(node, *schema);
        made.first = static_cast<std::uint32_t>(out_.members.size());
        made.count = static_cast<std::uint32_t>(children.size());
        out_.members.insert(out_.members.end(), children.begin(), children.end());
        return depth == 0 ? add(made) : fold(made);
    }

    const model::Rule* known_key(const Node& key, const ObjectSchema& schema, std::size_t depth) {
        if (depth == 0 && snapshot_ &&
            std::ranges::find(kGatewayKeys, std::string_view(key.text())) != kGatewayKeys.end()) {
            compiler_.error(key, fmt::format("'{}' is filled in by the gateway", key.text()));
            return nullptr;
        }
        const auto* rule = find_rule(schema, key.text());
        if (rule == nullptr && !schema.open()) {
            std::vector<std::string> names;
            for (const auto& known : schema.rules())
                names.emplace_back(known.name);
            compiler_.error(key,
                            fmt::format("the schema has no '{}' here{}", key.text(), suggestion(key.text(), names)));
        }
        return rule;
    }

    void check_required(const Node& node, const ObjectSchema& schema) {
        for (const auto& rule : schema.rules()) {
            const bool filled_in =
                snapshot_ && (rule.name == "rev" || std::ranges::find(kGatewayKeys, rule.name) != kGatewayKeys.end());
            if (rule.required && !filled_in && !node.get(rule.name)) {
                compiler_.error(node, fmt::format("'{}' is missing: the schema requires it here", rule.name));
            }
        }
    }

    // $each, $let and $if; -1 if there is none.
    std::int32_t control(const Node& node, bool in_list) {
        TemplateControl made;
        bool any = false;
        for (const auto& [key, child] : node.entries()) {
            if (!is_control(key.text())) continue;
            any = true;
            if (key.text() == "$each" && !in_list) compiler_.error(key, "$each stands in an object of a list only");
            if (key.text() != "$each" && key.text() != "$let" && key.text() != "$if") {
                compiler_.error(key, fmt::format("unknown key '{}': $each, $let and $if exist", key.text()));
            }
        }
        if (!any) return -1;
        made.each = code(node.get("$each"));
        if (made.each >= 0) compiler_.roots_.reset();  // the items are the documents
        if (node.get("$let")) {
            if (node.get("$let").kind() == NodeKind::Mapping)
                made.let = compiler_.let(node.get("$let"));
            else
                compiler_.error(node.get("$let"), "expected name: expression");
        }
        made.condition = code(node.get("$if"));
        out_.controls.push_back(std::move(made));
        return static_cast<std::int32_t>(out_.controls.size() - 1);
    }

    std::int32_t code(const Node& node) {
        if (!node) return -1;
        auto compiled = compiler_.expression(node);
        if (!compiled) return -1;
        out_.codes.push_back(std::move(*compiled));
        return static_cast<std::int32_t>(out_.codes.size() - 1);
    }

    std::uint32_t constant(data::Value value) { return add({.kind = TemplateNode::Kind::Constant, .constant = value}); }

    std::uint32_t add(TemplateNode node) {
        out_.nodes.push_back(node);
        return static_cast<std::uint32_t>(out_.nodes.size() - 1);
    }

    // An object or list of constants only becomes one constant.
    std::uint32_t fold(const TemplateNode& node) {
        auto& arena = compiler_.program_.arena;
        if (node.control >= 0 || node.count == 0) return add(node);
        const auto fixed = [&](std::uint32_t child) { return out_.nodes[child].kind == TemplateNode::Kind::Constant; };
        const bool is_object = node.kind == TemplateNode::Kind::Object;
        data::ArenaList<data::Member> members(arena, node.count);
        data::ArenaList<data::Value> items(arena, node.count);
        for (std::uint32_t i = 0; i < node.count; ++i) {
            const auto child = is_object ? out_.members[node.first + i].node : out_.items[node.first + i];
            if (!fixed(child)) return add(node);
            const auto value = out_.nodes[child].constant;
            if (value.is_null()) continue;
            if (is_object)
                members.push_back({out_.members[node.first + i].key, value});
            else
                items.push_back(value);
        }
        if (members.size() + items.size() == 0) return constant({});
        return constant(is_object ? data::Value::object(members.items()) : data::Value::array(items.items()));
    }

    Compiler& compiler_;
    bool snapshot_;
    Template out_;
};

// Of no schema: the body of a request.
Template Compiler::open_template(const Node& node) {
    static const ObjectSchema anything({}, true);
    TemplateCompiler compiler(*this, false);
    compiler.root(node, anything);
    return compiler.take();
}

Template Compiler::record_template(const Node& node, const model::ObjectSchema& schema, bool snapshot) {
    TemplateCompiler compiler(*this, snapshot);
    compiler.root(node, schema);
    return compiler.take();
}

}  // namespace tandem::mapping
