// A Pratt parser: what a token means at the start of an expression is in prefix(), between two operands in infix(), and
// power() says how tightly the latter binds. Precedence is that of the grammar and of JEP-9, JEP-16 and JEP-21.
//
// After the first error the parser sees only the end of the text, so that every loop ends by itself.
#include "core/expr/syntax.hpp"

#include <string>
#include <utility>

namespace tandem::expr {
namespace {

constexpr int kPipePower = 1;
constexpr int kTernaryPower = 2;
constexpr int kUnaryPower = 8;
constexpr int kFlattenPower = 9;
constexpr int kProjectionStop = 10;  // what binds weaker ends a projection
constexpr int kStarPower = 20;
constexpr int kFilterPower = 21;
constexpr int kDotPower = 40;
constexpr int kNotPower = 45;
constexpr int kBracketPower = 55;

// Operators one behind the other make a tree that leans to the left; later stages follow it recursively.
constexpr std::size_t kMaxChain = 1000;

int power(TokenKind kind) {
    switch (kind) {
        case TokenKind::Pipe:
            return kPipePower;
        case TokenKind::Question:
            return kTernaryPower;
        case TokenKind::Or:
            return 3;
        case TokenKind::And:
            return 4;
        case TokenKind::Equal:
        case TokenKind::NotEqual:
        case TokenKind::Less:
        case TokenKind::LessEqual:
        case TokenKind::Greater:
        case TokenKind::GreaterEqual:
            return 5;
        case TokenKind::Plus:
        case TokenKind::Minus:
            return 6;
        case TokenKind::Star:
        case TokenKind::Divide:
        case TokenKind::IntegerDivide:
        case TokenKind::Modulo:
            return 7;
        case TokenKind::Flatten:
            return kFlattenPower;
        case TokenKind::Filter:
            return kFilterPower;
        case TokenKind::Dot:
            return kDotPower;
        case TokenKind::LeftBracket:
            return kBracketPower;
        default:
            return 0;
    }
}

class Parser {
public:
    Parser(std::span<const Token> tokens, std::size_t depth) : tokens_(tokens), depth_left_(depth) {}

    std::expected<SyntaxTree, ExprError> run() {
        if (peek().kind == TokenKind::End) fail(peek(), "the expression is empty");
        tree_.root = expression(0);
        if (peek().kind != TokenKind::End) unexpected(peek());
        if (error_) return std::unexpected(std::move(*error_));
        return std::move(tree_);
    }

private:
    const Token& peek(std::size_t ahead = 0) const {
        auto last = tokens_.size() - 1;
        return error_ ? tokens_[last] : tokens_[std::min(at_ + ahead, last)];
    }
    const Token& advance() {
        const auto& token = peek();
        if (at_ + 1 < tokens_.size()) ++at_;
        return token;
    }
    bool accept(TokenKind kind) {
        if (peek().kind != kind) return false;
        advance();
        return true;
    }
    void expect(TokenKind kind, std::string_view what) {
        if (!accept(kind)) fail(peek(), "expected " + std::string(what) + found(peek()));
    }

    static std::string found(const Token& token) {
        if (token.kind == TokenKind::End) return ", but the expression ends here";
        return ", found " + std::string(token.text);
    }
    void fail(const Token& token, std::string text, ExprErrorKind kind = ExprErrorKind::Syntax) {
        if (!error_) error_ = ExprError{kind, std::move(text), token.offset + 1};
    }
    NodeIndex unexpected(const Token& token) {
        bool end = token.kind == TokenKind::End;
        fail(token, end ? "the expression ends too early" : "unexpected " + std::string(token.text));
        return 0;
    }

    NodeIndex add(SyntaxNode node) {
        tree_.nodes.push_back(std::move(node));
        return static_cast<NodeIndex>(tree_.nodes.size() - 1);
    }
    NodeIndex current() { return add({.form = Form::Current, .offset = peek().offset}); }

    // Runs `part` one level deeper; every cycle of mutually recursive functions passes here.
    template <class Part>
    NodeIndex nested(Part part) {
        if (depth_left_ == 0) {
            fail(peek(), "nested too deeply", ExprErrorKind::Limit);
            return 0;
        }
        --depth_left_;
        auto node = part();
        ++depth_left_;
        return node;
    }

    NodeIndex expression(int minimum) {
        return nested([&] { return tail(prefix(), minimum); });
    }

    NodeIndex tail(NodeIndex left, int minimum) {
        for (std::size_t length = 0; power(peek().kind) > minimum; ++length) {
            if (length == kMaxChain) fail(peek(), "too many operators in a row", ExprErrorKind::Limit);
            left = infix(left);
        }
        return left;
    }

