#include "core/config/units.hpp"

#include "core/config/findings.hpp"

#include <gtest/gtest.h>

namespace tandem::config {
namespace {

using namespace std::chrono_literals;

TEST(Units, Durations) {
    const struct {
        std::string_view text;
        std::optional<std::chrono::milliseconds> expected;
    } cases[] = {
        {"500ms", 500ms},
        {"30s", 30s},
        {"5m", 5min},
        {"72h", 72h},
        {"30d", 720h},
        {"1h30m", 90min},
        {"1m500ms", 60500ms},
        {"0s", 0ms},
        {"36525d", 876600h},
        {"36526d", std::nullopt},
        {"", std::nullopt},
        {"30", std::nullopt},
        {"s", std::nullopt},
        {"-5s", std::nullopt},
        {"1.5h", std::nullopt},
        {"5 m", std::nullopt},
        {"30m1h", std::nullopt},
        {"1s1s", std::nullopt},
        {"9223372036854775808ms", std::nullopt},
        {"99999999999999999999s", std::nullopt},
        {"5min", std::nullopt},
        {"36525d1s", std::nullopt},
    };
    for (const auto& one : cases)
        EXPECT_EQ(parse_duration(one.text), one.expected) << one.text;
}

TEST(Units, Bytes) {
    const struct {
        std::string_view text;
        std::optional<std::int64_t> expected;
    } cases[] = {
        {"0B", 0},
        {"700B", 700},
        {"64KiB", 65'536},
        {"8GiB", 8LL << 30},
        {"10MB", 10'000'000},
        {"1kB", 1'000},
        {"2TiB", 2LL << 40},
        {"8", std::nullopt},
        {"GiB", std::nullopt},
        {"8 GiB", std::nullopt},
        {"8gib", std::nullopt},
        {"-1B", std::nullopt},
        {"9223372036854775807B", 9223372036854775807LL},
        {"9223372036854775807KiB", std::nullopt},
    };
    for (const auto& one : cases) {
        auto value = parse_bytes(one.text);
        EXPECT_EQ(value ? std::optional(value->count) : std::nullopt, one.expected) << one.text;
    }
}

TEST(Units, AreShownAsTheyAreWritten) {
    for (std::string_view text : {"0s", "500ms", "90s", "5m", "4h", "30d"}) {
        EXPECT_EQ(format_duration(*parse_duration(text)), text);
    }
    for (std::string_view text : {"0B", "700B", "64KiB", "1MiB", "8GiB"}) {
        EXPECT_EQ(format_bytes(*parse_bytes(text)), text);
    }
}

TEST(Units, Addresses) {
    const struct {
        std::string_view text;
        std::optional<Address> expected;
    } cases[] = {
        {"127.0.0.1:8080", Address{"127.0.0.1", 8080}},
        {"gw.example.test:443", Address{"gw.example.test", 443}},
        {"[::1]:0", Address{"::1", 0}},
        {":8080", Address{"", 8080}},
        {"8080", std::nullopt},
        {"127.0.0.1", std::nullopt},
        {"127.0.0.1:", std::nullopt},
        {"127.0.0.1:65536", std::nullopt},
        {"127.0.0.1:80x", std::nullopt},
        {"::1:80", std::nullopt},
        {"[::1:80", std::nullopt},
        {"[gw]:80", std::nullopt},
        {"http://gw:80", std::nullopt},
        {"a b:80", std::nullopt},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(parse_address(one.text), one.expected) << one.text;
        if (one.expected) {
            EXPECT_EQ(to_text(*one.expected), one.text);
        }
    }
}

TEST(Units, AddressesThatExcludeEachOther) {
    const struct {
        std::string_view a, b;
        bool expected;
    } cases[] = {
        {"127.0.0.1:80", "127.0.0.1:80", true},
        {"127.0.0.1:80", "127.0.0.1:81", false},
        {"127.0.0.1:80", "10.0.0.1:80", false},
        {":80", "127.0.0.1:80", true},
        {"0.0.0.0:80", "10.0.0.1:80", true},
        {"0.0.0.0:80", "[::1]:80", false},
        {"[::]:80", "10.0.0.1:80", true},
        {"[::]:80", "0.0.0.0:80", true},
        {":0", ":0", false},
    };
    for (const auto& one : cases) {
        const auto a = *parse_address(one.a), b = *parse_address(one.b);
        EXPECT_EQ(overlap(a, b), one.expected) << one.a << ' ' << one.b;
        EXPECT_EQ(overlap(b, a), one.expected) << one.b << ' ' << one.a;
    }
}

TEST(Units, Checks) {
    const struct {
        std::optional<std::string> (*check)(std::string_view);
        std::string_view text;
        bool good;
    } cases[] = {
        {check_http_url, "https://gw.example.test", true},
        {check_http_url, "http://gw:8080/base", true},
        {check_http_url, "gw.example.test", false},
        {check_http_url, "https://", false},
        {check_http_url, "https://:80", false},
        {check_http_url, "https://u:p@gw", false},
        {check_http_url, "https://gw/?x=1", false},
        {check_host, "smsc.example.test", true},
        {check_host, "SMSC_1", true},
        {check_host, "10.0.0.1", true},
        {check_host, "fd00::1", true},
        {check_host, "", false},
        {check_host, "a b", false},
        {check_host, "smpp://h:2775", false},
        {check_host, "h:2775", false},
        {check_network, "10.0.0.0/8", true},
        {check_network, "10.1.2.3", true},
        {check_network, "fd00::/8", true},
        {check_network, "10.0.0.0/33", false},
        {check_network, "fd00::/129", false},
        {check_network, "10.0.0/8", false},
        {check_network, "10.0.0.0/", false},
        {check_network, "proxy", false},
        {check_instance_name, "sms-2_a", true},
        {check_instance_name, "2sms", true},
        {check_instance_name, "Sms", false},
        {check_instance_name, "-sms", false},
        {check_instance_name, "", false},
        {check_instance_name, "a/b", false},
    };
    for (const auto& one : cases)
        EXPECT_EQ(!one.check(one.text).has_value(), one.good) << one.text;
    EXPECT_FALSE(check_instance_name(std::string(64, 'a')).has_value());
    EXPECT_TRUE(check_instance_name(std::string(65, 'a')).has_value());
}

}  // namespace
}  // namespace tandem::config
