#include "connectors/imap/syntax.hpp"

#include <gtest/gtest.h>

namespace tandem::imap {
namespace {

TEST(Syntax, CommandsThatMightChangeSomethingAreNotWritten) {
    for (const char* good :
         {"CAPABILITY", "NOOP", "LOGOUT", "STARTTLS", "AUTHENTICATE PLAIN", "LOGIN \"a\" \"b\"", "ID (\"name\" \"x\")",
          "ENABLE CONDSTORE", "LIST \"\" \"*\"", "EXAMINE \"INBOX\"", "STATUS \"Sent\" (UIDNEXT)", "IDLE",
          "NOTIFY SET (selected (MessageNew MessageExpunge))", "UID SEARCH UID 1:*", "UID FETCH 1 (UID FLAGS)",
          "UID FETCH 1 (UID BODY.PEEK[])", "UID FETCH 1 (BODY.PEEK[HEADER] RFC822.SIZE)",
          "UID FETCH 1 (BINARY.PEEK[1] BODYSTRUCTURE)"})
        EXPECT_TRUE(harmless(good)) << good;
    for (const char* bad : {"",
                            "SELECT INBOX",
                            "UID STORE 1 +FLAGS (\\Seen)",
                            "STORE 1 FLAGS ()",
                            "EXPUNGE",
                            "UID EXPUNGE 1",
                            "CLOSE",
                            "APPEND INBOX {1+}",
                            "COPY 1 x",
                            "UID COPY 1 x",
                            "UID MOVE 1 x",
                            "MOVE 1 x",
                            "CREATE x",
                            "DELETE x",
                            "RENAME a b",
                            "SUBSCRIBE x",
                            "SETACL x",
                            "SETMETADATA x",
                            "SETQUOTA x",
                            "FETCH 1 (FLAGS)",
                            "UID FETCH 1 (BODY[])",
                            "UID FETCH 1 (BODY.PEEK[HEADER] BODY[TEXT])",
                            "UID FETCH 1 (RFC822)",
                            "UID FETCH 1 RFC822.TEXT",
                            "UID FETCH 1 (BINARY[1])",
                            "uid fetch 1 (body[])",
                            "select INBOX",
                            "ENABLE UTF8=ACCEPT",
                            "NOOP\r\nt2 EXPUNGE",
                            "UNAUTHENTICATE",
                            "CHECK"})
        EXPECT_FALSE(harmless(bad)) << bad;
}

TEST(Syntax, SetsOfUids) {
    EXPECT_EQ(uid_set(std::vector<Uid>{1, 2, 3, 7, 9, 10}), "1:3,7,9:10");
    EXPECT_EQ(uid_set(std::vector<Uid>{}), "");
    EXPECT_EQ(parse_uid_set("1:3,7,10:9", 100), (std::vector<Uid>{1, 2, 3, 7, 9, 10}));
    EXPECT_EQ(parse_uid_set("5,5,4:6,1:2,3:9", 100), (std::vector<Uid>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_EQ(parse_uid_set("1:4294967295", 3), (std::vector<Uid>{4294967293U, 4294967294U, 4294967295U}));
    EXPECT_EQ(parse_uid_set("1,2,3,4", 2), (std::vector<Uid>{3, 4}));
    EXPECT_EQ(parse_uid_set("0,x,1:y,99999999999,:,", 100), std::vector<Uid>{});
}

TEST(Syntax, NamesOfFolders) {
    EXPECT_EQ(folder_name("INBOX"), "INBOX");
    EXPECT_EQ(folder_name("&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"), "Отправленные");
    EXPECT_EQ(folder_name("Entw&APw-rfe"), "Entwürfe");
    EXPECT_EQ(folder_name("A &- B"), "A & B");
    EXPECT_EQ(folder_name("&2D3eAA-"), "😀");
    EXPECT_EQ(folder_name("Отправленные"), "Отправленные") << "after UTF8=ACCEPT";
    for (const char* odd : {"&", "&!-", "a&b", "&2D0-", "&AA-"})
        EXPECT_EQ(folder_name(odd), odd);
}

TEST(Syntax, Times) {
    const auto at = [](const char* text) { return format_time(parse_date_time(text).value_or(Instant{})); };
    EXPECT_EQ(at(" 2-Nov-2026 06:14:05 +0300"), "2026-11-02T03:14:05Z");
    EXPECT_EQ(at("02-nov-2026 06:14:05 -0130"), "2026-11-02T07:44:05Z");
    for (const char* bad : {"", "2-Nov-2026 06:14:05 +0300", "31-Feb-2026 06:14:05 +0300", "02-Nox-2026 06:14:05 +0300",
                            "02-Nov-2026 06:14:05 +03:0", "xx-Nov-2026 06:14:05 +0300"})
        EXPECT_FALSE(parse_date_time(bad)) << bad;
    EXPECT_EQ(search_date(*parse_time("2026-11-02T23:59:59Z")), "2-Nov-2026");
}

TEST(Syntax, Strings) {
    EXPECT_EQ(quoted_string("a\"b\\c"), "\"a\\\"b\\\\c\"");
    EXPECT_FALSE(quoted_string("a\nb"));
    EXPECT_FALSE(quoted_string(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace tandem::imap
