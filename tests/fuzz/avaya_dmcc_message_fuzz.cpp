// A document of AES in any octets, taken for an answer to everything and for an event: no crash, no hang, texts
// bounded.
#include "connectors/avaya_dmcc/work.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace tandem;
using namespace tandem::avaya_dmcc;
using Time = Work::Time;

void read_all(Element root) {
    if (const auto error = read_error(root); error && to_error(*error).text.size() > 2'000) std::abort();
    if (read_refusal(root).error.text.size() > 2'000) std::abort();
    read_monitor_list(root);
    events_refused(root, DeviceKind::Station);
    read_link_report(root);
    clock_skew(root, std::chrono::sys_seconds());
    read_event(root, Instant());
    read_agent_states(root, {}, Instant());
    read_device_snapshot(root, {}, Instant());
    read_call_snapshot(root, {}, Instant());
    read_call_linkage(root);
}

// The same answer to whatever is asked, for a minute.
void work_with(std::string_view xml, bool resumed) {
    WorkOptions options;
    options.switches = {"CM1"};
    options.targets = {{DeviceKind::Vdn, "CM1", "7100"}, {DeviceKind::Station, "CM1", "5001"}};
    Work work(options);
    Time now = Time() + std::chrono::hours(1);
    work.opened({.session = "S", .protocol = {}, .duration = std::chrono::seconds(180), .resumed = resumed}, now);
    std::uint64_t ticket = 0;
    for (int i = 0; i < 200; ++i) {
        while (const auto request = work.next(now)) {
            if (!Document::parse(*request)) std::abort();
            work.asked(++ticket);
            work.answered(ticket, Document::parse(xml), now, Instant());
            work.take_events();
        }
        if (const auto document = Document::parse(xml)) work.told(document->root(), now, Instant());
        for (const auto& event : work.take_events()) {
            if (std::holds_alternative<StationsSeen>(event)) work.confirm({}, now);
        }
        now += std::chrono::milliseconds(300);
        work.tick(now);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view xml(reinterpret_cast<const char*>(data), size);
    const auto document = Document::parse(xml);
    if (!document) return 0;
    read_all(document->root());
    work_with(xml, size % 2 == 0);
    return 0;
}
