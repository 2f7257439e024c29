#include "core/obs/redact.hpp"

#include <gtest/gtest.h>

namespace tandem::obs {
namespace {

TEST(Redact, HidesPersonsAndSecretsInTexts) {
    const struct {
        std::string_view text;
        std::string_view shown;
    } cases[] = {
        {"+74951234567", "***67"},
        {"tel:+74951234567", "tel:***67"},
        {"from 8 (495) 123-45-67 to us", "from ***67 to us"},
        {"74951234567", "***67"},
        {"whatsapp:+14155238886,x", "whatsapp:***86,x"},
        {"ivan.petrov+shop@example.test", "***@example.test"},
        {"<ivan@example.test>", "<***@example.test>"},
        {"иван@пример.рф", "***@пример.рф"},
        {"Authorization: Bearer abcdef123456", "Authorization: Bearer ***"},
        {"Basic dXNlcjpwYXNz", "Basic ***"},
        {"/hooks/sms?token=abc&x=1", "/hooks/sms?token=***&x=1"},
        {"key=abc next", "key=*** next"},
        {"https://api/bot123456:AAEhBOweik9ai2o01_2345678901234567890AB/send", "https://api/bot123456:***/send"},
        {"0123456789abcdef0123456789abcdef", "***"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(redact(one.text), one.shown) << one.text;
}

TEST(Redact, LeavesWhatOperatorsNeed) {
    for (std::string_view text :
         {"", "2026-11-22T06:38:00.123456Z", "2026-11-22", "127.0.0.1:8080", "192.168.100.200",
          "3f2504e0-4f89-51d3-9a0c-0305e82c3301", "11111111-2222-5333-8444-555555555555", "error 21610: opted out",
          "123456789", "1234567890123456789", "mappings/sms/twilio.yaml:12:5", "very-long-name-of-a-connector-instance",
          "a @ b", "bearer of news"}) {
        EXPECT_EQ(redact(text), text);
    }
}

TEST(Redact, KnowsNamesOfSecrets) {
    for (std::string_view name :
         {"token", "auth_token", "X-Twilio-Signature", "app_secret", "Password", "key", "apiKey"}) {
        EXPECT_TRUE(names_secret(name)) << name;
    }
    for (std::string_view name : {"from", "instance", "keys_read", "monkey", "reason"}) {
        EXPECT_FALSE(names_secret(name)) << name;
    }
}

TEST(Redact, FieldsOfCountsStay) {
    EXPECT_EQ(redact_field("bytes", "10737418240", false), "10737418240");
    EXPECT_EQ(redact_field("backlog_bytes", "10737418240", false), "10737418240");
    EXPECT_EQ(redact_field("from", "10737418240", false), "***40");
    EXPECT_EQ(redact_field("bytes", "+74951234567", false), "***67");
}

TEST(Redact, TraceShowsPersonsButNoSecrets) {
    EXPECT_EQ(redact_field("from", "+74951234567", true), "+74951234567");
    EXPECT_EQ(redact_field("token", "x", true), "***");
}

TEST(Redact, CutsLongValues) {
    EXPECT_EQ(redact_field("text", std::string(10'000, 'x'), true).size(), 4096U);
}

}  // namespace
}  // namespace tandem::obs
