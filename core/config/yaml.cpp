// Reading is driven by yaml-cpp's events, not by its node tree: events show aliases, repeated keys and exact marks,
// which the tree hides.
#include "core/base/text.hpp"
#include "core/config/file.hpp"
#include "core/config/node_builder.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_set>

namespace tandem::config {
namespace {

constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;
constexpr std::size_t kMaxNodes = 200'000;  // after aliases are expanded
constexpr int kMaxDepth = 100;

// Byte offsets of a text as lines and columns that an editor shows (columns count characters).
class Source {
public:
    Source(std::string text, std::string file)
        : text_(std::make_shared<const std::string>(std::move(text))), file_(std::move(file)) {
        starts_.push_back(0);
        for (std::size_t i = 0; i < text_->size(); ++i) {
            if ((*text_)[i] == '\n') starts_.push_back(i + 1);
        }
    }

    const std::shared_ptr<const std::string>& text() const { return text_; }

    Position position(std::size_t offset) const {
        offset = std::min(offset, text_->size());
        auto line = std::ranges::upper_bound(starts_, offset) - starts_.begin();
        auto start = starts_[static_cast<std::size_t>(line) - 1];
        auto column = 1 + std::count_if(text_->begin() + static_cast<std::ptrdiff_t>(start),
                                        text_->begin() + static_cast<std::ptrdiff_t>(offset),
                                        [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
        return {file_, static_cast<int>(line), static_cast<int>(column)};
    }

    Position position(const YAML::Mark& mark) const {
        if (mark.is_null()) return {file_, 0, 0};
        return position(static_cast<std::size_t>(std::max(mark.pos, 0)));
    }

    std::string_view from(std::size_t offset) const {
        return std::string_view(*text_).substr(std::min(offset, text_->size()));
    }

    std::string_view line(int number) const {
        auto start = starts_[static_cast<std::size_t>(number) - 1];
        return from(start).substr(0, from(start).find('\n'));
    }

private:
    std::shared_ptr<const std::string> text_;
    std::string file_;
    std::vector<std::size_t> starts_;
};

// Passes yaml-cpp on its way out; never leaves this file.
struct Abort {
    std::size_t offset;
    std::string path;
    std::string text;
};

bool is_null_word(std::string_view text) {
    auto word = text.substr(0, text.find_first_of(" \t\r\n,]}:#"));
    return word == "~" || word == "null" || word == "Null" || word == "NULL";
}

// Passes anchors, tags and white space before a node's content.
std::size_t skip_properties(std::string_view text, std::size_t offset) {
    while (offset < text.size()) {
        if (std::string_view(" \t\r\n").contains(text[offset])) {
            ++offset;
        } else if (text[offset] == '&' || text[offset] == '!') {
            offset = std::min(text.find_first_of(" \t\r\n,]}", offset), text.size());
        } else {
            break;
        }
    }
    return offset;
}

std::string child_path(const std::string& parent, std::string_view key) {
    auto plain = !key.empty() && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '$';
    });
    auto name = plain ? std::string(key) : '"' + std::string(key) + '"';
    return parent.empty() ? name : parent + "." + name;
}

// The position inside a scalar's quotes or block.
void locate_text(NodeBuilder::Data& data, const Source& source, std::size_t offset) {
    std::string_view text = *source.text();
    auto lead = offset < text.size() ? text[offset] : '\0';
    if (lead == '"') {
        data.style = ScalarStyle::DoubleQuoted;
        ++offset;
    } else if (lead == '\'') {
        data.style = ScalarStyle::SingleQuoted;
        ++offset;
    } else if (lead == '|' || lead == '>') {
        data.style = ScalarStyle::Block;
        auto line_end = text.find('\n', offset);
        auto first = line_end == std::string_view::npos ? line_end : text.find_first_not_of(" \r\n", line_end);
        offset = std::min(first, text.size());
    }
    auto position = source.position(offset);
    data.source = source.text();
    data.text_offset = offset;
    data.text_line = position.line;
    data.text_column = position.column;
}

class DocumentReader final : public YAML::EventHandler {
public:
    DocumentReader(const Source& source, Diagnostics& diagnostics) : source_(source), diagnostics_(diagnostics) {}

