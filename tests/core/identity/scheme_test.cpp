#include "core/identity/scheme.hpp"

#include "core/identity/point.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tandem::identity {
namespace {

struct Case {
    const char* scheme;
    const char* scope;
    std::string value;
    const char* text;  // of the normal point
    PointClass point_class;
};

using enum PointClass;

TEST(Normalise, GivesEverySchemeItsFormAndClass) {
    const Case kCases[] = {
        {"tel", "", "8 (495) 123-45-67", "tel:+74951234567", Personal},
        {"TEL", "ignored", "+442079460123", "tel:+442079460123", Personal},
        {"tel", "", "8-800-000-01-23", "tel:+78000000123", Trunk},
        {"tel", "", "sip:79990000123@pbx.example.com", "tel:+79990000123", Personal},
        {"tel", "", "sip:alice@PBX.example.com", "sip:alice@pbx.example.com", Personal},
        {"tel", "", "900", "ext:RU:900", Ephemeral},
        {"tel", "sms:acc1", "900", "ext:sms%3Aacc1:900", Ephemeral},
        {"tel", "", "123-45-67", "ext:RU:1234567", Ephemeral},
        {"tel", "", "1.79E+11", "ext:RU:1.79E+11", Shared},
        {"tel", "", "MegaFon", "ext:RU:MegaFon", Shared},
        {"tel", "", "Anonymous", "anon:", Placeholder},
        {"tel", "", "+266696687", "anon:", Placeholder},
        {"tel", "", "0000000000", "anon:", Placeholder},
        {"tel", "", "sip:anonymous@anonymous.invalid", "anon:", Placeholder},
        {"tel", "", " ", "anon:", Placeholder},
        {"ext", "pbx1", " 71-03 ", "ext:pbx1:7103", Ephemeral},
        {"mailto", "", "Alice@Example.com", "mailto:alice@example.com", Personal},
        {"mailto", "", "Info@Example.com", "mailto:info@example.com", Shared},
        {"mailto", "", "no-reply+42@example.com", "mailto:no-reply+42@example.com", Shared},
        {"mailto", "", "bounce-17-x@example.com", "mailto:bounce-17-x@example.com", Shared},
        {"mailto", "", "list-owner@example.com", "mailto:list-owner@example.com", Shared},
        {"mailto", "", "infomercial@example.com", "mailto:infomercial@example.com", Personal},
        {"mailto", "", "root@localhost", "ext:mailto:root@localhost", Shared},
        {"mailto", "", "", "anon:", Placeholder},
        {"sip", "", "<sip:Bob%20B@Example.COM:5061;transport=tls>", "sip:Bob%20B@example.com", Personal},
        {"sip", "", "sips:bob@[2001:DB8::1]:5061", "sip:bob@[2001%3Adb8%3A%3A1]", Personal},
        {"sip", "", "nohost", "ext:sip:nohost", Shared},
        {"whatsapp", "104420", "whatsapp:+79161234567", "whatsapp:104420:79161234567", Personal},
        {"whatsapp", "104420", "79161234567", "whatsapp:104420:79161234567", Personal},
        {"whatsapp", "104420", "us.13491208655302741918", "whatsapp:104420:US.13491208655302741918", Personal},
        {"whatsapp", "104420", "US.ENT.1a2B", "whatsapp:104420:US.ENT.1a2B", Personal},
        {"telegram", "bot:8812", "77120034", "telegram:bot%3A8812:77120034", Personal},
        {"viber", "bot", "01234567890A+bC/d==", "viber:bot:01234567890A+bC/d==", Personal},
        {"vk", "", "5551234", "vk:5551234", Personal},
        {"line", "Ubot", "U4af4980629", "line:Ubot:U4af4980629", Personal},
        {"wechat", "gh_shop", "oAlice", "wechat:gh_shop:oAlice", Personal},
        {"jiochat", "chan7", "91", "jiochat:chan7:91", Personal},
        {"slack", "T1", "U7", "slack:T1:U7", Personal},
        {"rocketchat", "desk", "guest-3", "rocketchat:desk:guest-3", Personal},
        {"matrix", "ignored", "@Ann:Example.ORG:8448", "matrix:@Ann%3Aexample.org%3A8448", Personal},
        {"xmpp", "ignored", "xmpp:Ann@Example.org/phone", "xmpp:ann@example.org", Personal},
        {"instagram", "page", "178414", "instagram:page:178414", Personal},
        {"facebook", "page", "1254459154682919", "facebook:page:1254459154682919", Personal},
        {"apple", "biz", "urn:mbid:AQAAY+", "apple:biz:urn%3Ambid%3AAQAAY+", Personal},
        {"webchat", "site", "v-9921", "webchat:site:v-9921", Ephemeral},
        {"cookie", "site", "6c1F", "cookie:site:6c1F", Ephemeral},
        {"device", "app", "D1", "device:app:D1", Ephemeral},
        {"account", "shop", "u/77", "account:shop:u/77", Strong},
        {"crm", "crm-main", "C-100231", "crm:crm-main:C-100231", Strong},
        {"anon", "", "00001002351763630000", "anon:00001002351763630000", Placeholder},
        {"crm", "a", std::string("x\x1f") + "y", "crm:a:xy", Strong},
        {"crm", "a", "x\xff", "crm:a:x\xEF\xBF\xBD", Strong},
    };
    for (const auto& c : kCases) {
        const auto normal = normalise(c.scheme, c.scope, c.value, "RU");
        EXPECT_EQ(to_text(normal.point), c.text) << c.scheme << " " << c.value;
        EXPECT_EQ(to_string(normal.point_class), to_string(c.point_class)) << c.scheme << " " << c.value;
        const auto& p = normal.point;
        const auto again = normalise(p.scheme, p.scope, p.value, "RU");
        EXPECT_EQ(again.point, p) << "the normal form is not stable";
    }
}

TEST(Normalise, KeepsLongIdsApartInLittleSpace) {
    const std::string long_id(5000, 'x');
    const auto a = normalise("cookie", "site", long_id, "");
    const auto b = normalise("cookie", "site", long_id + "y", "");
    EXPECT_LE(a.point.value.size(), 512U);
    EXPECT_NE(a.point, b.point);
    EXPECT_EQ(a.point, normalise("cookie", "site", long_id, "").point);
}

TEST(Normalise, OffersTheTelephoneInAnAddress) {
    const auto phone = [](const char* scheme, const char* value) {
        const auto offered = offered_phone({scheme, "", value});
        return offered ? to_text(offered->point) : std::string("none");
    };
    EXPECT_EQ(phone("sip", "79990000123@pbx.example.com"), "tel:+79990000123");
    EXPECT_EQ(phone("sip", "+442079460123@pbx.example.com"), "tel:+442079460123");
    EXPECT_EQ(phone("whatsapp", "5215512345678"), "tel:+525512345678");
    EXPECT_EQ(phone("whatsapp", "US.13491208655302741918"), "none");
    EXPECT_EQ(phone("sip", "7103@pbx.example.com"), "none");
    EXPECT_EQ(phone("sip", "alice@pbx.example.com"), "none");
    EXPECT_EQ(phone("telegram", "79990000123"), "none");
}

}  // namespace
}  // namespace tandem::identity
