// An IP Office that sends any octets, cut anywhere: no crash, the cuts change nothing, and lines that are read again
// make the same calls.
#include "connectors/avaya_smdr/book.hpp"
#include "tests/fuzz/avaya_lines.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tandem;
    avaya_fuzz::check(std::string_view(reinterpret_cast<const char*>(data), size), [] {
        avaya_smdr::BookOptions options;
        options.zone = *Zone::find("Europe/Berlin");
        options.shelf.most = 8;
        return std::make_unique<avaya_smdr::Book>(options);
    });
    return 0;
}
