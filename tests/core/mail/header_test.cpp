// Tables about header values, addresses, charsets and HTML: one line a habit of some program.
#include "core/mail/header.hpp"

#include "core/mail/address.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/flowed.hpp"
#include "core/mail/html_text.hpp"
#include "core/mail/mime.hpp"
#include "core/mail/trace.hpp"
#include "core/mail/transfer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tandem::mail {
namespace {

using std::string_literals::operator""s;

struct Pair {
    std::string given;
    std::string expected;
};

TEST(Header, DecodesWords) {
    const Pair cases[] = {
        {"plain", "plain"},
        {"=?utf-8?Q?a_b=2Cc?=", "a b,c"},
        {"=?UTF-8?B?0L/RgNC40LI=?= =?utf-8?b?0LXRgg==?=", "привет"},    // padding inside
        {"=?utf-8?B?0L/RgA==?=\t =?utf-8?B?0LjQstC10YI=?=", "привет"},  // folded
        {"=?utf-8?Q?=D0?= =?utf-8?Q?=BF?=", "п"},                       // a character cut in two
        {"=?utf-8?Q?a?= =?iso-8859-1?Q?=E9?=", "aé"},                   // two charsets
        {"=?utf-8?Q?a?=b =?utf-8?Q?c?=", "ab c"},                       // no blank behind a word
        {"Re: =?utf-8?Q?a?= and =?utf-8?Q?b?=", "Re: a and b"},
        {"=?utf-8?Q?broken", "broken"},              // no end
        {"=?utf-8?X?a?= =?b", "=?utf-8?X?a?= =?b"},  // no words
        {"=?utf-8?Q?=3F=3D?=", "?="},
        {"=?utf-8?Q?"
         "?= x",
         " x"},
        {"=?utf-8*en?Q?a?=", "a"},  // with a language
        {"=?koi8-r?B?8NLJ18XU?=", "Привет"},
        {"\xCF\xF0\xE8\xE2\xE5\xF2", "Привет"},  // raw windows-1251, the default here
        {"\xD0\x9F", "П"},                       // raw UTF-8
        {"=?x-unknown?Q?abc?=", "abc"},
        {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?iso-2022-jp?B?GyRCOGwbKEI=?=", "日本語"},
    };
    for (const auto& [given, expected] : cases)
        EXPECT_EQ(decode_words(given, "windows-1251"), expected) << given;
}

TEST(Header, MakesOneCleanLine) {
    EXPECT_EQ(decode_text("=?utf-8?Q?hello=0D=0ABcc:_victim@example.test?=", {}), "hello Bcc: victim@example.test");
    EXPECT_EQ(decode_text("=?utf-8?Q?a=00b=07?=", {}), "ab");
    EXPECT_EQ(decode_text("=?utf-8?Q?e=CC=81?=", {}), "é");  // composed
}

TEST(Header, ReadsParameters) {
    struct Case {
        std::string given;
        std::string value;
        std::string name;
        std::string expected;
    };
    const Case cases[] = {
        {"text/plain; charset=utf-8", "text/plain", "charset", "utf-8"},
        {"TEXT/Plain ; Charset = \"UTF-8\"", "text/plain", "charset", "UTF-8"},
        {"attachment; filename=two words.txt; size=1", "attachment", "filename", "two words.txt"},
        {R"(attachment; filename="a\"b;c.txt")", "attachment", "filename", R"(a"b;c.txt)"},
        {R"(attachment; filename="C:\dir\a.txt")", "attachment", "filename", R"(C:\dir\a.txt)"},
        {"attachment; filename*0=\"one \"; filename*1=two.txt", "attachment", "filename", "one two.txt"},
        {"attachment; filename*1=b; filename*0=a", "attachment", "filename", "ab"},
        {"attachment; filename*0=a; filename*2=c", "attachment", "filename", "a"},  // a piece is missing
        {"attachment; filename*=utf-8''%D0%B4%D0%B0; filename=x", "attachment", "filename", "да"},
        {"attachment; filename*0*=utf-8''%D0; filename*1*=%B4.txt", "attachment", "filename", "д.txt"},
        {"attachment; filename*=%D0%B4", "attachment", "filename", "д"},  // no charset
        {"attachment; filename=\"=?utf-8?B?0LTQsA==?=\"", "attachment", "filename", "да"},
        {"attachment; filename==?utf-8?B?0LTQsA==?=", "attachment", "filename", "да"},
        {"name=only.txt", "", "name", "only.txt"},
        {"text/plain; charset", "text/plain", "charset", ""},
        {"", "", "x", ""},
    };
    for (const auto& [given, value, name, expected] : cases) {
        const auto read = parse_parameters(given, {});
        EXPECT_EQ(read.value, value) << given;
        EXPECT_EQ(read.parameter(name), expected) << given;
    }
}

TEST(Header, ReadsIds) {
    const auto joined = [](std::string_view value) {
        std::string out;
        for (const auto& id : message_ids(value, 3))
            out += id + "|";
        return out;
    };
    EXPECT_EQ(joined("<a@b> <c@d>"), "a@b|c@d|");
    EXPECT_EQ(joined("<a@b><a@b>,<C@d>"), "a@b|C@d|");
    EXPECT_EQ(joined("Message of Monday <a@b"), "a@b|");
    EXPECT_EQ(joined("a@b, c@d"), "a@b|c@d|");  // without brackets
    EXPECT_EQ(joined("your mail of Monday"), "");
    EXPECT_EQ(joined("<a b@\tc>"), "ab@c|");
    EXPECT_EQ(joined("<1@x><2@x><3@x><4@x>"), "1@x|2@x|3@x|");
    EXPECT_EQ(joined("<>"), "");
}

TEST(Address, ReadsLists) {
    const auto joined = [](std::string_view value) {
        std::string out;
        for (const auto& it : parse_addresses(value, {}, 10))
            out += it.name + "=" + it.address + "|";
        return out;
    };
    const Pair cases[] = {
        {"a@b.test", "=a@b.test|"},
        {"A B <a@B.Test>", "A B=a@b.test|"},
        {"\"Doe, John\" <a@b.test>, c@d.test", "Doe, John=a@b.test|=c@d.test|"},
        {"a@b.test (John (the first) Doe)", "John (the first) Doe=a@b.test|"},
        {"Team: a@b.test, C <c@d.test>;, e@f.test", "=a@b.test|C=c@d.test|=e@f.test|"},
        {"undisclosed-recipients:;", ""},
        {"a@b.test; c@d.test", "=a@b.test|=c@d.test|"},
        {"<@r1.test,@r2.test:a@b.test>", "=a@b.test|"},
        {"\"john doe\"@b.test", "=\"john doe\"@b.test|"},
        {"<a@b.test", "=a@b.test|"},
        {"a @ b . test", "=a@b.test|"},
        {"=?utf-8?B?0JjRgNCwIDxpQGIudGVzdD4=?=", "Ира=i@b.test|"},
        {"ира <i@почта.рф>", "ира=i@xn--80a1acny.xn--p1ai|"},
        {"MAILER-DAEMON", "=MAILER-DAEMON|"},
        {"Just a name", "Just a name=|"},
        {",,;<>", ""},
    };
    for (const auto& [given, expected] : cases)
        EXPECT_EQ(joined(given), expected) << given;
}

TEST(Charset, KnowsTheLabelsOfMails) {
    struct Case {
        std::string label;
        std::string octets;
        std::string expected;
    };
    const Case cases[] = {
        {"iso-8859-1", "\x80", "€"},
        {"Windows-1251", "\xC4\xE0", "Да"},
        {"cp1251", "\xC4\xE0", "Да"},
        {"x-cp1251", "\xC4\xE0", "Да"},
        {"win-1251", "\xC4\xE0", "Да"},
        {"koi8-r", "\xE4\xC1", "Да"},
        {"koi8-u", "\xA7", "ї"},
        {"iso-8859-5", "\xB4\xD0", "Да"},
        {"ibm866", "\x84\xA0", "Да"},
        {"x-mac-cyrillic", "\x84\xE0", "Да"},
        {"gb2312", "\xE9\x46", "镕"},
        {"ks_c_5601-1987", "\xBD\xBA", "스"},
        {"shift_jis", "\x87\x40", "①"},
        {"euc-jp", "\xC6\xFC", "日"},
        {"big5", "\xA4\xA4", "中"},
        {"unicode-1-1-utf-7", "+BBQEMA-", "Да"},
        {"utf-16le", "\x14\x04"s, "Д"},
        {"us-ascii", "\xC4\xE0", "Да"},  // 8-bit octets: not what it says
        {"us-ascii", "\xD0\x94", "Д"},
        {"utf-8", "\xC4\xE0\xE4\xE0", "Дада"},  // nothing in it is UTF-8
        {"utf-8", "\xD0\x94\xD0\xB0\xD0", "Да\xEF\xBF\xBD"},
        {"", "\xC4\xE0", "Да"},
        {"x-unknown", "\xC4\xE0", "Да"},
        {"", "\x1B$BF|K\\\x1B(B", "日本"},
        {"iso-8859-1", "\xCF\xF0", "Ïð"},  // declared and possible: believed
    };
    for (const auto& [label, octets, expected] : cases)
        EXPECT_EQ(to_utf8(octets, label, "windows-1251"), expected) << label;
}

TEST(Charset, GuessesOnlyWithoutADeclarationAndADefault) {
    const std::string koi =
        "\xE4\xCF\xC2\xD2\xD9\xCA \xC4\xC5\xCE\xD8! \xF0\xCF\xD6\xC1\xCC\xD5\xCA\xD3\xD4\xC1, "
        "\xD0\xD2\xC9\xDB\xCC\xC9\xD4\xC5 \xCB\xCF\xD0\xC9\xC0 \xC4\xCF\xC7\xCF\xD7\xCF\xD2\xC1 "
        "\xC9 \xD3\xDE\xA3\xD4 \xDA\xC1 \xCF\xCB\xD4\xD1\xC2\xD2\xD8.";
    EXPECT_TRUE(to_utf8(koi, {}, {}).starts_with("Добрый день!")) << to_utf8(koi, {}, {});
    EXPECT_EQ(to_utf8("caf\xE9", {}, {}), "café");  // too short to tell: as browsers do
}

TEST(Charset, CleansText) {
    EXPECT_EQ(clean_text("a\r\nb\rc\n\0d\x01\x7F\xEF\xBB\xBF"s), "a\nb\nc\nd");
    EXPECT_EQ(clean_text("\xFF"), "\xEF\xBF\xBD");
    EXPECT_EQ(cut_utf8("aя", 2), "a");
    EXPECT_EQ(cut_utf8("aя", 3), "aя");
}

TEST(Transfer, DecodesBase64InPieces) {
    EXPECT_EQ(base64_bytes("SGVsbG8="), "Hello");
    EXPECT_EQ(base64_bytes("SGVs\r\nbG8=SGk=\r\n"), "HelloHi");
    EXPECT_EQ(base64_bytes("SGVsbG8"), "Hello");
    EXPECT_EQ(base64_bytes("S!G*Vs"), "Hel");
    EXPECT_EQ(base64_bytes("===="), "");
    EXPECT_EQ(base64_bytes("A"), "");
}

TEST(Flowed, JoinsLines) {
    EXPECT_EQ(unflow("one \ntwo\nthree\n", false), "one two\nthree\n");
    EXPECT_EQ(unflow("сло \nво\n", true), "слово\n");
    EXPECT_EQ(unflow("> one \n> two\n>> three \nfour\n", false), "> one two\n>> three \nfour\n");
    EXPECT_EQ(unflow("text \n-- \nname\n", false), "text \n-- \nname\n");
    EXPECT_EQ(unflow(" From\n  indented\n", false), "From\n indented\n");
}

TEST(Html, BecomesText) {
    const Pair cases[] = {
        {"a<br>b", "a\nb"},
        {"a<br><br><br><br>b", "a\n\nb"},
        {"<p>a</p><p>b</p>", "a\n\nb"},
        {"<div>a</div><div>b</div>", "a\nb"},
        {"a\n  b", "a b"},
        {"<b>a</b><i>b</i> c", "ab c"},
        {"<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc"},
        {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"},
        {"<a href='https://x.test/a'>here</a>", "here <https://x.test/a>"},
        {"<a href='https://x.test/'>x.test</a>", "x.test"},
        {"<a href='#a'>here</a><a href='javascript:x'>there</a>", "herethere"},
        {"<a href='https://x.test/'><img alt=''></a>", "[image] <https://x.test/>"},
        {"<script>x</script><style>y</style><!-- z -->a", "a"},
        {"<p style='DISPLAY : none'>x</p><span hidden>y</span>a", "a"},
        {"<div style='mso-hide:all'>x<div>y</div></div>a", "a"},
        {"&lt;b&gt; &amp; &euro; &#1044; &nbsp;x", "<b> & € Д x"},
        {"<pre>a  b\n c</pre>", "a  b\n c"},
        {"a < b and c > d", "a < b and c > d"},
        {"<p>unclosed <b>bold", "unclosed bold"},
        {"", ""},
    };
    for (const auto& [given, expected] : cases)
        EXPECT_EQ(html_text(given, {}).text, expected) << given;
}

TEST(Html, LeavesQuotesOut) {
    const auto text = [](std::string_view html) { return html_text(html, {.without_quotes = true}); };
    const auto reply = text("<p>new</p><blockquote type=cite><p>old</p></blockquote><p>below</p>");
    EXPECT_EQ(reply.text, "new\n\nbelow");
    EXPECT_TRUE(reply.quoted);
    const auto forward = text("<p>see</p><div class=gmail_quote>---------- Forwarded message ---------<br>old</div>");
    EXPECT_EQ(forward.text, "see\n\n---------- Forwarded message ---------\nold");
    EXPECT_FALSE(forward.quoted);
}

TEST(Html, NamesItsCharset) {
    EXPECT_EQ(html_charset("<html><META charset=\"KOI8-R\">"), "koi8-r");
    EXPECT_EQ(html_charset("<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>"), "windows-1251");
    EXPECT_EQ(html_charset("<meta name=x><p>charset=utf-8"), "");
}

TEST(Trace, ReadsReceived) {
    const auto hop = read_received(
        "from A.test (a [192.0.2.1]) by B.Test (Postfix (x)) with SMTP id 1 for <c@d>; "
        "Mon, 2 Nov 2026 09:00:05 +0300 (MSK)");
    EXPECT_EQ(hop.from, "a.test");
    EXPECT_EQ(hop.by, "b.test");
    ASSERT_TRUE(hop.at);
    EXPECT_EQ(format_time(*hop.at), "2026-11-02T06:00:05Z");
    EXPECT_FALSE(read_received("garbage").at);
}

TEST(Date, ReadsWhatProgramsWrite) {
    const Pair cases[] = {
        {"Mon, 2 Nov 2026 09:00:00 +0300", "2026-11-02T06:00:00Z"},
        {"2 Nov 2026 09:00:00 GMT", "2026-11-02T09:00:00Z"},
        {"Mon, 02 Nov 26 14:00:00", "2026-11-02T14:00:00Z"},
        {"Mon, 2 Nov 2026 09:00:00 +0300 (Moscow time)", "2026-11-02T06:00:00Z"},
        {"Mon, 2 Nov 2026 01:00:00 PST", "2026-11-02T09:00:00Z"},
        {"Mon, 2 Nov 2026 09:00:00 XYZ", "2026-11-02T09:00:00Z"},
        {"nonsense", ""},
        {"", ""},
    };
    for (const auto& [given, expected] : cases) {
        const auto at = parse_date(given);
        EXPECT_EQ(at ? format_time(*at) : "", expected) << given;
    }
}

}  // namespace
}  // namespace tandem::mail
