#include "core/base/text.hpp"
#include "core/data/decode.hpp"
#include "core/mapping/compiler.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tandem::mapping {

using config::Node;

namespace {

std::vector<std::string> texts(const Node& node) {
    std::vector<std::string> out;
    if (!node) return out;
    for (const auto& item : node.items())
        out.push_back(item.text());
    return out;
}

bool needs_let(const Code& code) {
    return std::ranges::any_of(code.needs, [](auto slot) { return slot >= kFixedSlots; });
}

bool needs_let(const std::optional<Code>& code) {
    return code && needs_let(*code);
}

// What runs before an event is stored, after it was verified.
bool uses_let(const Program& program) {
    const auto answer_uses = [](const AnswerProgram& answer) {
        return needs_let(answer.body) || needs_let(answer.type);
    };
    return answer_uses(program.answer) || std::ranges::any_of(program.guards, [&](const Guard& guard) {
               return needs_let(guard.when) || needs_let(guard.reason) || (guard.answer && answer_uses(*guard.answer));
           });
}

}  // namespace

void Compiler::receive(const Node& node) {
    program_.methods = texts(node.get("methods"));
    if (!node.get("methods")) program_.methods = {"POST"};
    for (const auto& header : texts(node.get("keep_headers")))
        program_.keep_headers.push_back(to_lower_ascii(header));
    program_.secret_query = texts(node.get("secret_query"));
    if (const auto decode = node.get("decode")) program_.decoder = decode.text();
    charset(node.get("charset"));
    challenges(node.get("challenge"));
    members_ = &program_.guard_members;
    verifications(node.get("verify"));
    if (program_.verifications.empty() && std::ranges::any_of(program_.challenges, &Challenge::verify)) {
        error(node.get("challenge"), "`verify: true` needs `verify`");
    }
    members_ = &program_.map_members;
    program_.let = let(node.get("let"));
    const auto let_members = program_.map_members;
    members_ = &program_.guard_members;
    guards(node.get("guards"));
    program_.answer = answer(node.get("answer"), 200);
    program_.let_before = uses_let(program_);
    if (program_.let_before) program_.guard_members |= let_members;
    members_ = &program_.map_members;
    in_records_ = true;
    records(node.get("records"));
    members_ = nullptr;
}

void Compiler::charset(const Node& node) {
    if (!node) return;
    program_.charset = node.text();
    const bool fits = program_.decoder == "form" || program_.decoder == "text" || program_.decoder == "csv" ||
                      program_.decoder == "auto" || program_.decoder == "mail";
    if (!fits) error(node, "`charset` is for form, text, csv, mail and auto");
    data::Arena arena(64);
    if (auto known = data::decode_octets(program_.charset, "", arena); !known) error(node, known.error().text);
}

void Compiler::challenges(const Node& node) {
    if (!node) return;
    for (const auto& item : node.items()) {
        members_ = &program_.challenge_members;
        auto when = expression(item.get("when"));
        members_ = nullptr;  // the rest runs for handshakes only, with the whole request
        auto accept = optional_expression(item.get("accept"));
        const bool verify = item.get("verify").as_bool().value_or(false);
        auto yes = answer(item.get("answer"), 200);
        auto no = answer(item.get("refuse"), 403);
        if (when)
            program_.challenges.push_back({std::move(*when), std::move(accept), verify, std::move(yes), std::move(no)});
    }
}

void Compiler::guards(const Node& node) {
    if (!node) return;
    for (const auto& item : node.items()) {
        auto when = expression(item.get("when"));
        if (!when) continue;
        Guard guard{.when = std::move(*when), .reason = optional_expression(item.get("reason")), .answer = {}};
        if (item.get("verdict").text() == "ignored") guard.verdict = Verdict::Ignored;
        guard.status = static_cast<int>(item.get("status").as_int().value_or(400));
        if (item.get("answer"))
            guard.answer = answer(item.get("answer"), guard.verdict == Verdict::Ignored ? 200 : guard.status);
        if (guard.verdict == Verdict::Ignored && item.get("status")) {
            error(item.get("status"), "only a rejection has a status; use `answer`");
        }
        program_.guards.push_back(std::move(guard));
    }
}

AnswerProgram Compiler::answer(const Node& node, int status) {
    AnswerProgram out{.status = status, .content_type = {}, .type = {}, .body = {}};
    if (!node) return out;
    out.status = static_cast<int>(node.get("status").as_int().value_or(status));
    // No media type begins with a $.
    if (node.get("type").text().starts_with('$')) {
        out.type = expression(node.get("type"));
    } else {
        out.content_type = node.get("type").text();
    }
    out.body = optional_expression(node.get("body"));
    return out;
}

}  // namespace tandem::mapping
