#include "core/mapping/compiler.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"
#include "core/expr/lint.hpp"
#include "core/mapping/consent.hpp"
#include "core/mapping/functions.hpp"
#include "core/mapping/keys.hpp"
#include "core/mapping/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::mapping {

using config::Node;
using config::NodeKind;
using data::Value;

namespace {

constexpr std::array<std::string_view, kFixedSlots> kFixedNames = {"body",     "item",    "index",   "settings",
                                                                   "instance", "request", "envelope"};

constexpr std::pair<std::string_view, RequestMembers> kRequestMembers[] = {
    {"method", kMethod},
    {"url", kUrl},
    {"path", kPath},
    {"query", kQuery},
    {"headers", kHeaders},
    {"content_type", kContentType},
    {"received_at", kReceivedAt},
    {"poll", kPoll},
    {"page", kPolledPage},
};

bool is_name(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !text.empty() && letter(text[0]) &&
           std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// Whether a plain YAML scalar is a number, a boolean or null, which an author surely meant as a constant.
bool plain_constant(const Node& node) {
    return !node.quoted() && (node.as_bool() || node.as_double());
}

}  // namespace

Compiler::Compiler(Program& program, config::Diagnostics& diagnostics) : program_(program), diagnostics_(diagnostics) {
    names_.assign(kFixedNames.begin(), kFixedNames.end());
}

void Compiler::pack(const Node& root) {
    program_.name = root.get("pack").text();
    program_.version = static_cast<int>(root.get("version").as_int().value_or(0));
    program_.title = root.get("title") ? root.get("title").text() : program_.name;
    program_.description = root.get("description").text();
    oauth2_ = static_cast<bool>(root.get("oauth2"));
    settings(root.get("settings"));
    if (root.get("receive")) consent_settings();
    tables(root.get("tables"));
    if (const auto node = root.get("receive")) receive(node);
    if (const auto node = root.get("send")) send(node);
    if (const auto node = root.get("oauth2")) oauth2(node);
    if (const auto node = root.get("poll")) polls(node);
    if (const auto node = root.get("probe")) probe(node);
    if (const auto node = root.get("media")) media(node);
    if (const auto node = root.get("oauth2"); node && !oauth2_used_) {
        diagnostics_.warning(node.position(), node.path(), "no request has `auth: { scheme: oauth2 }`");
    }
    if (!root.get("receive") && !root.get("poll") && !root.get("send"))
        error(root, "a pack has `receive`, `poll` or `send`");
}

void Compiler::error(const Node& node, std::string text) {
    diagnostics_.error(node.position(), node.path(), std::move(text));
}

void Compiler::settings(const Node& node) {
    if (node.kind() != NodeKind::Mapping) return;
    for (const auto& [key, value] : node.entries()) {
        if (!is_name(key.text())) error(key, "a setting's name has letters, digits and _ only");
        SettingInfo info;
        info.name = key.text();
        info.type = value.get("type").text();
        info.help = value.get("help").text();
        info.required = value.get("required").as_bool().value_or(false);
        if (const auto values = value.get("values")) {
            for (const auto& item : values.items())
                info.values.push_back(item.text());
        }
        info.format = value.get("format").text();
        if (!info.format.empty() && info.type != "string" && info.type != "list")
            error(value.get("format"), "a format is for settings of type string and list");
        Value fallback;
        setting_default(value.get("default"), info, fallback);
        program_.settings.push_back(std::move(info));
        program_.defaults.push_back(fallback);
    }
}

void Compiler::consent_settings() {
    for (const auto name : {kOptOutWords, kOptInWords}) {
        if (std::ranges::find(program_.settings, name, &SettingInfo::name) != program_.settings.end()) continue;
        program_.settings.push_back(consent_setting(name));
        program_.defaults.emplace_back();
    }
}

void Compiler::setting_default(const Node& node, SettingInfo& info, Value& value) {
    if (!node) return;
    if (info.secret()) return error(node, "a secret has no default");
    if (info.required) return error(node, "a required setting has no default");
    auto read = read_setting(node, info, program_.arena);
    if (!read) return error(node, read.error().text);
    for (auto& fault : format_faults(node, info))
        error(fault.place, std::move(fault.text));
    value = *read;
    info.default_text = data::to_json(value);
}

void Compiler::tables(const Node& node) {
    if (!node) return;
    for (const auto& [key, entries] : node.entries()) {
        Table table;
        table.name = key.text();
        for (const auto& [from, to] : entries.entries()) {
            table.entries.push_back({program_.arena.copy(from.text()), to.to_value(program_.arena)});
        }
        std::ranges::sort(table.entries, {}, &data::Member::key);
        program_.tables.push_back(std::move(table));
    }
}

std::optional<Code> Compiler::expression(const Node& node) {
    if (node.kind() != NodeKind::Scalar) {
        error(node, "expected an expression");
        return std::nullopt;
    }
    if (plain_constant(node)) {
        error(node, fmt::format("a constant in an expression stands in backticks: \"`{}`\"", node.text()));
        return std::nullopt;
    }
    std::vector<std::string_view> names(names_.begin(), names_.end());
    auto compiled = expr::Expression::compile(
        node.text(), {.functions = &pack_functions(), .variables = names, .known_variables_only = true});
    if (!compiled) {
        const auto& problem = compiled.error();
        diagnostics_.error(node.position_in_text(problem.column > 0 ? problem.column - 1 : 0), node.path(),
                           problem.text);
        return std::nullopt;
    }
    for (const auto& remark : expr::lint(node.text())) {
        diagnostics_.warning(node.position_in_text(remark.column - 1), node.path(), remark.text);
    }
    check_named_arguments(node, *compiled);
    check_settings(node, *compiled);
    check_roots(node);
    program_.uses_envelope |= compiled->uses_variable("envelope");
    if (members_ != nullptr) {
        for (const auto& [member, bit] : kRequestMembers) {
            if (compiled->uses_member("request", member)) *members_ |= bit;
        }
    }
    return with_needs(std::move(*compiled), node);
}

Code Compiler::with_needs(expr::Expression expression, const Node& node) const {
    Code out{std::move(expression), node.path()};
    for (const auto& use : out.expression.free_variables()) {
        const auto found = std::ranges::find(names_, use.name);
        const auto slot = static_cast<std::uint32_t>(found - names_.begin());
        if (trim_ascii(out.expression.text()) == "$" + use.name) out.direct = slot;
        const bool can_wait = slot == kRequest || slot >= kFixedSlots;
        if (can_wait && std::ranges::find(out.needs, slot) == out.needs.end()) out.needs.push_back(slot);
    }
    return out;
}

std::optional<Code> Compiler::optional_expression(const Node& node) {
    return node ? expression(node) : std::nullopt;
}

// A word that the document lacks is null for ever: mostly a text whose own quotes were forgotten.
void Compiler::check_roots(const Node& node) {
    if (!roots_) return;
    const std::vector<std::string> known(roots_->begin(), roots_->end());
    for (const auto& field : expr::root_fields(node.text())) {
        // `null` reads a field, too, but that is what it is written for.
        if (field.name == "null" || std::ranges::find(known, field.name) != known.end()) continue;
        const auto there = known.empty() ? "nothing is there to read from, only names with $"
                                         : fmt::format("there are {}", fmt::join(known, ", "));
        diagnostics_.error(node.position_in_text(field.column - 1), node.path(),
                           fmt::format("there is no '{0}' here: {1}{2}; a text is written \"'{0}'\"", field.name, there,
                                       suggestion(field.name, known)));
    }
}

// $settings.name of settings that the pack has; secrets are not among them.
void Compiler::check_settings(const Node& node, const expr::Expression& code) {
    std::vector<std::string> known;
    for (const auto& setting : program_.settings) {
        if (!setting.secret()) known.push_back(setting.name);
    }
    for (const auto& use : code.free_variables()) {
        if (use.name != "settings" || use.member.empty()) continue;
        if (std::ranges::find(known, use.member) != known.end()) continue;
        const auto secret = std::ranges::find(program_.settings, use.member, &SettingInfo::name);
        diagnostics_.error(
            node.position_in_text(use.column - 1), node.path(),
            secret != program_.settings.end()
                ? fmt::format("'{0}' is a secret: no expression sees it, secret('{0}') puts it into a request",
                              use.member)
                : fmt::format("there is no setting '{}'{}", use.member, suggestion(use.member, known)));
    }
}

// Names of tables and secrets that stand in the expression as constants.
void Compiler::check_named_arguments(const Node& node, const expr::Expression& code) {
    std::vector<std::string> tables;
    for (const auto& table : program_.tables)
        tables.push_back(table.name);
    std::vector<std::string> secrets;
    for (const auto& setting : program_.settings) {
        if (setting.secret()) secrets.push_back(setting.name);
    }
    for (const auto& call : code.calls()) {
        const bool is_table = call.function == "lookup";
        const bool is_signature = call.function == "signature";
        const bool is_mark = is_signature || call.function == "secret";
        const bool about_secret = call.function == "secret_equals" || call.function == "has_secret";
        if ((!is_table && !is_mark && !about_secret) || call.constants.empty()) continue;
        const auto* name = call.constants[0];
        if (is_mark && (!in_send_ || name == nullptr)) {
            diagnostics_.error(node.position_in_text(call.column - 1), node.path(),
                               in_send_ ? fmt::format("{}() needs a name as a constant", call.function)
                                        : fmt::format("{}() stands in requests to the vendor only: elsewhere nothing "
                                                      "would fill it in",
                                                      call.function));
        }
        if (name == nullptr || !name->is_string()) continue;
        if (is_signature) signed_.emplace_back(name->as_string());
        if (call.function == "secret" && secrets_ != nullptr) secrets_->emplace_back(name->as_string());
        const auto& known = is_table ? tables : is_signature ? signatures_ : secrets;
        if (std::ranges::find(known, name->as_string()) != known.end()) continue;
        diagnostics_.error(node.position_in_text(call.columns[0] - 1), node.path(),
                           fmt::format("there is no {} '{}'{}",
                                       is_table       ? "table"
                                       : is_signature ? "signature"
                                                      : "secret setting",
                                       name->as_string(), suggestion(name->as_string(), known)));
    }
}

std::optional<std::size_t> Compiler::declare(const Node& key) {
    if (!is_name(key.text())) {
        error(key, fmt::format("'{}' cannot be a name: letters, digits and _ only", key.text()));
        return std::nullopt;
    }
    if (std::ranges::find(names_, key.text()) != names_.end()) {
        error(key, fmt::format("${} is already defined", key.text()));
        return std::nullopt;
    }
    constexpr std::size_t kMaxNames = 200;
    if (names_.size() >= kMaxNames) {
        error(key, fmt::format("more than {} names", kMaxNames));
        return std::nullopt;
    }
    names_.push_back(key.text());
    program_.slots = std::max(program_.slots, names_.size());
    return names_.size() - 1;
}

std::vector<Binding> Compiler::let(const Node& node) {
    std::vector<Binding> out;
    if (!node) return out;
    for (const auto& [key, value] : node.entries()) {
        auto code = expression(value);  // before the name exists: it cannot use itself
        auto slot = declare(key);
        if (!code || !slot) continue;
        const auto& expression = code->expression;
        const bool at_once = expression.uses_variable("index") || (!in_records_ && expression.uses_variable("item"));
        out.push_back({*slot, at_once, std::move(*code)});
    }
    return out;
}

const Table* Program::find_table(std::string_view table) const {
    const auto found = std::ranges::find(tables, table, &Table::name);
    return found == tables.end() ? nullptr : &*found;
}

}  // namespace tandem::mapping