    NodeIndex prefix() {
        const auto& token = advance();
        auto offset = token.offset;
        switch (token.kind) {
            case TokenKind::Literal:
                return add({.form = Form::Literal, .offset = offset, .value = token.value});
            case TokenKind::Current:
                return add({.form = Form::Current, .offset = offset});
            case TokenKind::Root:
                return add({.form = Form::Root, .offset = offset});
            case TokenKind::Variable:
                return add({.form = Form::Variable, .offset = offset, .value = token.value});
            case TokenKind::Identifier:
                if (token.text == "let" && peek().kind == TokenKind::Variable) return let(offset);
                return name(token);
            case TokenKind::QuotedIdentifier:
                return name(token);
            case TokenKind::Star: {
                auto left = add({.form = Form::Current, .offset = offset});
                return projection(Form::ObjectProjection, left, kStarPower, offset);
            }
            case TokenKind::Flatten: {
                auto left = add({.form = Form::Current, .offset = offset});
                return projection(Form::Flatten, left, kFlattenPower, offset);
            }
            case TokenKind::Filter:
                return filter(add({.form = Form::Current, .offset = offset}), offset);
            case TokenKind::LeftBracket:
                return bracket_prefix(offset);
            case TokenKind::LeftBrace:
                return hash(offset);
            case TokenKind::LeftParen: {
                auto inner = expression(0);
                expect(TokenKind::RightParen, ")");
                return inner;
            }
            case TokenKind::Not:
                return add({.form = Form::Not, .offset = offset, .left = expression(kNotPower)});
            case TokenKind::Minus:
                return add({.form = Form::Negate, .offset = offset, .left = expression(kUnaryPower)});
            case TokenKind::Plus:
                return add({.form = Form::UnaryPlus, .offset = offset, .left = expression(kUnaryPower)});
            case TokenKind::Number:
                fail(token, "a number is written between backticks: `" + std::string(token.text) + "`");
                return 0;
            default:
                return unexpected(token);
        }
    }

    NodeIndex infix(NodeIndex left) {
        const auto& token = advance();
        auto offset = token.offset;
        auto binary = [&](Form form) {
            auto right = expression(power(token.kind));
            return add({.form = form, .offset = offset, .left = left, .right = right, .operation = token.kind});
        };
        switch (token.kind) {
            case TokenKind::Dot: {
                if (accept(TokenKind::Star)) return projection(Form::ObjectProjection, left, kDotPower, offset);
                auto right = dot_right(kDotPower);
                return add({.form = Form::Sub, .offset = offset, .left = left, .right = right});
            }
            case TokenKind::LeftBracket:
                if (bracket_holds_numbers()) return index_or_slice(left, offset);
                if (accept(TokenKind::Star)) return star_in_bracket(left, offset);
                fail(peek(), "expected a number, a slice or * between [ and ]" + found(peek()));
                return 0;
            case TokenKind::Flatten:
                return projection(Form::Flatten, left, kFlattenPower, offset);
            case TokenKind::Filter:
                return filter(left, offset);
            case TokenKind::Question:
                return ternary(left, offset);
            case TokenKind::Pipe:
                return binary(Form::Pipe);
            case TokenKind::Or:
                return binary(Form::Or);
            case TokenKind::And:
                return binary(Form::And);
            case TokenKind::Plus:
            case TokenKind::Minus:
            case TokenKind::Star:
            case TokenKind::Divide:
            case TokenKind::IntegerDivide:
            case TokenKind::Modulo:
                return binary(Form::Arithmetic);
            default:
                return binary(Form::Compare);
        }
    }

    NodeIndex name(const Token& token) {
        if (peek().kind != TokenKind::LeftParen) {
            return add({.form = Form::Field, .offset = token.offset, .value = token.value});
        }
        if (token.kind == TokenKind::QuotedIdentifier) {
            fail(token, "the name of a function is written without quotes");
            return 0;
        }
        advance();
        SyntaxNode call{.form = Form::Call, .offset = token.offset, .value = token.value};
        if (!accept(TokenKind::RightParen)) {
            do
                call.children.push_back(argument());
            while (accept(TokenKind::Comma));
            expect(TokenKind::RightParen, ") or ,");
        }
        return add(std::move(call));
    }

    NodeIndex argument() {
        auto offset = peek().offset;
        if (!accept(TokenKind::Reference)) return expression(0);
        return add({.form = Form::Reference, .offset = offset, .left = expression(0)});
    }

    NodeIndex let(std::size_t offset) {
        SyntaxNode node{.form = Form::Let, .offset = offset};
        do {
            const auto& variable = peek();
            expect(TokenKind::Variable, "a variable");
            expect(TokenKind::Assign, "=");
            if (error_) return 0;
            node.names.push_back(variable.value.as_string());
            node.children.push_back(expression(0));
        } while (accept(TokenKind::Comma));
        if (peek().kind != TokenKind::Identifier || peek().text != "in") {
            fail(peek(), "expected `in` after the bindings of let" + found(peek()));
        }
        advance();
        node.left = expression(0);
        return add(std::move(node));
    }