    Node root() const { return root_; }
    std::string path() const { return frames_.empty() ? std::string() : next_path(); }

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        auto offset = skip_properties(*source_.text(), offset_of(mark));
        if (expects_key() && !is_null_word(source_.from(offset))) throw Abort{offset, path(), "a key is missing"};
        auto data = begin(offset);
        data.kind = NodeKind::Null;
        if (!is_null_word(source_.from(offset)) && !frames_.empty() && frames_.back().key) {
            data.position = frames_.back().key->position();  // the mark of an absent value is that of what comes next
        }
        if (expects_key()) {
            data.kind = NodeKind::Scalar;
            data.text = source_.from(offset).substr(0, source_.from(offset).find_first_of(" \t\r\n,]}:#"));
        }
        finish(std::move(data), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        auto found = anchors_.find(anchor);
        if (found == anchors_.end()) throw Abort{offset_of(mark), path(), "an alias inside its own anchor"};
        if (expects_key()) throw Abort{offset_of(mark), path(), "an alias cannot be a key"};
        attach(copy(found->second, next_path(), static_cast<int>(frames_.size()), offset_of(mark)));
    }

    void OnScalar(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  const std::string& value) override {
        auto offset = skip_properties(*source_.text(), offset_of(mark));
        auto data = begin(offset);
        data.kind = NodeKind::Scalar;
        data.text = value;
        data.tagged_string = tag == "tag:yaml.org,2002:str" || tag == "!";
        check_tag(tag, offset_of(mark));
        locate_text(data, source_, offset);
        finish(std::move(data), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark,
                         const std::string& tag,
                         YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(mark, tag, anchor, NodeKind::Sequence);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark,
                    const std::string& tag,
                    YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(mark, tag, anchor, NodeKind::Mapping);
    }
    void OnMapEnd() override { close(); }

private:
    struct Frame {
        NodeBuilder::Data data;
        YAML::anchor_t anchor;
        std::optional<Node> key;  // waits for its value
        std::unordered_set<std::string> seen;
    };

    static std::size_t offset_of(const YAML::Mark& mark) { return static_cast<std::size_t>(std::max(mark.pos, 0)); }

    bool expects_key() const {
        return !frames_.empty() && frames_.back().data.kind == NodeKind::Mapping && !frames_.back().key;
    }

    std::string next_path() const {
        if (frames_.empty()) return {};
        const auto& frame = frames_.back();
        if (frame.data.kind == NodeKind::Sequence) {
            return frame.data.path + "[" + std::to_string(frame.data.items.size()) + "]";
        }
        return frame.key ? child_path(frame.data.path, frame.key->text()) : frame.data.path;
    }

    NodeBuilder::Data begin(std::size_t offset) {
        count(offset);
        NodeBuilder::Data data;
        data.position = source_.position(offset);
        data.path = next_path();
        return data;
    }

    void count(std::size_t offset) {
        if (++nodes_ > kMaxNodes) throw Abort{offset, {}, "too many nodes: more than " + std::to_string(kMaxNodes)};
    }

    void check_tag(const std::string& tag, std::size_t offset) {
        constexpr std::string_view kCore[] = {"", "?", "!", "str", "int", "float", "bool", "null", "map", "seq"};
        std::string_view name = tag;
        if (name.starts_with("tag:yaml.org,2002:")) name.remove_prefix(18);
        if (std::ranges::find(kCore, name) != std::end(kCore)) return;
        diagnostics_.error(source_.position(offset), next_path(), "the tag '" + tag + "' is not supported");
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, NodeKind kind) {
        if (expects_key()) throw Abort{offset_of(mark), path(), "a key must be a text"};
        if (frames_.size() >= static_cast<std::size_t>(kMaxDepth)) too_deep(offset_of(mark));
        check_tag(tag, offset_of(mark));
        auto data = begin(offset_of(mark));
        data.kind = kind;
        frames_.push_back({std::move(data), anchor, std::nullopt, {}});
    }

    [[noreturn]] static void too_deep(std::size_t offset) {
        throw Abort{offset, {}, "nested deeper than " + std::to_string(kMaxDepth) + " levels"};
    }

    void close() {
        auto frame = std::move(frames_.back());
        frames_.pop_back();
        finish(std::move(frame.data), frame.anchor);
    }

    void finish(NodeBuilder::Data data, YAML::anchor_t anchor) {
        auto node = NodeBuilder::make(std::move(data));
        if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
        attach(std::move(node));
    }

    void attach(Node node) {
        if (frames_.empty()) {
            root_ = std::move(node);
        } else if (auto& frame = frames_.back(); frame.data.kind == NodeKind::Sequence) {
            frame.data.items.push_back(std::move(node));
        } else if (!frame.key) {
            frame.key = std::move(node);
        } else {
            add_entry(frame, std::move(node));
        }
    }

    void add_entry(Frame& frame, Node value) {
        auto key = *std::exchange(frame.key, std::nullopt);
        if (!frame.seen.insert(key.text()).second) {
            diagnostics_.error(key.position(), child_path(frame.data.path, key.text()), "the key is given twice");
            return;
        }
        frame.data.entries.emplace_back(std::move(key), std::move(value));
    }

    // An alias becomes a copy with its own path, so that a finding names the place of use.
    Node copy(const Node& node, const std::string& path, int depth, std::size_t offset) {
        if (depth >= kMaxDepth) too_deep(offset);
        count(offset);
        auto data = NodeBuilder::data(node);
        data.path = path;
        for (std::size_t i = 0; i < data.items.size(); ++i) {
            data.items[i] = copy(data.items[i], path + "[" + std::to_string(i) + "]", depth + 1, offset);
        }
        for (auto& [key, value] : data.entries) {
            value = copy(value, child_path(path, key.text()), depth + 1, offset);
        }
        return NodeBuilder::make(std::move(data));
    }

    const Source& source_;
    Diagnostics& diagnostics_;
    std::vector<Frame> frames_;
    std::map<YAML::anchor_t, Node> anchors_;
    Node root_;
    std::size_t nodes_ = 0;
};

std::size_t first_invalid(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t length = 1;
        while (length <= 4 && !valid_utf8(text.substr(at, length)))
            ++length;
        if (length > 4) break;
        at += length;
    }
    return at;
}

// yaml-cpp takes control characters and byte sequences for granted that would shift its marks or end its input.
bool check_text(const Source& source, Diagnostics& diagnostics) {
    std::string_view text = *source.text();
    if (text.size() > kMaxBytes) {
        diagnostics.error(source.position(0), {}, "the file is larger than 16 MiB");
        return false;
    }
    if (!valid_utf8(text)) {
        diagnostics.error(source.position(first_invalid(text)), {}, "the text is not UTF-8");
        return false;
    }
    auto control = std::ranges::find_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
    if (control == text.end()) return true;
    diagnostics.error(source.position(static_cast<std::size_t>(control - text.begin())), {}, "a control character");
    return false;
}

// What yaml-cpp means, for people who do not know its words.
struct Hint {
    std::string_view message;
    std::string_view meaning;
};
constexpr Hint kHints[] = {
    {"end of map not found", "this line's indentation fits none above"},
    {"end of sequence not found", "this line's indentation fits none above"},
    {"end of map flow not found", "a { is not closed by }"},
    {"end of sequence flow not found", "a [ is not closed by ]"},
    {"illegal map value", "a ':' where none can be; a text that holds one stands in quotes"},
};

std::string explain(const YAML::ParserException& error, const Source& source) {
    auto hint = std::ranges::find(kHints, error.msg, &Hint::message);
    auto text = "not YAML: " + (hint == std::end(kHints) ? error.msg : std::string(hint->meaning));
    auto position = source.position(error.mark);
    if (position.line == 0) return text;
    auto line = source.line(position.line);
    if (line.substr(0, line.find_first_not_of(" \t")).contains('\t')) text += "; indent with spaces, not with tabs";
    if (line.contains("${")) text += "; inside { } a ${...} must stand in double quotes";
    return text;
}

}  // namespace

Node parse_yaml(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    const Source source{std::string(text), file};
    if (!check_text(source, diagnostics)) return {};
    DocumentReader reader(source, diagnostics);
    try {
        std::istringstream in{*source.text()};
        YAML::Parser parser(in);
        if (!parser.HandleNextDocument(reader) || !reader.root()) {
            NodeBuilder::Data empty;
            empty.position = source.position(0);
            return NodeBuilder::make(std::move(empty));
        }
        auto root = reader.root();
        DocumentReader rest(source, diagnostics);
        if (parser.HandleNextDocument(rest)) {
            diagnostics.error(rest.root().position(), {}, "a second document; one file holds one");
        }
        return root;
    } catch (const Abort& abort) {
        diagnostics.error(source.position(abort.offset), abort.path, abort.text);
    } catch (const YAML::ParserException& error) {
        diagnostics.error(source.position(error.mark), reader.path(), explain(error, source));
    }
    return {};
}

Node load_yaml(const std::string& path, Diagnostics& diagnostics) {
    auto text = read_bounded(path, kMaxBytes + 1);
    if (text) return parse_yaml(*text, path, diagnostics);
    diagnostics.error({path, 0, 0}, {}, text.error().text);
    return {};
}

}  // namespace tandem::config
