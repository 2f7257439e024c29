#include "core/api/texts.hpp"

#include <gtest/gtest.h>

namespace tandem::api {
namespace {

TEST(Texts, ChoosesTheLanguageOfTheBrowser) {
    struct {
        const char* header;
        const char* language;
    } const kCases[] = {
        {"", "en"},
        {"ru", "ru"},
        {"ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"},
        {"en-US,en;q=0.9,ru;q=0.8", "en"},
        {"de-DE,de;q=0.9,ru;q=0.5,en;q=0.3", "ru"},
        {"en;q=0.3, ru;q=0.31", "ru"},
        {"ru;q=0, en;q=0.1", "en"},
        {"ru;q=abc,en;q=0.1", "en"},
        {"RU", "ru"},
        {"*", "en"},
        {"fr", "en"},
        {",,;q=,ru", "ru"},
    };
    for (const auto& row : kCases)
        EXPECT_EQ(code(choose_language(row.header)), row.language) << row.header;
}

TEST(Texts, CountsInRussian) {
    struct {
        std::uint64_t number;
        const char* text;
    } const kCases[] = {
        {0, "0 сообщений"},     {1, "1 сообщение"},     {2, "2 сообщения"},     {4, "4 сообщения"},
        {5, "5 сообщений"},     {11, "11 сообщений"},   {12, "12 сообщений"},   {14, "14 сообщений"},
        {21, "21 сообщение"},   {22, "22 сообщения"},   {25, "25 сообщений"},   {100, "100 сообщений"},
        {101, "101 сообщение"}, {111, "111 сообщений"}, {112, "112 сообщений"}, {1001, "1001 сообщение"},
    };
    for (const auto& row : kCases)
        EXPECT_EQ(counted(Language::Russian, Counted::Messages, row.number), row.text);
}

TEST(Texts, CountsInEnglish) {
    EXPECT_EQ(counted(Language::English, Counted::Messages, 1), "1 message");
    EXPECT_EQ(counted(Language::English, Counted::EarlierMessages, 11), "11 earlier messages");
}

TEST(Texts, HasEveryPhraseInBothLanguages) {
    for (int i = 0; i < static_cast<int>(Phrase::kCount); ++i) {
        EXPECT_FALSE(phrase(Language::English, static_cast<Phrase>(i)).empty()) << i;
        EXPECT_FALSE(phrase(Language::Russian, static_cast<Phrase>(i)).empty()) << i;
    }
    EXPECT_EQ(phrase(Language::Russian, Phrase::NotFoundTitle), "Не найдено");
    EXPECT_EQ(phrase(Language::English, Phrase::SignInTitle), "This page needs a key");
}

TEST(Texts, ShowsWordsWithoutTranslationAsTheyAre) {
    EXPECT_EQ(word(Language::Russian, "channel", "sms"), "SMS");
    EXPECT_EQ(word(Language::Russian, "channel", "telepathy"), "telepathy");
}

TEST(Texts, WritesTimesAndAmounts) {
    const auto at = parse_time("2026-05-03T09:07:31Z").value();

    EXPECT_EQ(time_text(Language::English, at), "3 May 2026, 09:07 UTC");
    EXPECT_EQ(time_text(Language::Russian, at), "3 мая 2026, 09:07 UTC");
    EXPECT_EQ(time_text(Language::English, parse_time("1969-12-31T23:59:59Z").value()), "31 Dec 1969, 23:59 UTC");
    EXPECT_EQ(duration_text(Language::English, std::chrono::milliseconds(59'999)), "59 s");
    EXPECT_EQ(duration_text(Language::Russian, std::chrono::seconds(200)), "3 мин 20 с");
    EXPECT_EQ(size_text(Language::English, 1025), "2 KB");
}

}  // namespace
}  // namespace tandem::api
