#include "core/mapping/functions.hpp"

#include "support.hpp"

#include "core/mapping/functions_impl.hpp"
#include "core/mapping/program.hpp"
#include "tests/support/fixtures.hpp"

#include <sstream>

namespace tandem::mapping::testing {
namespace {

// What the examples refer to: a table and a secret.
class Host {
public:
    Host() {
        program_.tables.push_back(
            {"colour", {{"7", data::Value::string("red")}, {"true", data::Value::string("yes")}}});
        secrets_["app_secret"] = {Secret("older"), Secret("s3cret")};
        host_ = {&program_, &secrets_, "RU"};
    }

    // The result as JSON, or the kind of the error.
    std::string run(std::string_view text) {
        auto code = expr::Expression::compile(text, {.functions = &pack_functions()});
        if (!code) return std::string(expr::to_string(code.error().kind)) + " " + code.error().text;
        auto value = code->evaluate({}, {.arena = arena_, .host = &host_});
        return value ? data::to_json(*value) : std::string(expr::to_string(value.error().kind));
    }

    data::Arena& arena() { return arena_; }

private:
    Program program_;
    std::map<std::string, std::vector<Secret>> secrets_;
    FunctionHost host_;
    data::Arena arena_;
};

TEST(PackFunctions, ExamplesAreTrue) {
    Host host;
    for (const auto& function : pack_functions().all()) {
        if (!function.extension) continue;
        SCOPED_TRACE(function.example);
        EXPECT_EQ(parse(host.run(function.example), host.arena()), parse(function.example_result, host.arena()))
            << host.run(function.example);
    }
}

TEST(PackFunctions, NullGivesNull) {
    Host host;
    for (const auto* text : {"time(null, 's')", "unix(null)", "phone(null)", "mailbox(null)", "html_text(null)",
                             "json(null)", "digits(null)", "sha256(null)", "url_query(null)", "regex_match(null, 'a')",
                             "regex_capture(null, 'a')", "regex_replace(null, 'a', 'b')", "lookup('colour', null)"}) {
        EXPECT_EQ(host.run(text), "null") << text;
    }
}

TEST(PackFunctions, Table) {
    Host host;
    for (const auto& [text, expected] : std::initializer_list<std::pair<std::string, std::string>>{
             {"time(`1700000000`, 's')", R"("2023-11-14T22:13:20Z")"},
             {"base64_text('0YLQtdC60YHR')", R"("текс")"},  // cut in the middle of the last letter
             {"base64_text('8J+YgPCfmA==')", R"("😀")"},
             {"base64_text('/w==')", "null"},
             {"base64_text('no base64!')", "null"},
             {"base64_text('')", R"("")"},
             {"geo(`-1.25`, '2')", R"("geo:-1.250000,2.000000")"},
             {"geo(`-0.0000001`, `180`)", R"("geo:0.000000,180.000000")"},
             {"geo(`90.5`, `0`)", "null"},
             {"geo('here', 'there')", "null"},
             {"geo(null, `1`)", "null"},
             {"pick(`{\"a\": {\"b\": 0}}`, 'a/b')", "0"},
             {"pick(`{\"a\": {\"b\": 0}}`, 'a/b/c')", "null"},
             {"pick(`{\"a\": {\"b\": 0}}`, 'a')", "null"},
             {"pick(`{\"a\": {\"b\": 0, \"#text\": \"t\"}}`, 'a')", R"("t")"},
             {"pick(`{\"s:a\": 1, \"a\": 2}`, 'a')", "2"},
             {"pick(`{\"s:a\": [[], 3]}`, 'a')", "[[],3]"},
             {"pick(`{\"a\": []}`, 'a/b')", "null"},
             {"pick(`7`, 'a')", "null"},
             {"pick(`7`, '')", "7"},
             {"pick(null, 'a')", "null"},
             {R"(gsm_text(`"\u0005v\u0005nement \u001b\u0065\u0000"`))", R"("événement €@")"},
             {"gsm_text('Привет_')", R"("Привет_")"},
             {"gsm_text(null)", "null"},
             {"hex_text('1b653105', 'gsm7')", R"("€1é")"},
             {"hex_text('cff0e8e2e5f2', 'windows-1251')", R"("Привет")"},
             {"hex_text('d83d', 'utf-16be')", "\"\uFFFD\""},
             {"hex_text('041', 'utf-16be')", "null"},
             {"hex_text('no hex', 'utf-16be')", "null"},
             {"hex_text(null, 'utf-16be')", "null"},
             {"hex_text('00', 'martian')", "invalid-value"},
             {"text_hex('€1é', 'gsm7')", R"("1b653105")"},
             {"text_hex('[привет', 'gsm7')", "null"},
             {"text_hex('`', 'gsm7')", "null"},
             {"text_hex('', 'gsm7')", R"("")"},
             {"text_hex('Привет', 'windows-1251')", R"("cff0e8e2e5f2")"},
             {"text_hex('😀', 'windows-1251')", "null"},
             {"text_hex('😀a', 'utf-16be')", R"("d83dde000061")"},
             {"text_hex('a~', 'us-ascii')", R"("617e")"},
             {"text_hex('ä', 'us-ascii')", "null"},
             {"text_hex('ä', 'utf-8')", R"("c3a4")"},
             {"text_hex(`17`, 'utf-16be')", R"("00310037")"},
             {"text_hex(null, 'utf-16be')", "null"},
             {"text_hex('a', 'martian')", "invalid-value"},
             {"uri_component('a-b_c.d!e~f*g\\'h(i)j&k=l m/')", R"("a-b_c.d!e~f*g'h(i)j%26k%3Dl%20m%2F")"},
             {"sms_address(null)", "null"},
             {"sms_address(`79161234567`)", R"("+79161234567")"},
             {"sms_address('2026123456789', '')", R"("+2026123456789")"},
             {"sms_address('9161234567', '')", R"("+9161234567")"},
             {"sms_address('9161234567', null, `false`)", R"("+79161234567")"},
             {"time('1700000000', 's')", R"("2023-11-14T22:13:20Z")"},
             {"time('1531420618.000200', 's')", R"("2018-07-12T18:36:58.000200Z")"},
             {"time(`1700000000123`, 'ms')", R"("2023-11-14T22:13:20.123Z")"},
             {"time(`1700000000123456`, 'us')", R"("2023-11-14T22:13:20.123456Z")"},
             {"time(`1700000000`, 'auto')", R"("2023-11-14T22:13:20Z")"},
             {"time('1700000000123', 'auto')", R"("2023-11-14T22:13:20.123Z")"},
             {"time('2023-08-01T16:10:00+0530', 'rfc3339')", R"("2023-08-01T10:40:00Z")"},
             {"time('soon', 's')", "invalid-value"},
             {"unix('2023-11-14T22:13:20Z')", "1700000000"},
             {"unix('2023-11-15T01:13:20+0300')", "1700000000"},
             {"unix('2018-07-12T18:36:58.000200Z')", "1531420618.0002"},
             {"unix('1969-12-31T23:59:59Z')", "-1"},
             {"join('', ['t=', to_string(unix('2023-11-14T22:13:20.5Z'))])", R"("t=1700000000.5")"},
             {"unix(time('1531420618.000200', 's'))", "1531420618.0002"},
             {"unix('1700000000')", "invalid-value"},
             {"time('12x', 's')", "invalid-value"},
             {"time(`-1`, 's')", "invalid-value"},
             {"time(`1e300`, 's')", "invalid-value"},
             {"time('99999999999999', 's')", "invalid-value"},
             {"time('2023', 'year')", "invalid-value"},
             {"time('2023', '%Y', 'Mars/Olympus')", "invalid-value"},
             {"phone('123')", "null"},
             {"phone(`74951234567`)", R"("+74951234567")"},
             {"phone('+49 30 123456')", R"("+4930123456")"},
             {"mailbox('nobody')", "null"},
             {"mailbox_in('a@b.test', ['A@B.test'])", "true"},
             {"mailbox_in('a@b.test', ['aa@b.test', 'a@b.test.org', '', 'b.test', '*'])", "false"},
             {"mailbox_in('a@пример.рф', ['@xn--e1afmkfd.xn--p1ai'])", "true"},
             {"mailbox_in('help+@b.test', ['help+*@b.test'])", "true"},
             {"mailbox_in('help@b.test', ['help+*@b.test'])", "false"},
             {"mailbox_in('no-reply-7@b.test', ['no-*-7@b.test'])", "true"},
             {"mailbox_in('ab@b.test', ['ab*b@b.test'])", "false"},
             {"mailbox_in('nobody', ['@b.test'])", "false"},
             {"mailbox_in(null, ['@b.test'])", "false"},
             {"lookup('colour', 'true')", R"("yes")"},
             {"lookup('colour', `true`)", R"("yes")"},
             {"lookup('colour', 'x')", "null"},
             {"lookup('colour', 'x', `[1]`)", "[1]"},
             {"lookup('color', 'x')", "invalid-value"},
             {"secret_equals('app_secret', 'older')", "true"},
             {"secret_equals('app_secret', 's3cre')", "false"},
             {"secret_equals('app_secret', null)", "false"},
             {"secret_equals('other', '')", "false"},
             {"coalesce(null, '')", "null"},
             {"coalesce(`false`, 'a')", "false"},
             {"json('{')", "null"},
             {"json('5741311803571721087')", "5741311803571721087"},
             {"digits(`12`)", R"("12")"},
             {"uuid5('x', 'a')", "invalid-value"},
             {"numbered(`{\"data[10]\": \"b\", \"data[9]\": \"a\", \"data\": \"c\", \"datax\": \"d\"}`, ['data'])",
              R"([{"index":9,"data":"a"},{"index":10,"data":"b"}])"},
             {"numbered(null, ['a'])", "[]"},
             {"url_query('/a').b", "null"},
             {"url_query('/a?b=1&b=%20').b", R"(["1"," "])"},
             {"regex_match('abc', 'B')", "false"},
             {"regex_match('abc', '(?i)B')", "true"},
             {"regex_match('abc', '(')", "invalid-value"},
             {"regex_capture('ac', '(a)(b)?c')", R"(["ac","a",null])"},
             {"regex_capture('x', 'a')", "null"},
             {"regex_replace('a1b22', '[0-9]+', '<\\0>')", R"("a<1>b<22>")"},
             {"regex_replace('a', 'a', '\\1')", "invalid-value"},
         }) {
        EXPECT_EQ(host.run(text), expected) << text;
    }
}

// Line by line what an address must become; a kind other than e164 keeps its text.
TEST(PackFunctions, AddressesOfTheFixtures) {
    const auto folder = tandem::testing::fixtures("sms");
    if (!folder) return;
    std::istringstream lines(tandem::testing::read_file(*folder / "numbers.jsonl"));
    Host host;
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto vector = parse(line, host.arena());
        const auto expected = vector.get("expect");
        std::string text = "sms_address(`";
        text += data::to_json(vector.get("input")) + "`, '" + std::string(*vector.string_at("region")) + "', `";
        text += data::to_json(vector.get("bare_e164")) + "`)";
        const bool none = *expected.string_at("kind") == "none";
        EXPECT_EQ(host.run(text), none ? "null" : data::to_json(expected.get("value"))) << line;
    }
    EXPECT_EQ(count, 39);
}

TEST(PackFunctions, SeptetsOfTheFixtures) {
    const auto folder = tandem::testing::fixtures("sms");
    if (!folder) return;
    std::istringstream lines(tandem::testing::read_file(*folder / "encoding.jsonl"));
    Host host;
    int count = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto vector = parse(line, host.arena());
        const auto alphabet = vector.string_at("alphabet").value_or("");
        if (*vector.string_at("kind") != "codec" || (alphabet != "gsm7" && alphabet != "ucs2")) continue;
        ++count;
        const auto charset = alphabet == "gsm7" ? "gsm7" : "utf-16be";
        EXPECT_EQ(host.run("hex_text('" + std::string(*vector.string_at("octets_hex")) + "', '" + charset + "')"),
                  data::to_json(vector.get("text")))
            << line;
    }
    EXPECT_EQ(count, 25);
}

TEST(PackFunctions, RegularExpressionsAreLinear) {
    Host host;
    EXPECT_EQ(host.run("regex_match('" + std::string(50'000, 'a') + "', '(a*)*b')"), "false");
}

TEST(Html, GivesReadableText) {
    for (const auto& [html, expected] : std::initializer_list<std::pair<std::string, std::string>>{
             {"plain", "plain"},
             {"  a \n\t b  ", "a b"},
             {"<p>one</p><p>two</p>", "one\ntwo"},
             {"<div>a<br/>b<BR>c</div>", "a\nb\nc"},
             {"<b>a</b> <i>b</i>", "a b"},
             {"a<script>alert('<p>')</script>b<style>x{}</style>c", "abc"},
             {"a<!-- <b> -->b", "ab"},
             {"1 < 2 & 3 > 2", "1 < 2 & 3 > 2"},
             {"&lt;b&gt; &#1071;&#x42F; &unknown; &#xD800;", "<b> \u042F\u042F &unknown; \uFFFD"},
             {"<a href=\"x\">link</a", "link"},
             {"<script>never closed", ""},
             {"", ""},
         }) {
        EXPECT_EQ(html_to_text(html), expected) << html;
    }
}

}  // namespace
}  // namespace tandem::mapping::testing
