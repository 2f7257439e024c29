#include "connectors/avaya_cdr/config.hpp"

#include "tests/connectors/avaya_records/problems.hpp"

#include <gtest/gtest.h>

namespace tandem::avaya_cdr {
namespace {

using namespace std::chrono_literals;

std::string problems(const std::string& yaml, Config* config = nullptr) {
    return avaya_records::test::problems(read_config, yaml, config);
}

constexpr const char* kItems =
    "{item: time, length: 4}, {item: sec-dur, length: 5}, {item: dialed-num, length: 23}, {item: ucid, length: 20}, "
    "{item: cond-code, length: 1}, {item: return, length: 1}, {item: line-feed, length: 1}";

TEST(CdrConfig, TakesALayout) {
    Config config;
    const std::string yaml =
        std::string("{listen: ':9000', zone: Europe/Berlin, date_order: day/month, layout: [") + kItems + "]}";
    EXPECT_EQ(problems(yaml, &config), "");
    const BookOptions options = book_options(config);
    EXPECT_EQ(options.rules.layout.length(), 53U);
    EXPECT_EQ(options.rules.layout.find("ucid")->begin, 32U);
    EXPECT_EQ(options.rules.order, DateOrder::DayMonth);
    EXPECT_EQ(options.shelf.unfinished, 11h);
    EXPECT_EQ(problems("{listen: ':9000', zone: UTC, format: teleseer, modified_circuit_ids: true}"), "");
    EXPECT_EQ(problems("{listen: ':9000', zone: UTC, format: expanded}"), "");
}

TEST(CdrConfig, SaysWhatIsWrong) {
    EXPECT_EQ(problems("{listen: ':9000', zone: UTC}"), ": customized records need the layout of your switch\n");
    EXPECT_EQ(problems("{listen: ':9000', zone: UTC, format: unformatted}").find("format: unformatted records are not"),
              0U);
    EXPECT_EQ(problems(std::string("{listen: ':9000', zone: UTC, format: teleseer, layout: [") + kItems + "]}"),
              "layout: has a meaning with `format: customized` only\n");
    EXPECT_EQ(
        problems(std::string("{listen: ':9000', zone: UTC, modified_circuit_ids: true, layout: [") + kItems + "]}"),
        "modified_circuit_ids: has a meaning with `format: teleseer` only\n");
    EXPECT_EQ(problems(std::string("{listen: 'gw.test:9000', zone: UTC, layout: [") + kItems + "]}"),
              "listen: is no address of this machine: write it in numbers\n");
}

TEST(CdrConfig, ALongCallMayTakeItsTime) {
    EXPECT_EQ(problems("{listen: ':9000', zone: UTC, format: teleseer, unfinished: 8h}"),
              "unfinished: a call of more than ten hours is recorded every ten hours: write 11h or more\n");
}

TEST(CdrConfig, LooksAtTheItems) {
    EXPECT_EQ(problems("{listen: ':9000', zone: UTC, layout: [{item: tme, length: 4}, {item: vnd, length: 5}]}"),
              "layout[0].item: no item of CDR is called 'tme'; did you mean 'time'?\n"
              "layout[1].item: no item of CDR is called 'vnd'; did you mean 'vdn'?\n"
              "layout: the layout lacks `time`\n"
              "layout: the layout lacks `cond-code`\n"
              "layout: the layout lacks `dialed-num`\n"
              "layout: the layout lacks `sec-dur` (or `duration`)\n"
              "layout: without `ucid` records meet calls by time, numbers and duration only\n");
}

}  // namespace
}  // namespace tandem::avaya_cdr
