#include "core/mapping/consent.hpp"

#include "support.hpp"

#include "core/mapping/bound.hpp"

namespace tandem::mapping::testing {
namespace {

std::string judged(const ConsentWords& words, std::string_view channel, std::string_view text) {
    const auto granted = words.judge(channel, text);
    return !granted ? "-" : *granted ? "granted" : "withdrawn";
}

TEST(ConsentWords, AreAWholeMessageInAnyCase) {
    const ConsentWords words{Settings{}};
    const struct {
        std::string_view channel, text, expected;
    } kCases[] = {
        {"sms", "STOP", "withdrawn"},
        {"sms", " Stop.\n", "withdrawn"},
        {"sms", "СТОП", "withdrawn"},
        {"sms", "Отписаться!", "withdrawn"},
        {"sms", "ОТПИСКА", "withdrawn"},
        {"sms", "stop all", "withdrawn"},
        {"sms", "ARRÊT", "withdrawn"},
        {"sms", "cancel", "withdrawn"},
        {"sms", "start", "granted"},
        {"sms", "Старт", "granted"},
        {"sms", "stop it please", "-"},
        {"sms", "", "-"},
        {"sms", " . ", "-"},
        {"sms", "nonstop", "-"},
        {"chat", "STOP", "-"},
        {"messenger", "старт", "-"},
        {"messenger", "cancel", "-"},
        {"chat", "end", "-"},
    };
    for (const auto& c : kCases)
        EXPECT_EQ(judged(words, c.channel, c.text), c.expected) << c.channel << " " << c.text;
    EXPECT_EQ(judged(words, "sms", std::string(1000, 'x')), "-");
}

TEST(ConsentWords, SettingsReplaceTheLists) {
    const auto pack = compile(pack_text(one_rule(kSnapshot)));
    const auto bound = bound_pack(pack, "{ opt_out_words: [Genug, ХВАТИТ], opt_in_words: [] }");
    const auto& words = *bound.state().consent;
    EXPECT_EQ(judged(words, "sms", "genug"), "withdrawn");
    EXPECT_EQ(judged(words, "messenger", "хватит"), "withdrawn");
    EXPECT_EQ(judged(words, "sms", "stop"), "-");
    EXPECT_EQ(judged(words, "sms", "start"), "-");
}

// A text of the customer becomes an event beside it; `more` is added to the snapshot.
std::string events(const std::string& body, const std::string& more = "", const std::string& author = "customer") {
    auto sms = kSnapshot;
    sms.replace(sms.find("'chat'"), 6, "'sms'");
    const auto pack = compile(pack_text(one_rule(sms + R"y(
            messages: [ { external_id: id, sender: "`0`", author_kind: "')y" +
                                                 author +
                                                 R"y('", body: text, sent_at: "time(at, 's')" } ]
)y" + more)));
    const auto bound = bound_pack(pack);
    data::Arena arena;
    const auto mapped = result(bound, {.body = R"({"id":"m1","text":")" + body + R"(","at":1700000000})"}, arena);
    return data::to_json(mapped.get("records").items().front().get("snapshot").get("events"));
}

TEST(ConsentWords, BecomeEvents) {
    EXPECT_EQ(events("STOP"), R"([{"type":"consent.withdrawn","at":"2023-11-14T22:13:20Z","party":0,"message":"m1",)"
                              R"("data":{"word":"STOP"}}])");
    EXPECT_EQ(events("hello"), "null");
    EXPECT_EQ(events("STOP", "", "agent"), "null");
    EXPECT_EQ(events("STOP", "            deleted_at: \"time(at, 's')\"\n"), "null");
    const auto other = events("STOP", R"y(
            events: [ { type: "'link.clicked'", at: "time(at, 's')" } ]
)y");
    EXPECT_TRUE(other.contains("link.clicked") && other.contains("consent.withdrawn")) << other;
    const auto vendors = events("STOP", R"y(
            events: [ { type: "'consent.granted'", at: "time(at, 's')" } ]
)y");
    EXPECT_FALSE(vendors.contains("withdrawn")) << vendors;
}

}  // namespace
}  // namespace tandem::mapping::testing
