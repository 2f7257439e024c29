#include "core/data/encode.hpp"

#include "core/data/decode.hpp"
#include "core/data/json.hpp"

#include <gtest/gtest.h>

namespace tandem::data {
namespace {

Result<std::string> xml_of(std::string_view json) {
    Arena arena;
    return encode_xml(parse_json(json, arena).value());
}

TEST(EncodeXml, WritesAttributesTextAndRepeatedElements) {
    EXPECT_EQ(xml_of(R"({"message":{"@login":"a\"b","phone":["1","2"],"text":{"@type":"utf","#text":"x < y & z"},
                      "none":null,"flag":true,"empty":""}})")
                  .value(),
              R"(<?xml version="1.0" encoding="UTF-8"?><message login="a&quot;b"><phone>1</phone><phone>2</phone>)"
              R"(<text type="utf">x &lt; y &amp; z</text><flag>true</flag><empty/></message>)");
}

TEST(EncodeXml, WhatWasWrittenReadsBackTheSame) {
    Arena arena;
    const auto document =
        parse_json(R"({"a":{"@x":"1 \t2","b":["первая\nстрока","]]>"],"c":{"@y":"&amp;","#text":"<>"}}})", arena)
            .value();
    const auto text = encode_xml(document).value();
    EXPECT_EQ(decode("xml", "", text, arena).value(), document) << text;
}

TEST(EncodeXml, CharactersThatXmlCannotHoldAreReplaced) {
    EXPECT_TRUE(xml_of("{\"a\":\"x\\u0001y\"}").value().contains("<a>x\xEF\xBF\xBDy</a>"));
}

TEST(EncodeXml, RefusesWhatIsNoDocument) {
    for (const auto* json : {R"("x")", R"({})", R"({"a":1,"b":2})", R"({"a":[1]})", R"({"a b":1})", R"({"a":{"@<":1}})",
                             R"({"a":{"b":[["x"]]}})"}) {
        const auto out = xml_of(json);
        ASSERT_FALSE(out) << json;
        EXPECT_EQ(out.error().kind, ErrorKind::Rejected);
    }
}

TEST(EncodeMultipart, ReadsBackAsItWas) {
    Arena arena;
    const auto encoded = encode_multipart(
        {{"text", "line\r\nline --tandem"}, {"na\"me\r\n", "x"}, {"file", "{}", "a \"b\".json", "application/json"}});
    const auto fields = decode("multipart", encoded.content_type, encoded.body, arena).value();
    EXPECT_EQ(fields.string_at("text"), "line\r\nline --tandem");
    EXPECT_EQ(fields.string_at("na%22me%0D%0A"), "x");
    EXPECT_EQ(fields.get("file").string_at("text"), "{}");
    EXPECT_EQ(fields.get("file").string_at("content_type"), "application/json");
    EXPECT_EQ(encode_multipart({{"a", "b"}}).body, encode_multipart({{"a", "b"}}).body);
}

}  // namespace
}  // namespace tandem::data
