#include "connectors/imap/response_reader.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::imap {

namespace {

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return out;
}

std::string_view cut_word(std::string_view& text) {
    const auto space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    return word;
}

Condition condition_of(std::string_view word) {
    static constexpr std::array<std::pair<std::string_view, Condition>, 5> kWords{{{"OK", Condition::Ok},
                                                                                   {"NO", Condition::No},
                                                                                   {"BAD", Condition::Bad},
                                                                                   {"BYE", Condition::Bye},
                                                                                   {"PREAUTH", Condition::PreAuth}}};
    const auto found = std::ranges::find_if(kWords, [&](const auto& one) { return iequals_ascii(one.first, word); });
    return found == kWords.end() ? Condition::None : found->second;
}

}  // namespace

void ResponseReader::feed(std::string_view octets) {
    while (!octets.empty() && !fault_) {
        if (literal_left_ > 0) {
            feed_literal(octets);
            continue;
        }
        const auto end = octets.find('\n');
        const std::string_view piece = octets.substr(0, end);
        line_octets_ += piece.size();
        if (line_octets_ > limits_.line) {
            fault_ = "a line is too long";
            return;
        }
        line_ += piece;
        if (end == std::string_view::npos) return;
        octets.remove_prefix(end + 1);
        if (line_.ends_with('\r')) line_.pop_back();
        const std::string text = std::exchange(line_, {});
        segment(text);
    }
}

void ResponseReader::feed_literal(std::string_view& octets) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(literal_left_, octets.size()));
    const std::size_t keep = std::min(size, limits_.literals - kept_);
    literal_into_->append(octets.substr(0, keep));
    kept_ += keep;
    if (keep < size && literal_cut_ != nullptr) *literal_cut_ = true;
    literal_left_ -= size;
    octets.remove_prefix(size);
}

void ResponseReader::segment(std::string_view text) {
    if (!open_) {
        response_ = {};
        open_lists_.clear();
        values_ = kept_ = 0;
        in_section_ = false;
        open_ = true;
        text = begin(text);
    }
    if (tokens(text)) finish();
}

void ResponseReader::finish() {
    if (fault_) return;
    open_ = false;
    line_octets_ = 0;
    open_lists_.clear();
    ready_.push_back(std::exchange(response_, {}));
}

// Tag, and the word that says what follows; returns what is to be cut into values. A condition's text is for people and
// holds no literal, whatever it ends with.
std::string_view ResponseReader::begin(std::string_view text) {
    response_.tag = cut_word(text);
    if (response_.continuation()) {
        response_.text = text;
        return {};
    }
    std::string_view word = cut_word(text);
    response_.condition = condition_of(word);
    if (response_.condition != Condition::None) {
        begin_condition(text);
        return {};
    }
    if (const auto number = parse_number(word); number && *number <= UINT32_MAX) {
        response_.number = static_cast<std::uint32_t>(*number);
        word = cut_word(text);
    }
    response_.word = upper(word);
    if (response_.word != "SEARCH" && response_.word != "ESEARCH") return text;
    response_.text = text;
    return {};
}

void ResponseReader::begin_condition(std::string_view rest) {
    const auto end = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
    if (end != std::string_view::npos) {
        response_.code = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
        if (rest.starts_with(' ')) rest.remove_prefix(1);
    }
    response_.text = rest;
}

// False when a literal follows.
bool ResponseReader::tokens(std::string_view text) {
    open_lists_.reserve(8);
    while (!text.empty() && !fault_) {
        const char c = text.front();
        if (in_section_) {
            if (atom_token(text)) return false;
        } else if (c == ' ') {
            text.remove_prefix(1);
        } else if (c == '(') {
            if (open_lists_.size() >= limits_.depth) {
                fault_ = "too many lists inside each other";
                return false;
            }
            if (Value* list = add(Value::Kind::List)) open_lists_.push_back(&list->items);
            text.remove_prefix(1);
        } else if (c == ')') {
            if (!open_lists_.empty()) open_lists_.pop_back();
            text.remove_prefix(1);
        } else if (c == '"') {
            string_token(text);
        } else if (literal_token(text)) {
            return false;
        } else if (!text.empty() && atom_token(text)) {
            return false;
        }
    }
    return !fault_;
}

Value* ResponseReader::add(Value::Kind kind) {
    if (++values_ > limits_.values) {
        fault_ = "a response has too many values";
        return nullptr;
    }
    auto& list = open_lists_.empty() ? response_.values : *open_lists_.back();
    return &list.emplace_back(Value{.kind = kind});
}

void ResponseReader::string_token(std::string_view& text) {
    Value* value = add(Value::Kind::String);
    if (value == nullptr) return;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return;
        }
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        value->text += text[i];
    }
    fault_ = "a quoted string has no end";
}

// "{12}", "{12+}" or "~{12}" at the end of the segment. An empty literal is a value at once, and the segment that
// follows goes on.
bool ResponseReader::literal_token(std::string_view& text) {
    const std::size_t skip = text.starts_with("~{") ? 2 : text.starts_with('{') ? 1 : 0;
    if (skip == 0 || !text.ends_with('}')) return false;
    std::string_view digits = text.substr(skip, text.size() - skip - 1);
    if (digits.ends_with('+')) digits.remove_suffix(1);
    const auto size = parse_number(digits);
    if (!size) return false;
    Value* value = add(Value::Kind::String);
    if (value == nullptr) return true;
    literal_cut_ = &value->cut;
    begin_literal(*size, value->text);
    return true;
}

void ResponseReader::begin_literal(std::uint64_t size, std::string& into) {
    if (size > limits_.literal) {
        fault_ = "a literal is too large";
        return;
    }
    literal_left_ = size;
    literal_into_ = &into;
    into.reserve(into.size() + static_cast<std::size_t>(std::min<std::uint64_t>(
                                   {size, limits_.literals - kept_, std::uint64_t{64} * 1024})));
}

// Up to a blank, parenthesis or quote; brackets hold what they hold (BODY[HEADER.FIELDS (DATE)]). True when a literal
// follows inside the brackets.
bool ResponseReader::atom_token(std::string_view& text) {
    Value* atom = nullptr;
    if (in_section_) {
        auto& list = open_lists_.empty() ? response_.values : *open_lists_.back();
        atom = &list.back();
    } else {
        atom = add(Value::Kind::Atom);
    }
    if (atom == nullptr) return false;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (!in_section_ && (c == ' ' || c == '(' || c == ')' || c == '"')) break;
        if (c == '[') in_section_ = true;
        if (c == ']') in_section_ = false;
    }
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at);
    if (in_section_ && taken.ends_with('}')) {
        const auto brace = taken.rfind('{');
        const auto size = brace == std::string_view::npos
                              ? std::nullopt
                              : parse_number(taken.substr(brace + 1, taken.size() - brace - 2));
        if (size) {
            atom->text += taken.substr(0, brace);
            literal_cut_ = nullptr;
            begin_literal(*size, atom->text);
            return true;
        }
    }
    atom->text += taken;
    if (!in_section_ && iequals_ascii(atom->text, "NIL")) *atom = Value{};
    return false;
}

}  // namespace tandem::imap
