#include "core/config/node.hpp"

#include "core/config/node_builder.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace tandem::config {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?   (YAML 1.2.2, 10.3.2)
bool is_core_float(std::string_view text) {
    std::size_t i = 0;
    auto digits = [&] {
        auto start = i;
        while (i < text.size() && is_digit(text[i]))
            ++i;
        return i - start;
    };
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    auto whole = digits();
    std::size_t fraction = 0;
    if (i < text.size() && text[i] == '.') {
        ++i;
        fraction = digits();
    }
    if (whole + fraction == 0) return false;
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        ++i;
        if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
        if (digits() == 0) return false;
    }
    return i == text.size();
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text, int base) {
    Number value{};
    auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::int64_t> parse_core_int(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0o")) {
        auto digits = text.substr(2);
        if (digits.empty() || digits.front() == '-') return std::nullopt;
        return parse_whole<std::int64_t>(digits, text[1] == 'x' ? 16 : 8);
    }
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    return parse_whole<std::int64_t>(text, 10);
}

std::optional<std::uint64_t> large_unsigned(std::string_view text) {
    return parse_whole<std::uint64_t>(text, 10);
}

std::optional<double> parse_core_double(std::string_view text) {
    auto unsigned_text = text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
    auto sign = text.starts_with('-') ? -1.0 : 1.0;
    if (unsigned_text == ".inf" || unsigned_text == ".Inf" || unsigned_text == ".INF") return sign * HUGE_VAL;
    if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::nan("");
    if (!is_core_float(text)) return std::nullopt;
    double value = 0;
    auto from = text.starts_with('+') ? text.substr(1) : text;
    auto [end, status] = std::from_chars(from.data(), from.data() + from.size(), value);
    if (status != std::errc() || end != from.data() + from.size()) return std::nullopt;
    return value;
}

std::size_t escape_length(char letter) {
    switch (letter) {
        case 'x':
            return 4;
        case 'u':
            return 6;
        case 'U':
            return 10;
        default:
            return 2;
    }
}

std::size_t character_length(char lead) {
    auto byte = static_cast<unsigned char>(lead);
    if (byte >= 0xf0) return 4;
    if (byte >= 0xe0) return 3;
    return byte >= 0xc0 ? 2 : 1;
}

// Walks the source of a scalar next to its text.
class TextWalk {
public:
    explicit TextWalk(const NodeBuilder::Data& data)
        : data_(data), at_(data.text_offset), line_(data.text_line), column_(data.text_column) {}

    Position to(std::size_t offset) {
        std::size_t done = 0;
        while (done < offset && done < data_.text.size() && at_ < data_.source->size()) {
            done += step(character_length(data_.text[done]));
        }
        return {data_.position.file, line_, column_};
    }

private:
    // Passes what stands for one character of the text; returns how many bytes of the text that was.
    std::size_t step(std::size_t length) {
        std::string_view source = *data_.source;
        if (source[at_] == '\n') {
            new_line();
            return 1;
        }
        std::size_t taken = length;
        int width = 1;
        if (data_.style == ScalarStyle::DoubleQuoted && source[at_] == '\\' && at_ + 1 < source.size()) {
            taken = escape_length(source[at_ + 1]);
            width = static_cast<int>(taken);
        } else if (data_.style == ScalarStyle::SingleQuoted && source.substr(at_, 2) == "''") {
            taken = 2;
            width = 2;
        }
        at_ += taken;
        column_ += width;
        return length;
    }

    void new_line() {
        ++at_;
        ++line_;
        column_ = 1;
        auto limit = data_.style == ScalarStyle::Block ? data_.text_column : std::numeric_limits<int>::max();
        while (at_ < data_.source->size() && (*data_.source)[at_] == ' ' && column_ < limit) {
            ++at_;
            ++column_;
        }
    }

    const NodeBuilder::Data& data_;
    std::size_t at_;
    int line_;
    int column_;
};

}  // namespace

