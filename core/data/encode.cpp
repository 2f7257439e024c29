#include "core/data/encode.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/data/charset.hpp"
#include "core/data/gsm.hpp"
#include "core/data/json.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <sstream>

namespace tandem::data {

namespace {

constexpr std::size_t kDepth = 128;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_name_start(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

bool is_name(std::string_view name) {
    if (name.empty() || !is_name_start(static_cast<unsigned char>(name.front()))) return false;
    return std::ranges::all_of(name, [](char c) {
        return is_name_start(static_cast<unsigned char>(c)) || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == ':';
    });
}

std::string text_of(Value value) {
    if (value.is_string()) return std::string(value.as_string());
    return to_json(value);
}

std::string xml_text(Value value) {
    std::string out;
    for (const char c : text_of(value)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') {
            out += kReplacement;
        } else {
            out += c;
        }
    }
    return out;
}

class XmlWriter {
public:
    Result<std::string> run(Value document) {
        if (!document.is_object() || document.size() != 1 || document.members().front().value.is_array()) {
            return fail(rejected("an XML document needs one root element"));
        }
        pugi::xml_document tree;
        const auto& root = document.members().front();
        element(tree, root.key, root.value, 0);
        if (!problem_.empty()) return fail(rejected(problem_));
        std::ostringstream out;
        out << R"(<?xml version="1.0" encoding="UTF-8"?>)";
        tree.save(out, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
        return std::move(out).str();
    }

private:
    void element(pugi::xml_node parent, std::string_view name, Value value, std::size_t depth) {
        if (value.is_null() || !problem_.empty()) return;
        if (depth > kDepth) return complain("the document is nested too deeply");
        if (!is_name(name)) return complain("'" + std::string(name) + "' is no name of an XML element");
        if (value.is_array()) return repeated(parent, name, value, depth);
        auto node = parent.append_child(std::string(name).c_str());
        if (!value.is_object()) {
            text(node, value);
            return;
        }
        for (const auto& [key, item] : value.members()) {
            if (item.is_null()) continue;
            if (key == "#text") {
                text(node, item);
            } else if (key.starts_with('@')) {
                attribute(node, key.substr(1), item);
            } else {
                element(node, key, item, depth + 1);
            }
        }
    }

    void repeated(pugi::xml_node parent, std::string_view name, Value list, std::size_t depth) {
        for (const auto& item : list.items()) {
            if (item.is_array()) return complain("a list in a list is no XML: " + std::string(name));
            element(parent, name, item, depth);
        }
    }

    void attribute(pugi::xml_node node, std::string_view name, Value value) {
        if (!is_name(name)) return complain("'" + std::string(name) + "' is no name of an XML attribute");
        node.append_attribute(std::string(name).c_str()).set_value(xml_text(value).c_str());
    }

    static void text(pugi::xml_node node, Value value) {
        if (const auto content = xml_text(value); !content.empty()) {
            node.append_child(pugi::node_pcdata).set_value(content.c_str());
        }
    }

    void complain(std::string problem) {
        if (problem_.empty()) problem_ = std::move(problem);
    }

    std::string problem_;
};

// RFC 7578 section 2 and the HTML standard: what would end the quoted name is percent-encoded.
std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"') {
            out += "%22";
        } else if (c == '\r') {
            out += "%0D";
        } else if (c == '\n') {
            out += "%0A";
        } else {
            out += c;
        }
    }
    return out + '"';
}

}  // namespace

Result<std::string> encode_xml(Value document) {
    return XmlWriter().run(document);
}

MultipartBody encode_multipart(const std::vector<FormPart>& parts) {
    std::string all;
    for (const auto& part : parts)
        all += part.name + '\0' + part.content + '\0';
    const auto digest = sha256(all);
    const std::string boundary = "tandem-" + hex(digest).substr(0, 32);
    MultipartBody out{.content_type = "multipart/form-data; boundary=" + boundary, .body = {}};
    for (const auto& part : parts) {
        out.body += "--" + boundary + "\r\nContent-Disposition: form-data; name=" + quoted(part.name);
        if (!part.filename.empty()) out.body += "; filename=" + quoted(part.filename);
        if (!part.content_type.empty()) {
            std::string type = part.content_type;
            std::erase_if(type, [](unsigned char c) { return c < 0x20; });
            out.body += "\r\nContent-Type: " + type;
        }
        out.body += "\r\n\r\n" + part.content + "\r\n";
    }
    out.body += "--" + boundary + "--\r\n";
    return out;
}

Result<std::optional<std::string>> encode_octets(std::string_view charset, std::string_view text) {
    if (charset == "gsm7") return utf8_to_gsm(text);
    const auto found = Charset::named(charset);
    if (!found) return fail(found.error());
    // Read as UTF-8, of which it is a part; written, it has its own seven bits only.
    const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (to_lower_ascii(charset) == "us-ascii" && !ascii) return std::nullopt;
    return found->encode(text);
}

}  // namespace tandem::data
