// What a user wrote against the tables of keys.cpp.
#include "core/base/text.hpp"
#include "core/mapping/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tandem::mapping {

using config::Diagnostics;
using config::Node;
using config::NodeKind;

namespace {

class KeyChecker {
public:
    explicit KeyChecker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    bool object(const Node& node, const KeyTable& table) {
        if (node.kind() != NodeKind::Mapping) return wrong(node, "expected keys and values");
        bool good = true;
        for (const auto& [key, value] : node.entries()) {
            const auto found = std::ranges::find(table.keys, std::string_view(key.text()), &Key::name);
            good &= found == table.keys.end() ? unknown(key, table) : this->value(value, *found);
        }
        for (const auto& key : table.keys) {
            if (key.required && !node.get(key.name)) good = wrong(node, fmt::format("key '{}' is missing", key.name));
        }
        return good;
    }

private:
    bool wrong(const Node& node, std::string text) {
        diagnostics_.error(node.position(), node.path(), std::move(text));
        return false;
    }

    bool unknown(const Node& key, const KeyTable& table) {
        std::vector<std::string> names;
        for (const auto& known : table.keys)
            names.emplace_back(known.name);
        return wrong(key, fmt::format("unknown key '{}'{}", key.text(), suggestion(key.text(), names)));
    }

    bool value(const Node& node, const Key& key) {
        switch (key.shape) {
            case Shape::Text:
                return node.kind() == NodeKind::Scalar || wrong(node, "expected a text");
            case Shape::Place:
                return place(node);
            case Shape::Word:
                return word(node, key);
            case Shape::Boolean:
                return node.as_bool() || wrong(node, "expected true or false");
            case Shape::Integer:
                return integer(node, key);
            case Shape::Texts:
                return texts(node);
            case Shape::Words:
                return words(node, key);
            case Shape::Parts:
                return parts(node);
            case Shape::Claims:
                return claims(node);
            case Shape::Expression:
                return node.kind() == NodeKind::Scalar || wrong(node, "expected an expression");
            case Shape::Names:
                return names(node);
            case Shape::Object:
                return object(node, *key.table);
            case Shape::Objects:
                return objects(node, *key.table);
            case Shape::Map:
                return map(node, *key.table);
            case Shape::Tables:
                return tables(node);
            case Shape::Each:
                return each(node);
            case Shape::Template:
            case Shape::OpenTemplate:
                return node.kind() == NodeKind::Mapping || wrong(node, "expected a template");
            case Shape::Data:
                return true;
        }
        return true;
    }

    bool place(const Node& node) {
        const auto& text = node.text();
        const bool good =
            node.kind() == NodeKind::Scalar && (text.starts_with("header:") || text.starts_with("query:"));
        return good || wrong(node, "expected header:Name or query:name");
    }

    bool word(const Node& node, const Key& key) {
        if (node.kind() != NodeKind::Scalar) return wrong(node, "expected a word");
        if (std::ranges::find(key.words, std::string_view(node.text())) != key.words.end()) return true;
        std::vector<std::string> words(key.words.begin(), key.words.end());
        return wrong(node, fmt::format("'{}' is not one of {}{}", node.text(), fmt::join(key.words, ", "),
                                       suggestion(node.text(), words)));
    }

    bool integer(const Node& node, const Key& key) {
        const auto number = node.as_int();
        if (!number) return wrong(node, "expected a whole number");
        if (*number >= key.minimum && *number <= key.maximum) return true;
        return wrong(node, key.maximum == INT64_MAX ? fmt::format("must be at least {}", key.minimum)
                                                    : fmt::format("must be {} to {}", key.minimum, key.maximum));
    }

    bool texts(const Node& node) {
        if (node.kind() != NodeKind::Sequence) return wrong(node, "expected a list of texts");
        bool good = true;
        for (const auto& item : node.items())
            good &= item.kind() == NodeKind::Scalar || wrong(item, "expected a text");
        return good;
    }

    bool words(const Node& node, const Key& key) {
        if (node.kind() != NodeKind::Sequence || node.items().empty()) return wrong(node, "expected a list of words");
        bool good = true;
        for (const auto& item : node.items())
            good &= word(item, key);
        return good;
    }

    // A text, { text: EXPRESSION } or { sorted: [parts] }.
    bool part(const Node& node, bool nested) {
        if (node.kind() == NodeKind::Scalar) return true;
        const bool one = node.kind() == NodeKind::Mapping && node.entries().size() == 1;
        if (one && node.get("text")) {
            return node.get("text").kind() == NodeKind::Scalar || wrong(node.get("text"), "expected an expression");
        }
        if (one && !nested && node.get("sorted").kind() == NodeKind::Sequence) return parts(node.get("sorted"), true);
        return wrong(node, nested ? "expected a text or { text: EXPRESSION }"
                                  : "expected a text, { text: EXPRESSION } or { sorted: [parts] }");
    }

    bool parts(const Node& node, bool nested = false) {
        if (node.kind() != NodeKind::Sequence) return wrong(node, "expected a list of parts");
        bool good = true;
        for (const auto& item : node.items())
            good &= part(item, nested);
        return good;
    }

    bool claims(const Node& node) {
        if (node.kind() != NodeKind::Mapping) return wrong(node, "expected claims and what they must be");
        bool good = true;
        for (const auto& [key, value] : node.entries())
            good &= part(value, true);
        return good;
    }

    bool names(const Node& node) {
        if (node.kind() != NodeKind::Mapping) return wrong(node, "expected name: expression");
        bool good = true;
        for (const auto& [key, value] : node.entries())
            good &= value.kind() == NodeKind::Scalar || wrong(value, "expected an expression");
        return good;
    }

    bool objects(const Node& node, const KeyTable& table) {
        if (node.kind() != NodeKind::Sequence) return wrong(node, "expected a list");
        bool good = true;
        for (const auto& item : node.items())
            good &= object(item, table);
        return good;
    }

    bool map(const Node& node, const KeyTable& table) {
        if (node.kind() == NodeKind::Null) return true;
        if (node.kind() != NodeKind::Mapping) return wrong(node, "expected names and what they hold");
        bool good = true;
        for (const auto& [key, value] : node.entries())
            good &= object(value, table);
        return good;
    }

    bool tables(const Node& node) {
        if (node.kind() != NodeKind::Mapping) return wrong(node, "expected tables by name");
        bool good = true;
        for (const auto& [key, value] : node.entries())
            good &= value.kind() == NodeKind::Mapping || wrong(value, "expected keys and values");
        return good;
    }

    bool each(const Node& node) {
        if (node.kind() == NodeKind::Scalar) return true;
        if (node.kind() != NodeKind::Sequence || node.items().empty()) {
            return wrong(node, "expected an expression or a list of steps");
        }
        bool good = true;
        for (const auto& step : node.items()) {
            const bool named = step.kind() == NodeKind::Mapping && step.entries().size() == 1 &&
                               step.entries()[0].second.kind() == NodeKind::Scalar;
            good &=
                step.kind() == NodeKind::Scalar || named || wrong(step, "expected an expression or name: expression");
        }
        return good;
    }

    Diagnostics& diagnostics_;
};

}  // namespace

bool check_keys(const Node& node, const KeyTable& table, Diagnostics& diagnostics) {
    return KeyChecker(diagnostics).object(node, table);
}

std::string suggestion(std::string_view word, std::span<const std::string> candidates) {
    auto near = did_you_mean(word, candidates);
    return near ? fmt::format("; did you mean '{}'?", *near) : std::string();
}

}  // namespace tandem::mapping
