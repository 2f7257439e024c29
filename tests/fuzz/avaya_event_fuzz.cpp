// CSTA XML in any octets: no crash, bounded texts; what is read goes through the assembly of calls, whose records can
// be restored.
#include "connectors/avaya_dmcc/calls.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace tandem::avaya_dmcc;

// Documents are separated by a zero octet, so that one input is a story.
void tell(Calls& calls, Calls& other, std::string_view xml, tandem::Instant at) {
    const auto document = Document::parse(xml);
    if (!document) return;
    const auto root = document->root();
    (void)read_device_snapshot(root, {.number = "5001", .switch_name = "CM1"}, at);
    if (const auto snapshot = read_call_snapshot(root, {.call = "1", .device = {}}, at)) calls.take(*snapshot);
    auto event = read_event(root, at);
    if (!event || !*event) return;
    CallRecords records;
    if (auto* call = std::get_if<CallEvent>(&**event)) {
        if (call->connection.device.number.size() > kMaxDeviceText || call->connections.size() > kMaxConnections)
            std::abort();
        call->follows_call = call->monitor == "101";
        records = calls.take(*call);
    } else {
        records = calls.take(std::get<AgentEvent>(**event));
    }
    for (const auto& record : records)
        if (!other.restore(record.json)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const Plan plan{.stations = {"5001", "5002"}, .vdns = {"7100"}, .queues = {"7200"}, .recorders = {"9901"}};
    Calls calls(plan, {.calls = 50});
    Calls other(plan);
    tandem::Instant at = tandem::from_micros(1'767'225'600'000'000);
    while (!input.empty()) {
        const auto end = input.find('\0');
        tell(calls, other, input.substr(0, end), at);
        at += std::chrono::milliseconds(700);
        input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    }
    calls.link_lost(at);
    calls.link_restored(at);
    calls.snapshots_done(at);
    calls.expire(at + std::chrono::hours(48));
    if (calls.counters().open != 0) std::abort();
    return 0;
}
