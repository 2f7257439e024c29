// Transcripts of the fixtures, XML as an outline, frames.
#pragma once

#include "connectors/avaya_dmcc/frame.hpp"
#include "connectors/avaya_dmcc/xml.hpp"
#include "core/data/json.hpp"
#include "tests/support/fixtures.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_dmcc::test {

struct Line {
    double at = 0;
    bool ours = false;  // from the client to AES
    std::string invoke_id;
    std::string root;  // empty: malformed on purpose
    std::string xml;
};

// Of one transcript; nullopt: there are no fixtures.
inline std::optional<std::vector<Line>> transcript(const std::string& name) {
    const auto folder = testing::fixtures("avaya/dmcc");
    if (!folder) return std::nullopt;
    std::istringstream in(testing::read_file(*folder / (name + ".jsonl")));
    std::vector<Line> out;
    for (std::string text; std::getline(in, text);) {
        data::Arena arena;
        const auto row = data::parse_json(text, arena);
        EXPECT_TRUE(row) << name;
        if (!row) continue;
        out.push_back({.at = row->get("t").as_double(),
                       .ours = row->string_at("dir") == "C>S",
                       .invoke_id = std::string(row->string_at("invokeId").value_or("")),
                       .root = std::string(row->string_at("root").value_or("")),
                       .xml = std::string(row->string_at("xml").value_or(""))});
    }
    EXPECT_FALSE(out.empty()) << name;
    return out;
}

inline std::string frame(std::string_view invoke_id, std::string_view xml) {
    std::string out;
    append_frame(out, invoke_number(invoke_id).value_or(0), xml);
    return out;
}

// Names, spaces and texts in their order; what a schema looks at, without prefixes and other attributes.
inline void outline(Element element, std::string& out) {
    out += element.name();
    if (const auto space = element.attribute("xmlns"); !space.empty()) out.append("{").append(space).append("}");
    if (const auto type = element.attribute("type"); !type.empty()) out.append("[").append(type).append("]");
    if (!element.text().empty()) out.append("=").append(element.text());
    if (!element.first()) return;
    out += "(";
    for (Element child = element.first(); child; child = child.next()) {
        outline(child, out);
        if (child.next()) out += " ";
    }
    out += ")";
}

inline std::string outline(std::string_view xml) {
    const auto document = Document::parse(xml);
    if (!document) return "no XML: " + document.error().text;
    std::string out;
    outline(document->root(), out);
    return out;
}

}  // namespace tandem::avaya_dmcc::test
