#include "core/mapping/abilities.hpp"

#include "core/mapping/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace tandem::mapping {

namespace {

bool has_member(const Template& body, std::string_view key) {
    return std::ranges::any_of(body.members, [&](const auto& member) { return member.key == key; });
}

void add_rules(const std::vector<Group>& groups, Abilities& out) {
    for (const auto& group : groups) {
        for (const auto& rule : group.rules) {
            out.receipts |= rule.kind == RuleKind::Receipt;
            if (rule.kind != RuleKind::Snapshot) continue;
            out.receive = true;
            out.media |= has_member(rule.body, "attachments");
            out.edits |= has_member(rule.body, "edited_at") || has_member(rule.body, "deleted_at");
        }
    }
}

std::string signature_of(const Program& program) {
    if (program.methods.empty()) return {};
    std::vector<std::string_view> names;
    for (const auto& entry : program.verifications) {
        for (const auto& scheme : schemes()) {
            if (scheme.kind != entry.kind || scheme.kind == SchemeKind::None) continue;
            if (std::ranges::find(names, scheme.name) == names.end()) names.push_back(scheme.name);
        }
    }
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Abilities abilities(const Pack& pack) {
    const auto& program = pack.program();
    Abilities out;
    add_rules(program.groups, out);
    for (const auto& poll : program.polls) {
        add_rules(poll.groups, out);
        out.backfill |= poll.backfill;
    }
    out.poll = !program.polls.empty();
    out.send = program.send.has_value();
    out.media |= program.send && program.send->max_media > 0;
    out.signature = signature_of(program);
    return out;
}

std::string vendor_table(std::span<const std::shared_ptr<const Pack>> packs) {
    std::string out =
        "| vendor | pack | receive | send | receipts | media | edits | poll | backfill | origin proved by |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    const auto mark = [](bool able) { return able ? "yes" : "–"; };
    for (const auto& pack : packs) {
        const auto able = abilities(*pack);
        fmt::format_to(std::back_inserter(out), "| {} | `{}` | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                       pack->title(), pack->name(), mark(able.receive), mark(able.send), mark(able.receipts),
                       mark(able.media), mark(able.edits), mark(able.poll), mark(able.backfill),
                       able.signature.empty() ? "–" : able.signature);
    }
    return out;
}

}  // namespace tandem::mapping
