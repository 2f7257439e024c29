#include "connectors/avaya_dmcc/xml.hpp"

#include "core/base/text.hpp"

#include <pugixml.hpp>

#include <utility>

namespace tandem::avaya_dmcc {
namespace {

constexpr unsigned kParsing =
    pugi::parse_minimal | pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_doctype;

pugi::xml_node node_of(void* node) {
    return pugi::xml_node(static_cast<pugi::xml_node_struct*>(node));
}

std::string_view local(std::string_view name) {
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node element_from(pugi::xml_node node) {
    while (node && node.type() != pugi::node_element)
        node = node.next_sibling();
    return node;
}

}  // namespace

std::string_view Element::name() const {
    return local(node_of(node_).name());
}

std::string_view Element::text() const {
    return trim_ascii(node_of(node_).child_value());
}

std::string_view Element::attribute(std::string_view local_name) const {
    for (const auto& attribute : node_of(node_).attributes())
        if (local(attribute.name()) == local_name) return attribute.value();
    return {};
}

Element Element::child(std::string_view local_name) const {
    for (Element child = first(); child; child = child.next())
        if (child.name() == local_name) return child;
    return {};
}

Element Element::first() const {
    return Element(element_from(node_of(node_).first_child()).internal_object());
}

Element Element::next() const {
    return Element(element_from(node_of(node_).next_sibling()).internal_object());
}

struct Document::Native {
    pugi::xml_document document;
};

Document::Document(std::unique_ptr<Native> native) : native_(std::move(native)) {}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Result<Document> Document::parse(std::string_view xml) {
    auto native = std::make_unique<Native>();
    const auto parsed = native->document.load_buffer(xml.data(), xml.size(), kParsing);
    if (!parsed)
        return fail(corrupt(std::string(parsed.description()) + ", at octet " + std::to_string(parsed.offset)));
    for (const auto& child : native->document.children())
        if (child.type() == pugi::node_doctype) return fail(corrupt("a document type is not allowed"));
    if (!element_from(native->document.first_child())) return fail(corrupt("no element"));
    return Document(std::move(native));
}

Element Document::root() const {
    return Element(element_from(native_->document.first_child()).internal_object());
}

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\t':
                out += "&#9;";
                break;
            case '\n':
                out += "&#10;";
                break;
            case '\r':
                out += "&#13;";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20)
                    out += "\xEF\xBF\xBD";
                else
                    out += c;
        }
    }
}

}  // namespace tandem::avaya_dmcc
