#include "core/expr/lint.hpp"

#include "core/expr/syntax.hpp"

#include <algorithm>

namespace tandem::expr {

namespace {

constexpr std::size_t kDepth = 256;

// Forms that look into what stands left of them; true and false hold nothing.
bool looks_inside(Form form) {
    switch (form) {
        case Form::Sub:
        case Form::Index:
        case Form::Slice:
        case Form::Flatten:
        case Form::ListProjection:
        case Form::ObjectProjection:
        case Form::Filter:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::vector<Remark> lint(std::string_view text) {
    data::Arena arena;
    const auto tokens = tokenize(text, false, arena);
    if (!tokens) return {};
    const auto tree = parse(*tokens, kDepth);
    if (!tree) return {};
    std::vector<Remark> remarks;
    for (const SyntaxNode& node : tree->nodes) {
        if (!looks_inside(node.form) || node.left == kNoNode) continue;
        const SyntaxNode& left = tree->nodes[node.left];
        if (left.form != Form::Not) continue;
        remarks.push_back(
            {"'!' is applied before what follows, so this looks into true or false and is always null; "
             "write !(...) around the whole path",
             left.offset + 1});
    }
    std::ranges::sort(remarks, {}, &Remark::column);
    return remarks;
}

}  // namespace tandem::expr
