#include "core/obs/log.hpp"

#include "core/data/json.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <regex>
#include <thread>

namespace tandem::obs {
namespace {

// Lines without their time.
struct Lines {
    std::vector<std::string> all;

    std::function<void(std::string_view)> sink() {
        return [this](std::string_view line) { all.emplace_back(line); };
    }
    std::string after_time(std::size_t index) const {
        static const std::regex time(R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z )");
        EXPECT_TRUE(std::regex_search(all.at(index), time)) << all.at(index);
        return std::regex_replace(all.at(index), time, "");
    }
};

TEST(Log, WritesReadableText) {
    Lines lines;
    auto log = Log::to(lines.sink(), Level::Info, false).with({{"instance", "sms"}});

    log.info("started", {{"port", "8080"}, {"reason", "all is well"}, {"quote", "a\"b\nc"}, {"none", ""}});

    ASSERT_EQ(lines.all.size(), 1U);
    EXPECT_EQ(lines.after_time(0),
              R"(info    started instance=sms port=8080 reason="all is well" quote="a\"b\nc" none="")");
}

TEST(Log, WritesJsonLines) {
    Lines lines;
    auto log = Log::to(lines.sink(), Level::Info, true).with({{"instance", "sms"}});

    log.warn("odd \"thing\"", {{"text", "two\nlines"}});

    data::Arena arena;
    auto line = data::parse_json(lines.all.at(0), arena);
    ASSERT_TRUE(line.has_value()) << lines.all.at(0);
    EXPECT_EQ(line->string_at("level"), "warning");
    EXPECT_EQ(line->string_at("message"), "odd \"thing\"");
    EXPECT_EQ(line->string_at("instance"), "sms");
    EXPECT_EQ(line->string_at("text"), "two\nlines");
    EXPECT_TRUE(line->string_at("time").has_value());
}

TEST(Log, KeepsItsLevel) {
    Lines lines;
    auto log = Log::to(lines.sink(), Level::Warn, false);

    log.trace("t");
    log.debug("d");
    log.info("i");
    log.warn("w");
    log.error("e");

    ASSERT_EQ(lines.all.size(), 2U);
    EXPECT_EQ(lines.after_time(1), "error   e");
    EXPECT_FALSE(log.enabled(Level::Info));
    EXPECT_TRUE(log.enabled(Level::Error));
}

TEST(Log, ADefaultLogDiscards) {
    Log log;
    log.error("nobody hears this");

    EXPECT_FALSE(log.enabled(Level::Error));
}

TEST(Log, FieldsOfACopyStayThere) {
    Lines lines;
    auto log = Log::to(lines.sink(), Level::Info, false);
    auto inner = log.with({{"instance", "sms"}});

    inner.info("inner");
    log.info("outer");

    EXPECT_EQ(lines.after_time(0), "info    inner instance=sms");
    EXPECT_EQ(lines.after_time(1), "info    outer");
}

TEST(Log, HidesPersonsAboveTraceAndSecretsAlways) {
    Lines lines;
    auto log = Log::to(lines.sink(), Level::Trace, false);

    log.debug("message", {{"from", "+74951234567"}, {"auth_token", "abc"}});
    log.trace("message", {{"from", "+74951234567"}, {"auth_token", "abc"}});

    EXPECT_EQ(lines.after_time(0), "debug   message from=***67 auth_token=***");
    EXPECT_EQ(lines.after_time(1), "trace   message from=+74951234567 auth_token=***");
}

TEST(Log, HoldsRepeatsBackAndTellsTheirNumber) {
    Lines lines;
    {
        auto log = Log::to(lines.sink(), Level::Info, false);
        auto noisy = log.with({{"instance", "noisy"}});
        for (int i = 0; i < 25; ++i)
            noisy.warn("refused", {{"attempt", std::to_string(i)}});
        log.with({{"instance", "quiet"}}).warn("refused");
        EXPECT_EQ(lines.all.size(), 21U) << "20 of the noisy one, and another instance is not held back";
    }
    ASSERT_EQ(lines.all.size(), 22U);
    EXPECT_EQ(lines.after_time(21), "warning refused instance=noisy held_back=5");
}

TEST(Log, NeverHoldsDebugLinesBack) {
    Lines lines;
    auto log = Log::to(lines.sink(), Level::Debug, false);

    for (int i = 0; i < 30; ++i)
        log.debug("step");

    EXPECT_EQ(lines.all.size(), 30U);
}

TEST(Log, ManyThreadsWriteWholeLines) {
    Lines lines;
    auto log = Log::to(lines.sink(), Level::Debug, false);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&log] {
                for (int i = 0; i < 200; ++i)
                    log.debug("step", {{"text", "some words here"}});
            });
        }
    }
    EXPECT_EQ(lines.all.size(), 800U);
    for (const auto& line : lines.all)
        EXPECT_TRUE(line.ends_with("step text=\"some words here\"")) << line;
}

TEST(Log, LevelsHaveTheirWords) {
    EXPECT_EQ(parse_level("trace"), Level::Trace);
    EXPECT_EQ(parse_level("warn"), Level::Warn);
    EXPECT_EQ(parse_level("error"), Level::Error);
    EXPECT_EQ(parse_level("Warn"), std::nullopt);
}

}  // namespace
}  // namespace tandem::obs
