#include "connectors/xmpp/element.hpp"

#include "core/base/text.hpp"

namespace tandem::xmpp {

namespace {

void escape(std::string_view text, std::string& out) {
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
            case '\'':
                out += "&apos;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\t':
            case '\n':
                out += c;
                break;
            case '\r':
                out += "&#13;";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    out += "\xEF\xBF\xBD";
                } else {
                    out += c;
                }
        }
    }
}

// Text becomes UTF-8 that XML allows: U+FFFE and U+FFFF are not.
std::string allowed(std::string_view text) {
    std::string out = sanitize_utf8(text);
    for (const std::string_view forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
        for (auto at = out.find(forbidden); at != std::string::npos; at = out.find(forbidden, at))
            out.replace(at, forbidden.size(), "\xEF\xBF\xBD");
    }
    return out;
}

void attribute_to(std::string_view name, std::string_view value, std::string& out) {
    out += ' ';
    out += name;
    out += "='";
    escape(allowed(value), out);
    out += '\'';
}

void write(const Element& element, std::string_view around, std::string& out) {
    out += '<';
    out += element.name;
    if (element.ns != around) attribute_to("xmlns", element.ns, out);
    for (const auto& [name, value] : element.attributes)
        attribute_to(name, value, out);
    if (element.children.empty() && element.text.empty()) {
        out += "/>";
        return;
    }
    out += '>';
    escape(allowed(element.text), out);
    for (const Element& child : element.children)
        write(child, element.ns, out);
    out += "</";
    out += element.name;
    out += '>';
}

}  // namespace

std::string_view Element::attribute(std::string_view wanted) const {
    for (const auto& [key, value] : attributes) {
        if (key == wanted) return value;
    }
    return {};
}

bool Element::has(std::string_view wanted) const {
    for (const auto& [key, value] : attributes) {
        if (key == wanted) return true;
    }
    return false;
}

const Element* Element::child(std::string_view wanted, std::string_view wanted_ns) const {
    for (const Element& one : children) {
        if (one.is(wanted, wanted_ns)) return &one;
    }
    return nullptr;
}

std::string_view Element::child_text(std::string_view wanted, std::string_view wanted_ns) const {
    const Element* one = child(wanted, wanted_ns);
    return one == nullptr ? std::string_view() : std::string_view(one->text);
}

Element& Element::set(std::string_view attribute_name, std::string_view value) {
    attributes.emplace_back(attribute_name, value);
    return *this;
}

Element& Element::add(Element child_element) {
    children.push_back(std::move(child_element));
    return *this;
}

std::string to_xml(const Element& element, std::string_view around) {
    std::string out;
    write(element, around, out);
    return out;
}

}  // namespace tandem::xmpp