const NodeBuilder::Data& NodeBuilder::data(const Node& node) {
    static const Data missing = [] {
        Data data;
        data.kind = NodeKind::Missing;
        return data;
    }();
    return node.data_ ? *node.data_ : missing;
}

NodeKind Node::kind() const {
    return data_ ? data_->kind : NodeKind::Missing;
}

const Position& Node::position() const {
    return NodeBuilder::data(*this).position;
}

const std::string& Node::path() const {
    return NodeBuilder::data(*this).path;
}

const std::string& Node::text() const {
    return NodeBuilder::data(*this).text;
}

bool Node::quoted() const {
    const auto& data = NodeBuilder::data(*this);
    return data.kind == NodeKind::Scalar && (data.style != ScalarStyle::Plain || data.tagged_string);
}

bool Node::substituted() const {
    return NodeBuilder::data(*this).substituted;
}

int Node::column_of_text() const {
    const auto& data = NodeBuilder::data(*this);
    return data.kind == NodeKind::Scalar ? data.text_column : data.position.column;
}

bool Node::unresolved() const {
    return NodeBuilder::data(*this).unresolved;
}

Position Node::position_in_text(std::size_t offset) const {
    const auto& data = NodeBuilder::data(*this);
    if (data.kind != NodeKind::Scalar || data.substituted || !data.source) return data.position;
    return TextWalk(data).to(offset);
}

std::vector<Node> Node::items() const {
    return NodeBuilder::data(*this).items;
}

std::vector<std::pair<Node, Node>> Node::entries() const {
    return NodeBuilder::data(*this).entries;
}

Node Node::get(std::string_view key) const {
    const auto& entries = NodeBuilder::data(*this).entries;
    auto found = std::ranges::find_if(entries, [&](const auto& entry) { return entry.first.text() == key; });
    return found == entries.end() ? Node() : found->second;
}

std::optional<bool> Node::as_bool() const {
    if (kind() != NodeKind::Scalar || (quoted() && !substituted())) return std::nullopt;
    const auto& word = text();
    if (word == "true" || word == "True" || word == "TRUE") return true;
    if (word == "false" || word == "False" || word == "FALSE") return false;
    return std::nullopt;
}

std::optional<std::int64_t> Node::as_int() const {
    if (kind() != NodeKind::Scalar || (quoted() && !substituted())) return std::nullopt;
    return parse_core_int(text());
}

std::optional<double> Node::as_double() const {
    if (kind() != NodeKind::Scalar || (quoted() && !substituted())) return std::nullopt;
    if (auto whole = parse_core_int(text())) return static_cast<double>(*whole);
    return parse_core_double(text());
}

data::Value Node::to_value(data::Arena& arena) const {
    const auto& data = NodeBuilder::data(*this);
    switch (data.kind) {
        case NodeKind::Missing:
        case NodeKind::Null:
            return {};
        case NodeKind::Scalar:
            if (data.substituted) break;
            if (auto flag = as_bool()) return data::Value::boolean(*flag);
            if (auto whole = as_int()) return data::Value::integer(*whole);
            if (auto big = large_unsigned(data.text); big && !quoted()) return data::Value::unsigned_integer(*big);
            if (auto real = as_double()) return data::Value::real(*real);
            break;
        case NodeKind::Sequence: {
            auto items = arena.array<data::Value>(data.items.size());
            std::ranges::transform(data.items, items.begin(), [&](const Node& item) { return item.to_value(arena); });
            return data::Value::array(items);
        }
        case NodeKind::Mapping: {
            auto members = arena.array<data::Member>(data.entries.size());
            std::ranges::transform(data.entries, members.begin(), [&](const auto& entry) {
                return data::Member{arena.copy(entry.first.text()), entry.second.to_value(arena)};
            });
            return data::Value::object(members);
        }
    }
    return data::make_string(arena, data.text);
}

}  // namespace tandem::config
