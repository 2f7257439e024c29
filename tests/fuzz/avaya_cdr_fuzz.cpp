// A Communication Manager that sends any octets, cut anywhere, in a layout that the first one chooses: no crash, the
// cuts change nothing, and lines that are read again make the same calls.
#include "connectors/avaya_cdr/book.hpp"
#include "tests/connectors/avaya_cdr/layouts.hpp"
#include "tests/fuzz/avaya_lines.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tandem;
    if (size == 0) return 0;
    constexpr std::string_view kLayouts[] = {"plain", "ucid", "teleseer", "expanded"};
    const auto layout = kLayouts[data[0] % 4];
    avaya_fuzz::check(std::string_view(reinterpret_cast<const char*>(data + 1), size - 1), [&] {
        avaya_cdr::BookOptions options;
        options.rules = avaya_cdr::test::rules_of(layout);
        options.zone = *Zone::find("Europe/Berlin");
        options.shelf.most = 8;
        return std::make_unique<avaya_cdr::Book>(options);
    });
    return 0;
}
