#include "tests/connectors/avaya_records/cases.hpp"

#include "tests/connectors/avaya_cdr/layouts.hpp"

namespace tandem::avaya_cdr {
namespace {

TEST(CdrCases, GiveTheirCalls) {
    avaya_records::test::run_cases(TANDEM_SOURCE_DIR "/tests/connectors/avaya_cdr/cases.json", [](data::Value options) {
        BookOptions out;
        out.rules = test::rules_of(options.string_at("layout").value_or("plain"));
        if (options.string_at("order") == "day/month") out.rules.order = DateOrder::DayMonth;
        out.zone = Zone::find(options.string_at("zone").value_or("")).value();
        return std::make_unique<Book>(out);
    });
}

}  // namespace
}  // namespace tandem::avaya_cdr
