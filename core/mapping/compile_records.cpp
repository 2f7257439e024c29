#include "core/mapping/compiler.hpp"
#include "core/model/schema.hpp"

#include <string>
#include <utility>

namespace tandem::mapping {

using config::Node;
using config::NodeKind;

void Compiler::records(const Node& node) {
    for (const auto& item : node.items()) {
        Scope scope(*this);
        group(item);
    }
}

void Compiler::group(const Node& node) {
    Group out;
    out.path = node.path();
    steps(node.get("each"), out);
    out.let = let(node.get("let"));
    out.quarantine_unmatched = node.get("unmatched").text() == "quarantined";
    for (const auto& item : node.get("rules").items()) {
        Scope scope(*this);
        rule(item, out);
    }
    program_.groups.push_back(std::move(out));
}

void Compiler::steps(const Node& node, Group& group) {
    if (!node) return;
    if (node.kind() == NodeKind::Scalar) {
        if (auto items = expression(node)) group.steps.push_back({std::nullopt, std::move(*items)});
        return;
    }
    for (const auto& step : node.items()) {
        const bool named = step.kind() == NodeKind::Mapping;
        auto items = expression(named ? step.entries()[0].second : step);
        auto slot = named ? declare(step.entries()[0].first) : std::nullopt;
        if (items) group.steps.push_back({slot, std::move(*items)});
    }
}

void Compiler::rule(const Node& node, Group& group) {
    Rule out;
    out.name = node.get("name").text();
    out.path = node.path();
    out.when = optional_expression(node.get("when"));
    out.let = let(node.get("let"));
    out.go_on = node.get("continue").as_bool().value_or(false);
    rule_body(node, out);
    group.rules.push_back(std::move(out));
}

void Compiler::rule_body(const Node& node, Rule& rule) {
    const auto snapshot = node.get("snapshot");
    const auto receipt = node.get("receipt");
    const auto ignore = node.get("ignore");
    const auto quarantine = node.get("quarantine");
    if ((snapshot ? 1 : 0) + (receipt ? 1 : 0) + (ignore ? 1 : 0) + (quarantine ? 1 : 0) != 1) {
        return error(node, "a rule has one of `snapshot`, `receipt`, `ignore`, `quarantine`");
    }
    if (snapshot) rule.body = record_template(snapshot, model::snapshot_schema(), true);
    if (receipt) {
        rule.kind = RuleKind::Receipt;
        rule.body = record_template(receipt, model::receipt_schema(), false);
    }
    if (ignore) {
        rule.kind = RuleKind::Ignore;
        rule.reason = expression(ignore);
    }
    if (quarantine) {
        rule.kind = RuleKind::Quarantine;
        rule.reason = expression(quarantine);
    }
}

}  // namespace tandem::mapping