    NodeIndex ternary(NodeIndex condition, std::size_t offset) {
        auto yes = expression(0);
        expect(TokenKind::Colon, ": of the conditional");
        auto no = expression(kTernaryPower - 1);
        return add({.form = Form::Ternary, .offset = offset, .left = condition, .right = yes, .third = no});
    }

    bool bracket_holds_numbers() const { return peek().kind == TokenKind::Number || peek().kind == TokenKind::Colon; }

    NodeIndex bracket_prefix(std::size_t offset) {
        if (bracket_holds_numbers()) return index_or_slice(add({.form = Form::Current, .offset = offset}), offset);
        if (peek().kind == TokenKind::Star && peek(1).kind == TokenKind::RightBracket) {
            advance();
            return star_in_bracket(add({.form = Form::Current, .offset = offset}), offset);
        }
        return list(offset);
    }

    NodeIndex star_in_bracket(NodeIndex left, std::size_t offset) {
        expect(TokenKind::RightBracket, "]");
        return projection(Form::ListProjection, left, kStarPower, offset);
    }

    NodeIndex index_or_slice(NodeIndex left, std::size_t offset) {
        std::array<std::optional<std::int64_t>, 3> parts;
        std::size_t colons = 0;
        while (peek().kind == TokenKind::Number || (peek().kind == TokenKind::Colon && colons < 2)) {
            const auto& token = advance();
            if (token.kind == TokenKind::Colon) {
                ++colons;
            } else if (parts[colons]) {
                return unexpected(token);
            } else {
                parts[colons] = token.value.as_int();
            }
        }
        expect(TokenKind::RightBracket, "]");
        if (error_) return 0;
        if (colons == 0) {
            auto value = data::Value::integer(*parts[0]);
            return add({.form = Form::Index, .offset = offset, .left = left, .value = value});
        }
        auto node = projection(Form::Slice, left, kStarPower, offset);
        tree_.nodes[node].slice = parts;
        return node;
    }

    NodeIndex filter(NodeIndex left, std::size_t offset) {
        auto condition = expression(0);
        expect(TokenKind::RightBracket, "]");
        auto right = peek().kind == TokenKind::Flatten ? current() : projection_right(kFilterPower);
        return add({.form = Form::Filter, .offset = offset, .left = left, .right = right, .third = condition});
    }

    NodeIndex projection(Form form, NodeIndex left, int minimum, std::size_t offset) {
        auto right = projection_right(minimum);
        return add({.form = form, .offset = offset, .left = left, .right = right});
    }

    // What a projection applies to each element: all that binds tighter than a projection ends.
    NodeIndex projection_right(int minimum) {
        if (power(peek().kind) < kProjectionStop) return current();
        if (accept(TokenKind::Dot)) {
            if (peek().kind != TokenKind::Star) return nested([&] { return dot_right(minimum); });
        }
        return expression(minimum);
    }

    // What may stand behind a dot, with all that binds tighter than `minimum`.
    NodeIndex dot_right(int minimum) {
        const auto& token = peek();
        switch (token.kind) {
            case TokenKind::Identifier:
            case TokenKind::QuotedIdentifier:
                advance();
                return tail(name(token), minimum);
            case TokenKind::LeftBracket:
                advance();
                return tail(list(token.offset), minimum);
            case TokenKind::LeftBrace:
                advance();
                return tail(hash(token.offset), minimum);
            default:
                fail(token, "expected a name, a function, [ or { after the dot" + found(token));
                return 0;
        }
    }

    NodeIndex list(std::size_t offset) {
        SyntaxNode node{.form = Form::List, .offset = offset};
        do
            node.children.push_back(expression(0));
        while (accept(TokenKind::Comma));
        expect(TokenKind::RightBracket, "] or ,");
        return add(std::move(node));
    }

    NodeIndex hash(std::size_t offset) {
        SyntaxNode node{.form = Form::Hash, .offset = offset};
        do {
            const auto& key = advance();
            if (key.kind != TokenKind::Identifier && key.kind != TokenKind::QuotedIdentifier) {
                fail(key, "expected a name" + found(key));
                return 0;
            }
            expect(TokenKind::Colon, ":");
            node.names.push_back(key.value.as_string());
            node.children.push_back(expression(0));
        } while (accept(TokenKind::Comma));
        expect(TokenKind::RightBrace, "} or ,");
        return add(std::move(node));
    }

    std::span<const Token> tokens_;
    std::size_t depth_left_;
    std::size_t at_ = 0;
    SyntaxTree tree_;
    std::optional<ExprError> error_;
};

}  // namespace

std::expected<SyntaxTree, ExprError> parse(std::span<const Token> tokens, std::size_t depth) {
    return Parser(tokens, depth).run();
}

}  // namespace tandem::expr
