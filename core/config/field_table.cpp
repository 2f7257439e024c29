#include "core/config/field_table.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace tandem::config {
namespace {

constexpr std::size_t kLongestQuote = 60;

std::string join(const std::vector<std::string>& words, std::string_view separator) {
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? std::string() : std::string(separator)) + "'" + word + "'";
    return out;
}

void read_list(const Field& field, const Node& node, void* target, Diagnostics& diagnostics) {
    if (node.kind() == NodeKind::Null) return;
    auto one_alone = node.kind() == NodeKind::Scalar && field.type != FieldType::Table;
    if (node.kind() != NodeKind::Sequence && !one_alone) {
        diagnostics.error(node.position(), node.path(), "must be a list, not " + describe(node));
        return;
    }
    field.clear(target);
    if (one_alone) {
        field.set(target, node, field, diagnostics);
        return;
    }
    for (const auto& item : node.items()) {
        if (item.unresolved()) continue;
        if (field.type != FieldType::Table && item.kind() != NodeKind::Scalar) {
            diagnostics.error(item.position(), item.path(), "must be a single value, not " + describe(item));
        } else {
            field.set(target, item, field, diagnostics);
        }
    }
}

}  // namespace

std::string describe(const Node& node) {
    switch (node.kind()) {
        case NodeKind::Missing:
        case NodeKind::Null:
            return "empty";
        case NodeKind::Sequence:
            return "a list";
        case NodeKind::Mapping:
            return "a mapping";
        case NodeKind::Scalar:
            break;
    }
    if (node.substituted()) return "what ${...} stands for here";
    if (node.text().size() > kLongestQuote) return "such a long text";
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (std::ranges::any_of(node.text(), control)) return "a text with control characters";
    return "'" + node.text() + "'";
}

void FieldTable::read(const Node& node, void* target, Diagnostics& diagnostics) const {
    auto kind = node.kind();
    if (kind == NodeKind::Scalar || kind == NodeKind::Sequence) {
        diagnostics.error(node.position(), node.path(), "must be a mapping, not " + describe(node));
        return;
    }
    for (const auto& [key, value] : node.entries())
        read_entry(key, value, target, diagnostics);
    check_presence(node, diagnostics);
}

void FieldTable::read_entry(const Node& key, const Node& value, void* target, Diagnostics& diagnostics) const {
    auto field = std::ranges::find(fields_, key.text(), &Field::name);
    if (field == fields_.end()) {
        std::vector<std::string> names;
        std::ranges::transform(fields_, std::back_inserter(names), &Field::name);
        auto meant = did_you_mean(key.text(), names);
        auto hint = meant ? "; did you mean '" + *meant + "'?" : "; known keys: " + join(names, ", ");
        diagnostics.error(key.position(), value.path(), "unknown key" + hint);
    } else if (value.unresolved()) {
        return;
    } else if (field->list) {
        read_list(*field, value, target, diagnostics);
    } else if (field->type == FieldType::Free && value.kind() != NodeKind::Mapping && value.kind() != NodeKind::Null) {
        diagnostics.error(value.position(), value.path(), "must be a mapping, not " + describe(value));
    } else if (field->type == FieldType::Table || field->type == FieldType::Free) {
        field->set(target, value, *field, diagnostics);
    } else if (value.kind() == NodeKind::Scalar) {
        field->set(target, value, *field, diagnostics);
    } else if (value.kind() == NodeKind::Null) {
        diagnostics.error(value.position(), value.path(), "has no value; leave the key out for the default");
    } else {
        diagnostics.error(value.position(), value.path(), "must be a single value, not " + describe(value));
    }
}

void FieldTable::check_presence(const Node& node, Diagnostics& diagnostics) const {
    for (const auto& field : fields_) {
        if (!field.required || node.get(field.name)) continue;
        diagnostics.error(node.position(), node.path(), "'" + field.name + "' is missing: " + field.help);
    }
    for (const auto& [names, several] : alternatives_) {
        auto given = std::ranges::count_if(names, [&](const std::string& name) { return bool(node.get(name)); });
        if (given == 1 || (several && given > 1)) continue;
        auto text = given == 0 ? "one of " + join(names, ", ") + " is missing"
                               : "only one of " + join(names, ", ") + " can be given";
        diagnostics.error(node.position(), node.path(), text);
    }
}

}  // namespace tandem::config
