#include "connectors/xmpp/stream_reader.hpp"

#include "connectors/xmpp/names.hpp"
#include "tests/connectors/xmpp/support.hpp"
#include "tests/support/fixtures.hpp"

#include <random>
#include <sstream>

namespace tandem::xmpp {
namespace {

using test::kHeader;

// What came out, as text; a fault at its end.
std::string read(std::string_view octets, const std::function<std::size_t()>& piece, ReaderLimits limits = {}) {
    StreamReader reader(limits);
    std::string out;
    while (!octets.empty()) {
        const std::size_t size = std::min(octets.size(), piece());
        reader.feed(octets.substr(0, size));
        octets.remove_prefix(size);
        for (const auto& item : reader.take()) {
            if (const auto* one = std::get_if<StreamOpened>(&item)) {
                out += "open " + to_xml(one->root, "") + "\n";
            } else if (const auto* element = std::get_if<StreamElement>(&item)) {
                out += to_xml(element->element, ns::kClient) + "\n" + element->xml + "\n";
            } else {
                out += "end\n";
            }
        }
    }
    return out + (reader.fault() ? "fault " + reader.fault()->substr(0, reader.fault()->find(" at octet")) : "");
}

std::string read_whole(std::string_view octets, ReaderLimits limits = {}) {
    return read(octets, [&] { return octets.size(); }, limits);
}

TEST(StreamReader, CutsAStream) {
    const std::string octets = std::string(kHeader) +
                               "<message id='1'><body>a &lt; b &amp; &#x41;</body></message> \n<presence/>"
                               "<a xmlns='urn:xmpp:sm:3' h='1'/></stream:stream>";
    EXPECT_EQ(read_whole(octets),
              "open <stream xmlns='http://etherx.jabber.org/streams' from='example.com' id='s1' version='1.0'/>\n"
              "<message id='1'><body>a &lt; b &amp; A</body></message>\n"
              "<message id='1'><body>a &lt; b &amp; &#x41;</body></message>\n"
              "<presence/>\n<presence/>\n"
              "<a xmlns='urn:xmpp:sm:3' h='1'/>\n<a xmlns='urn:xmpp:sm:3' h='1'/>\nend\n");
}

TEST(StreamReader, CutsMakeNoDifference) {
    const std::string octets = std::string(kHeader) +
                               "<message xml:lang='de'><body>Grüße 😀 <![CDATA[<raw>]]></body><x xmlns='a:b' y:z='1' "
                               "xmlns:y='u'/></message>\n\n<iq type='result' id='1'/>";
    const std::string whole = read_whole(octets);
    EXPECT_NE(whole.find("Grüße 😀 &lt;raw&gt;"), std::string::npos) << whole;
    EXPECT_EQ(read(octets, [] { return std::size_t{1}; }), whole);
    std::minstd_rand random(7);
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(read(octets, [&] { return std::size_t{1} + random() % 40; }), whole);
}

TEST(StreamReader, RefusesWhatXmppForbids) {
    for (const auto& [octets, fault] :
         {std::pair<std::string, std::string>{"<!DOCTYPE x [<!ENTITY a 'b'>]>" + std::string(kHeader),
                                              "a document type"},
          {std::string(kHeader) + "<!-- x -->", "a comment"},
          {std::string(kHeader) + "<?php x?>", "a processing instruction"},
          {std::string(kHeader) + "<message><body>&a;</body></message>", "undefined entity"},
          {std::string(kHeader) + "<message></presence>", "mismatched tag"},
          {std::string(kHeader) + "<x:message/>", "unbound prefix"},
          {std::string(kHeader) + "<message id='\xFF'/>", "not well-formed (invalid token)"},
          {"HTTP/1.1 400 Bad Request\r\n", "not well-formed (invalid token)"}}) {
        const std::string seen = read_whole(octets);
        EXPECT_NE(seen.find("fault " + fault), std::string::npos) << octets << "\n" << seen;
        EXPECT_EQ(seen.find("<message"), std::string::npos) << seen;
    }
}

TEST(StreamReader, EverythingHasALimit) {
    const ReaderLimits limits{.element_octets = 1'000, .depth = 5, .nodes = 20};
    const auto faults = [&](const std::string& stanza) { return read_whole(std::string(kHeader) + stanza, limits); };
    EXPECT_EQ(faults("<message><body>" + std::string(700, 'x') + "</body></message>").find("fault"), std::string::npos);
    EXPECT_NE(faults("<message><body>" + std::string(2'000, 'x')).find("above the limit"), std::string::npos);
    EXPECT_NE(faults("<message " + std::string(2'000, 'x')).find("above the limit"), std::string::npos);
    EXPECT_NE(faults("<a><a><a><a><a><a><a>").find("too deep"), std::string::npos);
    std::string many;
    for (int i = 0; i < 30; ++i)
        many += "<x/>";
    EXPECT_NE(faults("<message>" + many + "</message>").find("too many"), std::string::npos);
    // The limit is for one element, not for all of them.
    EXPECT_EQ(faults(many).find("fault"), std::string::npos);
    EXPECT_EQ(faults(std::string(5'000, ' ')).find("fault"), std::string::npos);
}

TEST(StreamReader, BeginsAnew) {
    StreamReader reader;
    reader.feed(std::string(kHeader) + "<success");
    EXPECT_GT(reader.pending(), 0U);
    reader.take();
    reader.restart();
    EXPECT_EQ(reader.pending(), 0U);
    reader.feed(std::string(kHeader) + "<features/>");
    EXPECT_EQ(reader.take().size(), 2U);
}

TEST(Element, WritesOnlyWhatXmlAllows) {
    Element message{.name = "message", .ns = std::string(ns::kClient)};
    message.set("id", "a'\"<\x01").add({.name = "body", .ns = std::string(ns::kClient), .text = "\x02\xFF &]]>\r"});
    const std::string xml = to_xml(message, ns::kClient);
    EXPECT_EQ(
        xml,
        "<message id='a&apos;&quot;&lt;\xEF\xBF\xBD'><body>\xEF\xBF\xBD\xEF\xBF\xBD &amp;]]&gt;&#13;</body></message>");
    EXPECT_EQ(test::element(xml).element.child_text("body", ns::kClient), "\xEF\xBF\xBD\xEF\xBF\xBD &]]>\r");
}

// The XML of the extensions' own documents and of real servers, in pieces of any size.
TEST(StreamReader, SharedStreams) {
    const auto folder = testing::fixtures("chat");
    if (!folder) return;
    std::minstd_rand random(3);
    int streams = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*folder / "xmpp")) {
        if (entry.path().extension() != ".txt") continue;
        SCOPED_TRACE(entry.path().filename());
        std::istringstream in(testing::read_file(entry.path()));
        std::vector<std::string> parts;
        for (std::string line; std::getline(in, line);) {
            if (!line.starts_with("S: ")) continue;
            if (line.starts_with("S: <?xml")) parts.emplace_back();
            ASSERT_FALSE(parts.empty());
            parts.back() += line.substr(3);
        }
        for (const auto& stream : parts) {
            ++streams;
            const std::string whole = read_whole(stream);
            EXPECT_EQ(whole.find("\nfault"), std::string::npos) << whole;
            EXPECT_NE(whole.find("<features"), std::string::npos);
            EXPECT_EQ(read(stream, [&] { return std::size_t{1} + random() % 97; }), whole);
        }
    }
    EXPECT_GE(streams, 8);
}

}  // namespace
}  // namespace tandem::xmpp
