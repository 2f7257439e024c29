#include "connectors/imap/folders.hpp"

#include "connectors/imap/response_reader.hpp"

#include <gtest/gtest.h>

namespace tandem::imap {
namespace {

std::vector<Listed> listed(const std::vector<std::string>& lines) {
    ResponseReader reader;
    std::vector<Listed> out;
    for (const std::string& line : lines)
        reader.feed("* LIST " + line + "\r\n");
    for (const Response& one : reader.take())
        if (auto folder = read_list(one)) out.push_back(std::move(*folder));
    return out;
}

std::string chosen(const std::vector<std::string>& lines, const FolderWishes& wishes = {}) {
    const Chosen got = choose_folders(listed(lines), wishes);
    std::string out;
    for (const Folder& one : got.folders)
        out += (out.empty() ? "" : ", ") + one.name + ":" + std::string(to_string(one.role));
    return out + (got.sent_found ? "" : " (no sent)");
}

TEST(Folders, ByAttribute) {
    EXPECT_EQ(chosen({R"(() "/" INBOX)", R"((\Sent) "/" "Post out")", R"((\Drafts) "/" Scratch)", R"((\Junk) "/" J)",
                      R"((\Trash) "/" T)", R"((\Archive) "/" Old)", R"((\Noselect) "/" Parent)",
                      R"(() "/" Parent/Team)", R"((\All) "/" Everything)"}),
              "INBOX:inbox, Post out:sent, Old:archive, Parent/Team:other");
}

TEST(Folders, ByNameInManyLanguages) {
    for (const char* name : {"Sent", "SENT ITEMS", "INBOX.Sent", "Gesendete Elemente", "[Gmail]/Sent Mail",
                             "&AMk-l&AOk-ments envoy&AOk-s", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-", "&kAFP4W4IMH8-"}) {
        const std::string separator = std::string(name).contains('.') ? "." : "/";
        const auto got =
            choose_folders(listed({"() \"" + separator + "\" INBOX", "() \"" + separator + "\" \"" + name + "\""}), {});
        EXPECT_TRUE(got.sent_found) << name;
    }
    EXPECT_EQ(chosen({R"(() "/" INBOX)", R"(() "/" Drafts)", R"(() "/" "Deleted Items")", R"(() "/" Spam)",
                      R"(() "/" "&BCcENQRABD0EPgQyBDgEOgQ4-")", R"(() "/" Presents)"}),
              "INBOX:inbox, Presents:other (no sent)");
    EXPECT_EQ(chosen({R"(() "/" INBOX)", R"(() "/" Old/Sent)", R"(() "/" Sent)"}),
              "INBOX:inbox, Sent:sent, Old/Sent:other");
}

TEST(Folders, AsWished) {
    const std::vector<std::string> lines{R"(() "/" INBOX)", R"((\Sent) "/" Sent)", R"(() "/" Team/A)",
                                         R"(() "/" Team/B)", R"(() "/" Copies)"};
    EXPECT_EQ(chosen(lines, {.exclude = {"team/*"}}), "INBOX:inbox, Sent:sent, Copies:other");
    EXPECT_EQ(chosen(lines, {.include = {"INBOX", "*/?"}}), "INBOX:inbox, Team/A:other, Team/B:other (no sent)");
    EXPECT_EQ(chosen(lines, {.sent = {"team/a"}, .journal = {"Copies"}}),
              "INBOX:inbox, Team/A:sent, Copies:journal, Sent:other, Team/B:other");
}

TEST(Folders, GmailIsReadInOnePlace) {
    const std::vector<std::string> lines{R"(() "/" INBOX)", R"((\All) "/" "[Gmail]/All Mail")",
                                         R"((\Sent) "/" "[Gmail]/Sent Mail")"};
    EXPECT_EQ(chosen(lines, {.gmail = true}), "[Gmail]/All Mail:archive");
    EXPECT_EQ(chosen({lines[0], lines[2]}, {.gmail = true}), "INBOX:inbox, [Gmail]/Sent Mail:sent")
        << "All Mail is hidden";
}

TEST(Folders, Patterns) {
    EXPECT_TRUE(matches("*", ""));
    EXPECT_TRUE(matches("a*b*c", "aXbXbc"));
    EXPECT_FALSE(matches("a*b", "abc"));
    EXPECT_TRUE(matches("архив/20??", "Архив/2026"));
    EXPECT_FALSE(matches(std::string(50, '*') + "x", std::string(20'000, 'a')));
}

TEST(Folders, WhatIsNoListIsNone) {
    EXPECT_TRUE(listed({"", "()", "() NIL", R"(x "/" y)", R"(() "/" "")", R"(() "/" (a))"}).empty());
}

}  // namespace
}  // namespace tandem::imap
