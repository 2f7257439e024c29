#include "core/config/fields.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <cmath>

namespace tandem::config {
namespace {

bool wrong(const Node& node, Diagnostics& diagnostics, const std::string& must) {
    diagnostics.error(node.position(), node.path(), must + ", not " + describe(node));
    return false;
}

// Stores what was read unless it is nothing or outside the field's range, whose limits are values of type V.
template <class V, class Number>
bool store(const Node& node,
           const Field& field,
           Diagnostics& diagnostics,
           const std::optional<Number>& value,
           const std::string& must,
           V& out) {
    if (!value) return wrong(node, diagnostics, must);
    auto low = field.minimum && *value < Number(*field.minimum);
    auto high = field.maximum && *value > Number(*field.maximum);
    if (low || high) {
        auto range = show_value(V(*field.minimum)) + " to " + show_value(V(*field.maximum));
        return wrong(node, diagnostics, "must be from " + range);
    }
    out = *value;
    return true;
}

}  // namespace

bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, std::string& out) {
    if (field.required && node.text().empty()) return wrong(node, diagnostics, "must have a value");
    if (field.check) {
        if (auto complaint = field.check(node.text())) return wrong(node, diagnostics, *complaint);
    }
    out = node.text();
    return true;
}

bool read_value(const Node& node, const Field& /*field*/, Diagnostics& diagnostics, Secret& out) {
    if (node.text().empty()) {
        diagnostics.error(node.position(), node.path(), "the secret is empty");
        return false;
    }
    if (!node.substituted()) {
        diagnostics.warning(node.position(), node.path(),
                            "a secret in plain sight; take it from \"${env:NAME}\" or \"${file:path}\"");
    }
    out = Secret(node.text());
    return true;
}

bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, std::int64_t& out) {
    return store(node, field, diagnostics, node.as_int(), "must be a whole number", out);
}

bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, double& out) {
    auto value = node.as_double();
    if (value && !std::isfinite(*value)) value = std::nullopt;
    return store(node, field, diagnostics, value, "must be a number", out);
}

bool read_value(const Node& node, const Field& /*field*/, Diagnostics& diagnostics, bool& out) {
    auto value = node.as_bool();
    if (!value) return wrong(node, diagnostics, "must be true or false");
    out = *value;
    return true;
}

bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, std::chrono::milliseconds& out) {
    constexpr auto kMust = "must be a time with its unit, such as 500ms, 30s, 5m, 72h or 30d";
    return store(node, field, diagnostics, parse_duration(node.text()), kMust, out);
}

bool read_value(const Node& node, const Field& field, Diagnostics& diagnostics, Bytes& out) {
    constexpr auto kMust = "must be a size with its unit, such as 64KiB, 1MiB or 8GiB";
    return store(node, field, diagnostics, parse_bytes(node.text()), kMust, out);
}

bool read_value(const Node& node, const Field& /*field*/, Diagnostics& diagnostics, Address& out) {
    auto value = parse_address(node.text());
    if (!value) return wrong(node, diagnostics, "must be host:port such as 127.0.0.1:8080 or \"[::1]:8080\"");
    out = *value;
    return true;
}

bool read_value(const Node& node, const Field& /*field*/, Diagnostics& diagnostics, std::filesystem::path& out) {
    if (node.text().empty()) return wrong(node, diagnostics, "must be a path");
    auto folder = std::filesystem::path(node.position().file).parent_path();
    out = (folder / node.text()).lexically_normal();
    return true;
}

std::string show_value(const std::string& value) {
    return value;
}
std::string show_value(const Secret& /*value*/) {
    return {};
}
std::string show_value(std::int64_t value) {
    return std::to_string(value);
}
std::string show_value(bool value) {
    return value ? "true" : "false";
}
std::string show_value(std::chrono::milliseconds value) {
    return format_duration(value);
}
std::string show_value(Bytes value) {
    return format_bytes(value);
}
std::string show_value(const Address& value) {
    return value.host.empty() ? std::string() : to_text(value);
}
std::string show_value(const std::filesystem::path& value) {
    return value.string();
}

std::string show_value(double value) {
    auto text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::optional<std::size_t> read_choice(const Node& node, const Field& field, Diagnostics& diagnostics) {
    auto found = std::ranges::find(field.choices, node.text());
    if (found != field.choices.end()) return static_cast<std::size_t>(found - field.choices.begin());
    std::string words;
    for (const auto& choice : field.choices)
        words += (words.empty() ? "" : ", ") + choice;
    auto must = (field.choices.size() == 1 ? "must be " : "must be one of ") + words;
    auto meant = node.substituted() ? std::nullopt : did_you_mean(node.text(), field.choices);
    auto hint = meant ? "; did you mean '" + *meant + "'?" : std::string();
    diagnostics.error(node.position(), node.path(), must + ", not " + describe(node) + hint);
    return std::nullopt;
}

}  // namespace tandem::config
