#include "core/data/json.hpp"
#include "core/identity/point.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/table.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <sstream>
#include <thread>

namespace tandem::identity {
namespace {

struct Case {
    const char* raw;
    const char* region;
    const char* e164;  // or the code of the refusal
    const char* extension = "";
};

constexpr Case kCases[] = {
    {"+7 495 000-01-23", "RU", "+74950000123"},
    {"8 (495) 000-01-23", "RU", "+74950000123"},
    {"8 10 44 20 7946 0123", "RU", "+442079460123"},
    {"+7 916 123 45 67 доб. 12", "RU", "+79161234567", "12"},
    {"+1 202 555 0143 ext. 22", "US", "+12025550143", "22"},
    {"tel:020-7946-0123;phone-context=+44", "DE", "+442079460123"},
    {"TEL:+44-20-7946-0123", "", "+442079460123"},
    {"whatsapp:+79161234567", "", "+79161234567"},
    {"sms:+79161234567", "RU", "+79161234567"},
    {"%2B79161234567", "RU", "+79161234567"},
    {"'+79161234567", "RU", "+79161234567"},
    {"79161234567.0", "RU", "+79161234567"},
    {"*31#+79990000123", "RU", "+79990000123"},
    {"#31#89990000123", "RU", "+79990000123"},
    {"*672025550143", "US", "+12025550143"},
    {"sip:79990000123@pbx.example.com", "RU", "+79990000123"},
    {"SIPS:%2B79990000123;phone-context=x@pbx.example.com;user=phone", "RU", "+79990000123"},
    {"sip:+79990000123", "RU", "+79990000123"},
    // Without a region digits are international: in Germany the first one would be another valid number.
    {"4915123456789", "", "+4915123456789"},
    {"4915123456789", "DE", "+494915123456789"},
    {"004915123456789", "", "+4915123456789"},
    {"2349067554729", "", "+2349067554729"},
    // 00 is understood where another prefix is dialled (Russia: 810).
    {"0074951234567", "RU", "+74951234567"},
    {"00302101234567", "RU", "+302101234567"},
    {"000123", "RU", "not_valid"},
    {"2349067554729", "US", "not_valid"},
    // Numbers that messengers keep sending after the numbering plan changed.
    {"+5215512345678", "", "+525512345678"},
    {"5215512345678", "", "+525512345678"},
    {"+551187654321", "", "+5511987654321"},
    {"+551133334444", "", "+551133334444"},
    {"2045", "RU", "not_valid"},
    {"112", "RU", "not_valid"},
    {"123-45-67", "RU", "not_valid"},
    {"+799900001234", "RU", "not_valid"},
    {"+70000000000", "RU", "not_valid"},
    {"1.7999000012E+11", "RU", "rounded"},
    {"1,79E11", "RU", "rounded"},
    {"79E9", "RU", "rounded"},
    {"anonymous", "RU", "not_a_number"},
    {"", "RU", "not_a_number"},
    {"+", "RU", "not_a_number"},
    {"sip:alice@example.com", "RU", "not_a_number"},
    {"1-800-FLOWERS", "US", "not_a_number"},
    {"900Bank", "RU", "not_a_number"},
    {"+999 12345678", "RU", "country_code"},
    {"\xff\xfe", "RU", "not_a_number"},
};

TEST(Phone, ReadsWhatSystemsSend) {
    for (const auto& c : kCases) {
        const auto phone = normalise_phone(c.raw, c.region);
        EXPECT_EQ(phone ? phone->e164 : phone.error().code, c.e164) << c.raw << " in '" << c.region << "'";
        if (!phone) {
            EXPECT_EQ(phone.error().kind, ErrorKind::Rejected) << c.raw;
        } else {
            EXPECT_EQ(phone->extension, c.extension) << c.raw;
            const auto again = normalise_phone(phone->e164, "");
            EXPECT_TRUE(again && again->e164 == phone->e164) << c.raw << ": the normal form is not stable";
        }
    }
}

TEST(Phone, CallsNumbersThatNoPersonCallsFromTrunks) {
    const std::pair<const char*, PointClass> kClasses[] = {
        {"8-800-000-01-23", PointClass::Trunk},  {"+800 1234 5678", PointClass::Trunk},
        {"+44 845 000 0000", PointClass::Trunk}, {"+49 900 1000000", PointClass::Trunk},
        {"+79990000123", PointClass::Personal},  {"+442079460123", PointClass::Personal},
    };
    for (const auto& [raw, expected] : kClasses) {
        const auto phone = normalise_phone(raw, "RU");
        ASSERT_TRUE(phone) << raw << ": " << phone.error().text;
        EXPECT_EQ(phone->point_class, expected) << raw;
    }
}

TEST(Phone, RefusesAnEndlessText) {
    EXPECT_FALSE(normalise_phone(std::string(100'000, '1'), "RU"));
}

TEST(Phone, AnswersAlikeFromTheCacheAndWithout) {
    // More numbers than the cache has places, twice, and one text in two regions: nobody gets another one's answer.
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 17000; ++i) {
            const auto national = std::to_string(9160000000 + i);
            const auto phone = normalise_phone(national, "RU");
            ASSERT_TRUE(phone) << national;
            ASSERT_EQ(phone->e164, "+7" + national);
        }
    }
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(normalise_phone("4915123456789", "")->e164, "+4915123456789");
        EXPECT_EQ(normalise_phone("4915123456789", "DE")->e164, "+494915123456789");
        EXPECT_FALSE(normalise_phone("4915123456789", "RU"));
    }
}

TEST(Phone, MayBeCalledFromManyThreads) {
    std::vector<std::jthread> threads;
    std::atomic<int> wrong = 0;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&wrong, t] {
            for (int i = 0; i < 500; ++i) {
                const auto number = "+7495" + std::to_string(1'000'000 + t * 500 + i);
                const auto phone = normalise_phone(number, "RU");
                if (!phone || phone->e164 != number) ++wrong;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(wrong, 0);
}

TEST(PhoneFixtures, AgreeWithTheReferenceLibrary) {
    const auto folder = testing::fixtures("schema");
    if (!folder) return;
    // What the reference refuses because it knows no service codes, sip users and retired prefixes.
    const std::map<std::string, std::string> kMore = {{"+52 1 55 1234 5678", "+525512345678"},
                                                      {"sip:79990000123@pbx.example.com", "+79990000123"},
                                                      {"*31#+79990000123", "+79990000123"},
                                                      {"#31#89990000123", "+79990000123"}};
    const std::set<std::string> kTrunkTypes = {"TOLL_FREE", "SHARED_COST", "PREMIUM_RATE", "UAN"};
    const auto rows = testing::read_table(*folder / "identity/phone-normalisation.tsv");
    EXPECT_GE(rows.size(), 52U);
    for (const auto& row : rows) {
        const auto& raw = row.at("raw");
        const auto phone = normalise_phone(raw, row.at("default_region"));
        const auto more = kMore.find(raw);
        const auto expected = more != kMore.end() ? more->second : row.at("valid") == "1" ? row.at("e164") : "";
        EXPECT_EQ(phone ? phone->e164 : "", expected) << raw;
        if (!phone || more != kMore.end()) continue;
        EXPECT_EQ(phone->extension, row.at("ext")) << raw;
        EXPECT_EQ(phone->point_class == PointClass::Trunk, kTrunkTypes.contains(row.at("type"))) << raw;
    }
}

// kind of numbers.jsonl: e164, short_code, alphanumeric, invalid, none.
bool is_of_kind(const NormalPoint& point, std::string_view kind) {
    if (kind == "e164") return point.point.scheme == "tel";
    if (kind == "none") return point.point.scheme == "anon";
    if (kind == "alphanumeric") return point.point.scheme == "ext" && point.point_class == PointClass::Shared;
    if (kind == "short_code") return point.point.scheme == "ext" && point.point_class == PointClass::Ephemeral;
    return kind == "invalid" && point.point.scheme != "tel";
}

TEST(PhoneFixtures, ReadTheAddressesOfSmsProviders) {
    const auto folder = testing::fixtures("sms");
    if (!folder) return;
    std::istringstream lines(testing::read_file(*folder / "numbers.jsonl"));
    std::size_t count = 0;
    constexpr std::int64_t kNational = 2;  // SMPP type of number
    for (std::string line; std::getline(lines, line); ++count) {
        data::Arena arena;
        const auto json = data::parse_json(line, arena);
        ASSERT_TRUE(json) << line;
        const auto ton = json->get("ton");
        const bool national = !json->get("bare_e164").as_bool() || (!ton.is_null() && ton.as_int() == kNational);
        const auto region = national ? json->get("region").as_string() : "";
        const auto point = normalise("tel", "", json->get("input").as_string(), region);
        const auto expect = json->get("expect");
        EXPECT_TRUE(is_of_kind(point, expect.get("kind").as_string())) << line << " -> " << to_text(point.point);
        if (point.point.scheme != "anon") {
            EXPECT_EQ(point.point.value, expect.get("value").as_string()) << line;
        }
    }
    EXPECT_GE(count, 39U);
}

TEST(Phone, KnowsItsRegions) {
    for (const char* region : {"RU", "DE", "US", "GB", "KZ", "AC"})
        EXPECT_TRUE(is_phone_region(region)) << region;
    for (const char* region : {"", "XX", "ZZ", "UK", "ru", "RUS", "001", "R"})
        EXPECT_FALSE(is_phone_region(region)) << region;
}

}  // namespace
}  // namespace tandem::identity
