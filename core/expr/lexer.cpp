#include "core/expr/lexer.hpp"

#include "core/data/json.hpp"

#include <array>
#include <charconv>
#include <string>

namespace tandem::expr {
namespace {

struct Symbol {
    std::string_view text;
    TokenKind kind;
};

// Longer symbols stand before their prefixes.
constexpr std::array kSymbols = {
    Symbol{"[]", TokenKind::Flatten},    Symbol{"[?", TokenKind::Filter},       Symbol{"||", TokenKind::Or},
    Symbol{"&&", TokenKind::And},        Symbol{"==", TokenKind::Equal},        Symbol{"!=", TokenKind::NotEqual},
    Symbol{"<=", TokenKind::LessEqual},  Symbol{">=", TokenKind::GreaterEqual}, Symbol{"//", TokenKind::IntegerDivide},
    Symbol{"@", TokenKind::Current},     Symbol{".", TokenKind::Dot},           Symbol{",", TokenKind::Comma},
    Symbol{":", TokenKind::Colon},       Symbol{"=", TokenKind::Assign},        Symbol{"?", TokenKind::Question},
    Symbol{"(", TokenKind::LeftParen},   Symbol{")", TokenKind::RightParen},    Symbol{"{", TokenKind::LeftBrace},
    Symbol{"}", TokenKind::RightBrace},  Symbol{"[", TokenKind::LeftBracket},   Symbol{"]", TokenKind::RightBracket},
    Symbol{"&", TokenKind::Reference},   Symbol{"|", TokenKind::Pipe},          Symbol{"!", TokenKind::Not},
    Symbol{"<", TokenKind::Less},        Symbol{">", TokenKind::Greater},       Symbol{"+", TokenKind::Plus},
    Symbol{"-", TokenKind::Minus},       Symbol{"*", TokenKind::Star},          Symbol{"/", TokenKind::Divide},
    Symbol{"%", TokenKind::Modulo},      Symbol{"\u2212", TokenKind::Minus},    Symbol{"\u00D7", TokenKind::Star},
    Symbol{"\u00F7", TokenKind::Divide},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_identifier_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_identifier(char c) {
    return is_identifier_start(c) || is_digit(c);
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class Lexer {
public:
    Lexer(std::string_view text, bool legacy_literals, data::Arena& arena)
        : text_(text), legacy_literals_(legacy_literals), arena_(arena) {}

    std::expected<std::vector<Token>, ExprError> run() {
        while (true) {
            while (at_ < text_.size() && is_space(text_[at_]))
                ++at_;
            if (at_ == text_.size()) break;
            auto token = next();
            if (!token) return std::unexpected(std::move(token).error());
            tokens_.push_back(*token);
        }
        tokens_.push_back({TokenKind::End, text_.size(), {}, {}});
        return std::move(tokens_);
    }

private:
    using TokenResult = std::expected<Token, ExprError>;

    TokenResult next() {
        auto c = text_[at_];
        if (is_identifier_start(c)) return word(TokenKind::Identifier, at_);
        if (c == '$') {
            if (at_ + 1 < text_.size() && is_identifier_start(text_[at_ + 1]))
                return word(TokenKind::Variable, at_ + 1);
            return take(TokenKind::Root, at_ + 1);
        }
        if (is_digit(c) || (c == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) return number();
        if (c == '"') return quoted_identifier();
        if (c == '\'') return raw_string();
        if (c == '`') return literal();
        for (const auto& symbol : kSymbols) {
            if (text_.substr(at_).starts_with(symbol.text)) return take(symbol.kind, at_ + symbol.text.size());
        }
        return error(at_, "this character has no meaning here");
    }

    Token take(TokenKind kind, std::size_t end, data::Value value = {}) {
        Token token{kind, at_, text_.substr(at_, end - at_), value};
        at_ = end;
        return token;
    }

    Token word(TokenKind kind, std::size_t start) {
        auto end = start;
        while (end < text_.size() && is_identifier(text_[end]))
            ++end;
        return take(kind, end, data::Value::string(text_.substr(start, end - start)));
    }

    TokenResult number() {
        auto end = at_ + 1;
        while (end < text_.size() && is_digit(text_[end]))
            ++end;
        std::int64_t value = 0;
        auto parsed = std::from_chars(text_.data() + at_, text_.data() + end, value);
        if (parsed.ec != std::errc()) return error(at_, "number out of range");
        return take(TokenKind::Number, end, data::Value::integer(value));
    }

    // The offset of the unescaped `quote` that ends what starts at at_, or npos.
    std::size_t closing(char quote) const {
        for (auto i = at_ + 1; i < text_.size(); ++i) {
            if (text_[i] == '\\') {
                ++i;
            } else if (text_[i] == quote) {
                return i;
            }
        }
        return std::string_view::npos;
    }

    TokenResult quoted_identifier() {
        auto end = closing('"');
        if (end == std::string_view::npos) return error(at_, "the closing \" is missing");
        auto value = data::parse_json(text_.substr(at_, end + 1 - at_), arena_);
        if (!value) return error(at_, "bad quoted name: " + value.error().text);
        return take(TokenKind::QuotedIdentifier, end + 1, *value);
    }

    TokenResult raw_string() {
        auto end = closing('\'');
        if (end == std::string_view::npos) return error(at_, "the closing ' is missing");
        auto inside = text_.substr(at_ + 1, end - at_ - 1);
        std::string out;
        for (std::size_t i = 0; i < inside.size(); ++i) {
            bool escape =
                inside[i] == '\\' && i + 1 < inside.size() && (inside[i + 1] == '\'' || inside[i + 1] == '\\');
            if (escape) ++i;
            out.push_back(inside[i]);
        }
        return take(TokenKind::Literal, end + 1, data::make_string(arena_, out));
    }

    TokenResult literal() {
        auto end = closing('`');
        if (end == std::string_view::npos) return error(at_, "the closing ` is missing");
        auto inside = text_.substr(at_ + 1, end - at_ - 1);
        std::string json;
        for (std::size_t i = 0; i < inside.size(); ++i) {
            if (inside[i] == '\\' && i + 1 < inside.size()) {
                if (inside[i + 1] != '`') json.push_back('\\');
                ++i;
            }
            json.push_back(inside[i]);
        }
        auto value = data::parse_json(json, arena_);
        if (!value && legacy_literals_) value = data::parse_json(legacy_text(json), arena_);
        if (!value) return error(at_, "not JSON between the backticks: " + value.error().text);
        return take(TokenKind::Literal, end + 1, *value);
    }

    static std::string legacy_text(std::string_view json) {
        auto start = json.find_first_not_of(" \t\r\n");
        return '"' + std::string(start == std::string_view::npos ? "" : json.substr(start)) + '"';
    }

    static std::unexpected<ExprError> error(std::size_t offset, std::string text) {
        return std::unexpected(ExprError{ExprErrorKind::Syntax, std::move(text), offset + 1});
    }

    std::string_view text_;
    bool legacy_literals_;
    data::Arena& arena_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
};

}  // namespace

std::expected<std::vector<Token>, ExprError> tokenize(std::string_view text, bool legacy_literals, data::Arena& arena) {
    return Lexer(text, legacy_literals, arena).run();
}

}  // namespace tandem::expr
