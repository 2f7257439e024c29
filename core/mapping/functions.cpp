#include "core/mapping/functions.hpp"

#include "core/mapping/functions_impl.hpp"

#include <utility>

namespace tandem::mapping {

namespace {

using expr::Function;
using expr::kAny;
using expr::kArrayOfString;
using expr::kBoolean;
using expr::kNull;
using expr::kNumber;
using expr::kObject;
using expr::kString;

constexpr std::uint16_t kText = kString | kNull;
constexpr std::uint16_t kScalar = kString | kNumber | kNull;

std::vector<Function> conversions() {
    return {
        {.name = "time",
         .parameters = {{"x", kScalar}, {"format", kString}, {"zone", kString, true}},
         .result = "string|null",
         .description = "RFC 3339 in UTC. `format` is `s`, `ms` or `us` (Unix time as number or text), `auto` (seconds "
                        "below 10^12, else milliseconds), `rfc3339` (any offset, also +0400) or a pattern of %Y %y %m "
                        "%d %b %H %I %M %S %f %p %a %z %Z %s %F %T and %* (any rest); `zone` is an IANA name or an "
                        "offset for patterns without %z, default UTC. What is no time is an error.",
         .example = "time('20.11.2026 16:05', '%d.%m.%Y %H:%M', 'Europe/Moscow')",
         .example_result = R"("2026-11-20T13:05:00Z")",
         .run = time_function,
         .extension = true},
        {.name = "unix",
         .parameters = {{"x", kText}},
         .result = "number|null",
         .description =
             "Seconds since 1970 of an RFC 3339 time, with its fraction: the reverse of `time(x, 's')`. What "
             "is no time is an error.",
         .example = "[unix('2026-11-20T16:05:00+03:00'), unix('2026-11-20T13:05:00.250Z')]",
         .example_result = "[1795179900, 1795179900.25]",
         .run = unix_function,
         .extension = true},
        {.name = "phone",
         .parameters = {{"x", kScalar}, {"region", kText, true}},
         .result = "string|null",
         .description = "E.164 of a valid telephone number, else null. `region` (ISO country, for numbers without "
                        "prefix) is that of the instance unless given.",
         .example = "phone('8 (495) 123-45-67', 'RU')",
         .example_result = R"("+74951234567")",
         .run = phone_function,
         .extension = true},
        {.name = "sms_address",
         .parameters = {{"x", kScalar}, {"region", kText, true}, {"bare", kBoolean | kNull, true}},
         .result = "string|null",
         .description =
             "The address of an SMS: E.164 of a valid number, else the text as it is (short codes, which have at most "
             "6 "
             "digits, names, what is no valid number); null when the sender is hidden. Digits without plus are read as "
             "international first, unless `bare` is false, then as of `region` (`''`: never; default that of the "
             "instance). 10 to 15 bare digits that are valid nowhere get a plus.",
         .example = "[sms_address('4915123456789', 'RU'), sms_address('89161234567', 'RU'), sms_address('900')]",
         .example_result = R"(["+4915123456789", "+79161234567", "900"])",
         .run = sms_address_function,
         .extension = true},
        {.name = "mailbox",
         .parameters = {{"x", kText}},
         .result = "string|null",
         .description = "Normal form of a mail address, else null.",
         .example = "mailbox('Alice@Example.COM')",
         .example_result = R"("alice@example.com")",
         .run = mailbox_function,
         .extension = true},
        {.name = "mailbox_in",
         .parameters = {{"x", kText}, {"patterns", kArrayOfString}},
         .result = "boolean",
         .description =
             "Whether a mail address is one of those: `*` stands for any characters before the @, and `@domain` for "
             "every address of that domain (not of those below it).",
         .example = "map(&mailbox_in(@, ['help@a.test', 'help+*@a.test', '@b.test']), ['Help@A.test', 'help+7@a.test', "
                    "'x@b.test', 'x@sub.b.test'])",
         .example_result = "[true, true, true, false]",
         .run = mailbox_in_function,
         .extension = true},
        {.name = "html_text",
         .parameters = {{"x", kText}},
         .result = "string|null",
         .description = "Readable text of HTML: tags dropped, ends of blocks as line breaks, entities decoded.",
         .example = "html_text('<p>A &amp; B<br>C</p>')",
         .example_result = R"("A & B\nC")",
         .run = html_text_function,
         .extension = true},
        {.name = "json",
         .parameters = {{"x", kText}},
         .result = "any",
         .description = "The value of a text that holds JSON, null if it does not.",
         .example = R"(json('{"a": [1, 2]}').a[1])",
         .example_result = "2",
         .run = json_function,
         .extension = true},
        {.name = "base64",
         .parameters = {{"x", kScalar}},
         .result = "string|null",
         .description = "Base64 of a text's UTF-8.",
         .example = "base64('Привет')",
         .example_result = "\"0J/RgNC40LLQtdGC\"",
         .run = base64_function,
         .extension = true},
        {.name = "base64_text",
         .parameters = {{"x", kText}},
         .result = "string|null",
         .description = "The text that Base64 encodes; null when it is no Base64 or holds no text. A character cut off "
                        "at the end is dropped.",
         .example = "base64_text('0J/RgNC40LLQtdGC')",
         .example_result = R"("Привет")",
         .run = base64_text_function,
         .extension = true},
        {.name = "gsm_text",
         .parameters = {{"x", kText}},
         .result = "string|null",
         .description =
             "The text of septets of GSM 03.38 (with the extension table) that a vendor passes on as characters "
             "U+0000 to U+007F; a text with other characters stays as it is.",
         .example = R"(gsm_text(`"Caf\u0005"`))",
         .example_result = R"("Café")",
         .run = gsm_text_function,
         .extension = true},
        {.name = "hex_text",
         .parameters = {{"x", kText}, {"charset", kString}},
         .result = "string|null",
         .description =
             "The text of octets written in hexadecimal: `utf-16be`, `windows-1251`, ... or `gsm7` (one septet "
             "per octet). Null when it is no hexadecimal.",
         .example = "hex_text('041F04400438', 'utf-16be')",
         .example_result = R"("При")",
         .run = hex_text_function,
         .extension = true},
        {.name = "text_hex",
         .parameters = {{"x", kScalar}, {"charset", kString}},
         .result = "string|null",
         .description =
             "The octets of a text in hexadecimal (lower case), the reverse of `hex_text`. Null when the charset lacks "
             "a character, so that `text_hex(text, 'gsm7')` also tells whether a text fits GSM 03.38.",
         .example = "[text_hex('При', 'utf-16be'), text_hex('При', 'gsm7')]",
         .example_result = R"(["041f04400438", null])",
         .run = text_hex_function,
         .extension = true},
        {.name = "uri_component",
         .parameters = {{"x", kText}},
         .result = "string|null",
         .description = "Percent-encoding as encodeURIComponent of JavaScript does it.",
         .example = "uri_component('https://a.test/ö?')",
         .example_result = R"("https%3A%2F%2Fa.test%2F%C3%B6%3F")",
         .run = uri_component_function,
         .extension = true},
        {.name = "pick",
         .parameters = {{"x", kAny}, {"path", kString}},
         .result = "any",
         .description = "The value at a path of names such as `Envelope/Body/from`, for paths that users write into "
                        "settings: prefixes of XML names may be left out, of lists on the way the first element "
                        "counts, of an XML element with attributes its text.",
         .example = "pick(json('{\"a\": [{\"x:b\": 7}]}'), 'a/b')",
         .example_result = "7",
         .run = pick_function,
         .extension = true},
        {.name = "geo",
         .parameters = {{"latitude", kScalar}, {"longitude", kScalar}},
         .result = "string|null",
         .description = "A `geo:` URI (RFC 5870) with six decimals; null when one of the two is no such angle.",
         .example = "geo('55.7558', `37.6173`)",
         .example_result = R"("geo:55.755800,37.617300")",
         .run = geo_function,
         .extension = true},
        {.name = "digits",
         .parameters = {{"x", kScalar}},
         .result = "string|null",
         .description = "The digits 0-9 of a text.",
         .example = "digits('+7 (495) 12')",
         .example_result = R"("749512")",
         .run = digits_function,
         .extension = true},
        {.name = "sha256",
         .parameters = {{"x", kText}},
         .result = "string|null",
         .description = "SHA-256 of a text, hexadecimal in lower case.",
         .example = "sha256('abc')",
         .example_result = R"("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")",
         .run = sha256_function,
         .extension = true},
        {.name = "uuid5",
         .parameters = {{"namespace", kString}, {"x", kText}},
         .result = "string|null",
         .description = "UUID version 5 of a text in a name space, which is a UUID.",
         .example = "uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')",
         .example_result = R"("2ed6657d-e927-568b-95e1-2665a8aea6a2")",
         .run = uuid5_function,
         .extension = true},
    };
}

std::vector<Function> selections() {
    return {
        {.name = "lookup",
         .parameters = {{"table", kString}, {"key", kScalar | kBoolean}, {"default", kAny, true}},
         .result = "any",
         .description = "The value of `key` in a table of the pack; `default` (or null) when the table lacks it or the "
                        "key is null. A number is looked up by its text.",
         .example = "lookup('colour', `7`, 'unknown')",
         .example_result = R"("red")",
         .run = lookup_function,
         .extension = true},
        {.name = "coalesce",
         .parameters = {{"x", kAny, false, true}},
         .result = "any",
         .description = "The first argument that is neither null nor an empty text (not_null takes an empty text).",
         .example = "coalesce(null, '', 'b', 'c')",
         .example_result = R"("b")",
         .run = coalesce_function,
         .extension = true},
        {.name = "secret_equals",
         .parameters = {{"setting", kString}, {"x", kScalar}},
         .result = "boolean",
         .description = "Whether a text equals a secret setting, compared in constant time; any of its values during "
                        "rotation. False when the setting is not set.",
         .example = "secret_equals('app_secret', 's3cret')",
         .example_result = "true",
         .run = secret_equals_function,
         .extension = true},
        {.name = "has_secret",
         .parameters = {{"setting", kString}},
         .result = "boolean",
         .description = "Whether a secret setting is set.",
         .example = "has_secret('app_secret')",
         .example_result = "true",
         .run = has_secret_function,
         .extension = true},
        {.name = "signature",
         .parameters = {{"name", kString}},
         .result = "string",
         .description =
             "In requests to the vendor only: a mark that becomes the digest of that name (`signatures` of the "
             "request) when the request goes out.",
         .example = "length(signature('sign'))",
         .example_result = "7",
         .run = signature_function,
         .extension = true},
        {.name = "secret",
         .parameters = {{"setting", kString}},
         .result = "string",
         .description =
             "In requests to the vendor only (`send`, `poll`, `oauth2`, `probe`): a mark that becomes the secret "
             "setting "
             "when the request goes out. It can stand in the URL, a header, a parameter or the body; functions see the "
             "mark, never the secret.",
         .example = "length(secret('token'))",
         .example_result = "7",
         .run = secret_function,
         .extension = true},
        {.name = "numbered",
         .parameters = {{"x", kObject | kNull}, {"names", kArrayOfString}},
         .result = "array",
         .description =
             "Gathers members whose names end in a number: one object per number, in order, with `index` and "
             "the members under their names without number. `name[0]` works as well.",
         .example = R"(numbered(`{"Url1": "b", "Url0": "a", "Type0": "t"}`, ['Url', 'Type']))",
         .example_result = R"([{"index": 0, "Url": "a", "Type": "t"}, {"index": 1, "Url": "b"}])",
         .run = numbered_function,
         .extension = true},
        {.name = "url_query",
         .parameters = {{"url", kText}},
         .result = "object|null",
         .description = "The query parameters of a URL; a repeated name holds a list.",
         .example = "url_query('https://a.test/?utm_source=x&q=1').utm_source",
         .example_result = R"("x")",
         .run = url_query_function,
         .extension = true},
        {.name = "regex_match",
         .parameters = {{"x", kText}, {"pattern", kString}},
         .result = "boolean|null",
         .description = "Whether the pattern (RE2 syntax) is found in the text.",
         .example = "regex_match('SM00ff', '^SM[0-9a-f]+$')",
         .example_result = "true",
         .run = regex_match_function,
         .extension = true},
        {.name = "regex_capture",
         .parameters = {{"x", kText}, {"pattern", kString}},
         .result = "array|null",
         .description = "`[whole match, group 1, ...]` of the first match, null if there is none; a group that took no "
                        "part is null.",
         .example = "regex_capture('1 of 2', '([0-9]+) of ([0-9]+)')[2]",
         .example_result = R"("2")",
         .run = regex_capture_function,
         .extension = true},
        {.name = "regex_replace",
         .parameters = {{"x", kText}, {"pattern", kString}, {"with", kString}},
         .result = "string|null",
         .description = R"(Replaces every match; `\1` in `with` is group 1, `\0` the match.)",
         .example = R"(regex_replace('whatsapp:+49151', '^[a-z]+:', ''))",
         .example_result = R"("+49151")",
         .run = regex_replace_function,
         .extension = true},
    };
}

}  // namespace

const expr::FunctionTable& pack_functions() {
    static const expr::FunctionTable table = [] {
        auto all = conversions();
        for (auto& function : selections())
            all.push_back(std::move(function));
        return expr::FunctionTable(expr::FunctionTable::standard(), std::move(all));
    }();
    return table;
}

}  // namespace tandem::mapping
