#include "core/identity/point.hpp"

#include "tests/support/fixtures.hpp"
#include "tests/support/table.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tandem::identity {
namespace {

std::string read(std::string_view text, std::string_view region = "RU") {
    const auto point = parse_point(text, region);
    if (point) return to_text(*point);
    EXPECT_EQ(point.error().kind, ErrorKind::Rejected) << text;
    return "refused: " + point.error().text;
}

TEST(Point, ReadsWhatPeopleType) {
    const std::pair<std::string_view, std::string_view> kCases[] = {
        {"tel:+74951234567", "tel:+74951234567"},
        {"tel:%2B74951234567", "tel:+74951234567"},
        {"tel: 74951234567", "tel:+74951234567"},
        {" 74951234567", "tel:+74951234567"},
        {" 442079460123", "tel:+442079460123"},
        {"%2B442079460123", "tel:+442079460123"},
        {"tel:+7 495 123-45-67", "tel:+74951234567"},
        {"8 (495) 123-45-67", "tel:+74951234567"},
        {"TEL:020-7946-0123;phone-context=+44", "tel:+442079460123"},
        {"phone:+74951234567", "tel:+74951234567"},
        {"Alice@Example.com", "mailto:alice@example.com"},
        {"alice%40example.com", "mailto:alice@example.com"},
        {"mailto:Alice@Example.com?subject=x", "mailto:alice@example.com"},
        {"email:alice@example.com", "mailto:alice@example.com"},
        {"Alice <alice@example.com>", "mailto:alice@example.com"},
        {"a tag@example.com", "mailto:a+tag@example.com"},
        {"a+tag@example.com", "mailto:a+tag@example.com"},
        {"sip:Alice@PBX.Example.com:5060;transport=tcp", "sip:Alice@pbx.example.com"},
        {"telegram:support_bot:3527065", "telegram:support_bot:3527065"},
        {"telegram:bot:8812:77120034", "telegram:bot%3A8812:77120034"},
        {"telegram:bot%3A8812:77120034", "telegram:bot%3A8812:77120034"},
        {"vk:5551234", "vk:5551234"},
        {"whatsapp:104420:gb.1a2b3c", "whatsapp:104420:GB.1a2b3c"},
        {"viber:bot:01234 bc/d==", "viber:bot:01234+bc/d=="},
        {"matrix:@ann:example.org", "matrix:@ann%3Aexample.org"},
        {"matrix:@ann%3Aexample.org", "matrix:@ann%3Aexample.org"},
        {"xmpp:Ann@example.org/phone", "xmpp:ann@example.org"},
        {"slack:T1:U7", "slack:T1:U7"},
        {"ext:RU:900", "ext:RU:900"},
        {"anon::00001002351763630000", "anon:00001002351763630000"},
        {"account:shop:u/77", "account:shop:u/77"},
        {"", "refused: an empty text is no contact point"},
        {"telegram:bot:", "refused: 'telegram:' lacks a value after the scheme"},
        {"telegramm:bot:1", "refused: 'telegramm' is no kind of contact point; did you mean 'telegram'?"},
        {"zzz:1", "refused: 'zzz' is no kind of contact point"},
        {"sip:nobody", "refused: 'nobody' is no sip address (user@host)"},
        {"\xff", "refused: a contact point must be UTF-8"},
    };
    for (const auto& [text, expected] : kCases)
        EXPECT_EQ(read(text), expected) << text;
}

TEST(Point, SaysWhyANumberIsRefused) {
    const auto answer = read("2045");
    EXPECT_TRUE(answer.starts_with("refused: '2045': not a valid number")) << answer;
    EXPECT_TRUE(read("mailto:nobody").starts_with("refused: 'nobody': not a mailbox")) << read("mailto:nobody");
    EXPECT_EQ(read(std::string(5000, '1')), "refused: too long for a contact point");
}

TEST(Point, TextGivesThePointBack) {
    const Point kPoints[] = {
        {"tel", "", "+74951234567"},
        {"mailto", "", "\"a:b %40 c\"@example.com"},
        {"mailto", "", "100%25@example.com"},
        {"mailto", "", "ample7#990?40123@pbx.example.com"},
        {"mailto", "", "иван@xn--80a1acny.xn--p1ai"},
        {"sip", "", "Alice@pbx.example.com"},
        {"telegram", "bot:8812", "77120034"},
        {"viber", "bot", "01234567890A+bc/d=="},
        {"viber", "bot", "with space"},
        {"crm", "crm main", "C:100%3A231"},
        {"cookie", "shop.example.com", "a?b&c=d#e"},
        {"whatsapp", "104420", "GB.1a2b3c4d5e"},
        {"ext", "RU", "МТС"},
        {"anon", "", "00001002351763630000"},
    };
    for (const auto& point : kPoints) {
        const auto text = to_text(point);
        const auto back = parse_point(text, "RU");
        ASSERT_TRUE(back) << text << ": " << back.error().text;
        EXPECT_EQ(*back, point) << text << " -> " << to_text(*back);
    }
}

TEST(Point, IdDependsOnKeyAndEveryPart) {
    const Secret key("fixture-key-not-a-secret-0123456789");
    const Point point{"whatsapp", "104420", "GB.1a2b3c4d5e"};
    EXPECT_EQ(point_id(key, point).text(), "67780c68-ff10-89fa-bd15-852f62a38e7a");
    EXPECT_NE(point_id(Secret("another"), point), point_id(key, point));
    EXPECT_NE(point_id(key, {"whatsapp", "10442", "0GB.1a2b3c4d5e"}), point_id(key, point));
}

TEST(Point, ClassesHaveNames) {
    for (const auto* word : {"personal", "strong", "ephemeral", "trunk", "shared", "placeholder"}) {
        const auto point_class = parse_point_class(word);
        ASSERT_TRUE(point_class) << word;
        EXPECT_EQ(to_string(*point_class), word);
    }
    EXPECT_FALSE(parse_point_class("Trunk"));
}

TEST(PointFixtures, IdsAgree) {
    const auto folder = testing::fixtures("schema");
    if (!folder) return;
    const Secret key("fixture-key-not-a-secret-0123456789");
    for (const auto& row : testing::read_table(*folder / "identity/node-id-vectors.tsv")) {
        const Point point{row.at("scheme"), row.at("scope"), row.at("value")};
        EXPECT_EQ(point_id(key, point).text(), row.at("node_id")) << to_text(point);
        const auto normal = normalise(point.scheme, point.scope, point.value, "RU").point;
        EXPECT_EQ(normal, point) << "already normal: " << to_text(point);
        const auto back = parse_point(to_text(point), "RU");
        EXPECT_TRUE(back && *back == point) << to_text(point);
    }
    for (const auto& row : testing::read_table(*folder / "identity/interaction-id-vectors.tsv")) {
        EXPECT_EQ(interaction_id(row.at("namespace"), row.at("external_id")).text(), row.at("interaction_id"));
    }
}

}  // namespace
}  // namespace tandem::identity
