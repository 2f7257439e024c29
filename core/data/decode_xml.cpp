#include "core/base/text.hpp"
#include "core/data/decoders.hpp"
#include "core/data/fields.hpp"
#include "core/data/position.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <string>

namespace tandem::data {
namespace {

// The encoding that the XML declaration names, empty if none. Only declarations in an ASCII-compatible encoding can be
// read like this; UTF-16 shows itself by its byte order mark, which ICU finds under the name "utf-16".
std::string_view declared_encoding(std::string_view body) {
    if (body.starts_with("\xFF\xFE") || body.starts_with("\xFE\xFF")) return "utf-16";
    if (!body.starts_with("<?xml")) return {};
    auto declaration = body.substr(0, std::min(body.find("?>"), std::min<std::size_t>(body.size(), 256)));
    auto at = declaration.find("encoding");
    if (at == std::string_view::npos) return {};
    auto value = trim_ascii(declaration.substr(at + 8));
    if (!value.starts_with('=')) return {};
    value = trim_ascii(value.substr(1));
    if (value.empty() || (value.front() != '"' && value.front() != '\'')) return {};
    auto end = value.find(value.front(), 1);
    return end == std::string_view::npos ? std::string_view() : value.substr(1, end - 1);
}

class XmlReader {
public:
    XmlReader(Arena& arena, const DecodeLimits& limits)
        : arena_(arena), fields_left_(limits.fields), depth_left_(limits.depth) {}

    Result<Value> document(const pugi::xml_document& document) {
        Fields fields(arena_);
        for (const auto& child : document.children()) {
            if (child.type() == pugi::node_doctype) return fail(corrupt("a document type definition is not allowed"));
            if (child.type() != pugi::node_element) continue;
            if (fields.size() > 0) return fail(corrupt("more than one root element"));
            auto value = element(child);
            if (!value) return value;
            fields.add(arena_.copy(child.name()), *value);
        }
        return fields.object();
    }

private:
    bool spend() { return fields_left_ > 0 && fields_left_-- > 0; }

    Result<Value> element(const pugi::xml_node& node) {
        if (depth_left_ == 0) return fail(corrupt("elements are nested too deeply"));
        if (!spend()) return fail(corrupt("too many elements and attributes"));
        --depth_left_;
        Fields fields(arena_);
        for (const auto& attribute : node.attributes()) {
            if (!spend()) return fail(corrupt("too many elements and attributes"));
            fields.add(arena_.copy(std::string("@") + attribute.name()), make_string(arena_, attribute.value()));
        }
        std::string text;
        for (const auto& child : node.children()) {
            if (child.type() == pugi::node_element) {
                auto value = element(child);
                if (!value) return value;
                fields.add(arena_.copy(child.name()), *value);
            } else if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
                text.append(child.value());
            }
        }
        ++depth_left_;
        if (fields.size() == 0) return make_string(arena_, text);
        auto trimmed = trim_ascii(text);
        if (!trimmed.empty()) fields.add("#text", make_string(arena_, trimmed));
        return fields.object();
    }

    Arena& arena_;
    std::size_t fields_left_;
    std::size_t depth_left_;
};

}  // namespace

Result<Value> decode_xml(std::string_view charset, std::string_view body, Arena& arena, const DecodeLimits& limits) {
    auto named = Charset::named(charset.empty() ? declared_encoding(body) : charset);
    if (!named) return fail(std::move(named).error());
    // XML must be valid in its encoding; only UTF-8 shows when it is not.
    if (named->is_utf8() && !valid_utf8(body)) return fail(corrupt("not valid UTF-8"));
    auto text = without_bom(named->decode(body, arena));
    auto zero = text.find('\0');
    if (zero != std::string_view::npos) return corrupt_at(text, zero, "a zero byte");
    pugi::xml_document document;
    // Entities beyond the five of XML stay as they are written: pugixml expands none. Document types are parsed only to
    // be refused.
    constexpr unsigned kOptions = pugi::parse_default | pugi::parse_doctype | pugi::parse_ws_pcdata_single;
    auto outcome = document.load_buffer(text.data(), text.size(), kOptions, pugi::encoding_utf8);
    if (!outcome) return corrupt_at(text, static_cast<std::size_t>(outcome.offset), outcome.description());
    return XmlReader(arena, limits).document(document);
}

}  // namespace tandem::data
