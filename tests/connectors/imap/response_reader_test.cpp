#include "connectors/imap/response_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tandem::imap {
namespace {

std::string shown(const Value& value) {
    switch (value.kind) {
        case Value::Kind::Nil:
            return "NIL";
        case Value::Kind::Atom:
            return value.text;
        case Value::Kind::String:
            return "'" + value.text + "'" + (value.cut ? "…" : "");
        case Value::Kind::List:
            break;
    }
    std::string out = "(";
    for (const Value& one : value.items)
        out += (out.size() > 1 ? " " : "") + shown(one);
    return out + ")";
}

std::string shown(const Response& one) {
    std::string out = one.tag;
    if (one.condition != Condition::None) out += " " + std::to_string(static_cast<int>(one.condition));
    if (!one.code.empty()) out += " [" + one.code + "]";
    if (one.number != 0) out += " " + std::to_string(one.number);
    if (!one.word.empty()) out += " " + one.word;
    for (const Value& value : one.values)
        out += " " + shown(value);
    if (!one.text.empty()) out += " | " + one.text;
    return out;
}

struct Read {
    std::vector<std::string> responses;
    std::string fault;
    friend bool operator==(const Read&, const Read&) = default;
};

Read read(std::string_view octets, const std::function<std::size_t()>& piece, ReaderLimits limits = {}) {
    ResponseReader reader(limits);
    Read out;
    while (!octets.empty()) {
        const auto size = std::min(piece(), octets.size());
        reader.feed(octets.substr(0, size));
        octets.remove_prefix(size);
        for (const Response& one : reader.take())
            out.responses.push_back(shown(one));
    }
    out.fault = reader.fault().value_or("");
    return out;
}

Read read(std::string_view octets, ReaderLimits limits = {}) {
    return read(octets, [&] { return octets.size(); }, limits);
}

struct Row {
    std::string name, octets, expected;
};

const std::vector<Row>& rows() {
    static const std::vector<Row> kRows{
        {"Greeting", "* OK [CAPABILITY IMAP4rev1 IDLE] Ready.\r\n", "* 1 [CAPABILITY IMAP4rev1 IDLE] | Ready."},
        {"Tagged", "t1 NO [AUTHENTICATIONFAILED] no\r\n", "t1 2 [AUTHENTICATIONFAILED] | no"},
        {"LowerCase", "t1 ok done\r\n", "t1 1 | done"},
        {"BareLineFeed", "* 3 exists\n", "* 3 EXISTS"},
        {"Continuation", "+ idling\r\n", "+ | idling"},
        {"EmptyContinuation", "+\r\n", "+"},
        {"BracesInText", "t1 NO broken at {100}\r\n", "t1 2 | broken at {100}"},
        {"CodeWithoutEnd", "* OK [ALERT never ends\r\n", "* 1 | [ALERT never ends"},
        {"List", "* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Items\"\r\n",
         "* LIST (\\HasNoChildren \\Sent) '/' 'Sent Items'"},
        {"ListLiteral", "* LIST () NIL {5}\r\na b(c\r\n", "* LIST () NIL 'a b(c'"},
        {"NilIsNotEmpty", "* X nil \"\" {0}\r\n NIL\r\n", "* X NIL '' '' NIL"},
        {"Quotes", "* X \"a\\\"b\\\\c\"\r\n", "* X 'a\"b\\c'"},
        {"Search", "* SEARCH 2 84 882\r\n", "* SEARCH | 2 84 882"},
        {"Esearch", "* ESEARCH (TAG \"t2\") UID ALL 1:3,7\r\n", "* ESEARCH | (TAG \"t2\") UID ALL 1:3,7"},
        {"Fetch", "* 12 FETCH (UID 7 FLAGS (\\Seen $a) RFC822.SIZE 44 INTERNALDATE \" 2-Nov-2026 06:14:05 +0000\")\r\n",
         "* 12 FETCH (UID 7 FLAGS (\\Seen $a) RFC822.SIZE 44 INTERNALDATE ' 2-Nov-2026 06:14:05 +0000')"},
        {"TwoLiterals", "* 1 FETCH (BODY[HEADER] {4}\r\nA: b BODY[TEXT]<0> {3+}\r\n\r\nx UID 9)\r\n",
         "* 1 FETCH (BODY[HEADER] 'A: b' BODY[TEXT]<0> '\r\nx' UID 9)"},
        {"Section", "* 1 FETCH (BODY[HEADER.FIELDS (DATE \"FROM\")] {2}\r\n\r\n UID 1)\r\n",
         "* 1 FETCH (BODY[HEADER.FIELDS (DATE \"FROM\")] '\r\n' UID 1)"},
        {"SectionWithLiteral", "* 1 FETCH (BODY[HEADER.FIELDS ({4}\r\nDATE)] \"x\")\r\n",
         "* 1 FETCH (BODY[HEADER.FIELDS (DATE)] 'x')"},
        {"BinaryLiteral", std::string("* 1 FETCH (BINARY[1] ~{3}\r\n\0\r\n)\r\n", 34),
         std::string("* 1 FETCH (BINARY[1] '\0\r\n')", 27)},
        {"AnswerInsideOfAMail", "* 1 FETCH (BODY[] {35}\r\nt1 OK done\r\n* 9 EXISTS\r\n* BYE you\r\n)\r\nt1 OK yes\r\n",
         "* 1 FETCH (BODY[] 't1 OK done\r\n* 9 EXISTS\r\n* BYE you\r\n')\nt1 1 | yes"},
        {"StrayParenthesis", "* X a) b\r\n", "* X a b"},
        {"EmptyLine", "\r\n* 1 EXISTS\r\n", "\n* 1 EXISTS"},
        {"BracesInTheMiddle", "* X {5} a\r\n", "* X {5} a"},
    };
    return kRows;
}

class ReaderRow : public ::testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Table, ReaderRow, ::testing::ValuesIn(rows()), [](const auto& info) {
    return info.param.name;
});

