// Reports about mail, journal reports and invitations in any bytes: no crash, lists and values within their bounds.
#include "core/mail/text/calendar.hpp"
#include "core/mail/text/delivery_report.hpp"
#include "core/mail/text/journal_report.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tandem::mail;

void check(const std::vector<DeliveryReport>& reports) {
    if (reports.size() > 1'000) std::abort();
    for (const auto& report : reports) {
        if (report.diagnostic.size() > 4'100 || report.status.size() > 11) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(read_delivery_status(text).recipients);
    check(read_text_bounce(text, text.substr(size / 2)));
    read_disposition(text);
    read_feedback(text);
    if (const auto journal = read_journal_report(text); journal && journal->recipients.size() > 10'000) std::abort();
    for (const auto& event : read_calendar(text)) {
        if (event.attendees.size() > 1'000) std::abort();
    }
    return 0;
}
