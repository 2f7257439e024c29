#include "core/expr/lint.hpp"

#include "core/expr/syntax.hpp"

#include <algorithm>
#include <optional>
#include <utility>

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

std::optional<SyntaxTree> tree_of(std::string_view text, data::Arena& arena) {
    const auto tokens = tokenize(text, false, arena);
    if (!tokens) return std::nullopt;
    auto tree = parse(*tokens, kDepth);
    return tree ? std::optional(std::move(*tree)) : std::nullopt;
}

// Follows where the current node is the document itself.
class RootReader {
public:
    explicit RootReader(const SyntaxTree& tree) : tree_(tree) {}

    std::vector<RootField> take() {
        visit(tree_.root, true);
        std::ranges::sort(found_, {}, &RootField::column);
        return std::move(found_);
    }

private:
    void visit(NodeIndex index, bool at_root) {
        if (index == kNoNode) return;
        const SyntaxNode& node = tree_.nodes[index];
        if (node.form == Form::Field && at_root) {
            found_.push_back({std::string(node.value.as_string()), node.offset + 1});
        }
        const bool passes = node.form == Form::Sub || node.form == Form::Pipe;
        const bool inside = passes && stays(node.left, at_root);
        visit(node.left, node.form == Form::Reference ? false : at_root);
        visit(node.right, passes ? inside : looks_inside(node.form) ? false : at_root);
        visit(node.third, looks_inside(node.form) ? false : at_root);
        for (const NodeIndex child : node.children)
            visit(child, at_root);
    }

    // What stands left of a dot is the document again.
    bool stays(NodeIndex index, bool at_root) const {
        if (index == kNoNode) return at_root;
        const Form form = tree_.nodes[index].form;
        return form == Form::Root || (form == Form::Current && at_root);
    }

    const SyntaxTree& tree_;
    std::vector<RootField> found_;
};

}  // namespace

std::vector<RootField> root_fields(std::string_view text) {
    data::Arena arena;
    const auto tree = tree_of(text, arena);
    return tree ? RootReader(*tree).take() : std::vector<RootField>();
}

std::vector<Remark> lint(std::string_view text) {
    data::Arena arena;
    const auto tree = tree_of(text, arena);
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