TEST_P(ReaderRow, IsReadTheSameHoweverItIsCut) {
    const Read whole = read(GetParam().octets);
    EXPECT_EQ(whole.fault, "");
    std::string all;
    for (const std::string& one : whole.responses)
        all += (&one == whole.responses.data() ? "" : "\n") + one;
    EXPECT_EQ(all, GetParam().expected);
    for (std::size_t size = 1; size < 70; ++size)
        EXPECT_EQ(read(GetParam().octets, [&] { return size; }), whole) << size;
}

TEST(ResponseReader, RandomCutsOfEverythingTogether) {
    std::string octets;
    for (const Row& row : rows())
        octets += row.octets;
    const Read whole = read(octets);
    EXPECT_GT(whole.responses.size(), rows().size());
    std::minstd_rand random(7);
    for (int round = 0; round < 300; ++round)
        EXPECT_EQ(read(octets, [&] { return random() % 40 + 1; }), whole);
}

TEST(ResponseReader, ALargeLiteralIsCutAndReadingGoesOn) {
    const std::string octets = "* 1 FETCH (BODY[] {100}\r\n" + std::string(100, 'x') + " UID 3)\r\nt1 OK\r\n";
    const Read got = read(octets, {.literals = 10});
    ASSERT_EQ(got.responses.size(), 2U);
    EXPECT_EQ(got.responses[0], "* 1 FETCH (BODY[] 'xxxxxxxxxx'… UID 3)");
    EXPECT_EQ(read(octets, [] { return std::size_t{3}; }, {.literals = 10}), got);
}

TEST(ResponseReader, BoundsAreKept) {
    const ReaderLimits limits{.line = 50, .literals = 10, .literal = 1'000, .depth = 3, .values = 6};
    EXPECT_EQ(read("* X " + std::string(60, 'a'), limits).fault, "a line is too long");
    EXPECT_EQ(read("* X {20}\r\n" + std::string(20, 'a') + std::string(50, ' '), limits).fault, "a line is too long");
    EXPECT_EQ(read("* X ((((\r\n", limits).fault, "too many lists inside each other");
    EXPECT_EQ(read("* X 1 2 3 4 5 6 7\r\n", limits).fault, "a response has too many values");
    EXPECT_EQ(read("* X {1001}\r\n", limits).fault, "a literal is too large");
    EXPECT_EQ(read("* X \"a\r\n").fault, "a quoted string has no end");
    EXPECT_EQ(read("* X {99999999999999999999999}\r\n").responses.at(0), "* X {99999999999999999999999}");
}

}  // namespace
}  // namespace tandem::imap
