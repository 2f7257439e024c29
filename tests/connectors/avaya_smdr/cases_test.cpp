#include "tests/connectors/avaya_records/cases.hpp"

#include "connectors/avaya_smdr/book.hpp"

namespace tandem::avaya_smdr {
namespace {

using avaya_records::test::run_cases;

TEST(SmdrCases, GiveTheirCalls) {
    run_cases(TANDEM_SOURCE_DIR "/tests/connectors/avaya_smdr/cases.json", [](data::Value options) {
        BookOptions out;
        out.zone = Zone::find(options.string_at("zone").value_or("")).value();
        out.shelf.hold = std::chrono::seconds(30);
        if (const auto most = options.get("most"); most.is_integer()) out.shelf.most = most.as_uint();
        out.mask_account = options.get("mask_account").is_bool() && options.get("mask_account").as_bool();
        return std::make_unique<Book>(out);
    });
}

}  // namespace
}  // namespace tandem::avaya_smdr
