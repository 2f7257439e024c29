// The snapshots of event.hpp (vendors/avaya.md 2.9).
#include "connectors/avaya_dmcc/event.hpp"
#include "connectors/avaya_dmcc/event_read.hpp"

namespace tandem::avaya_dmcc {
namespace {

using read::Trouble;

// A compound state lists the device's own first.
LocalState state_of(Element state) {
    const auto compound = state.at("compoundCallState", "localConnectionState");
    return read::local_state(compound ? compound : state.child("simpleCallState"));
}

// Of a SnapshotDeviceData the rows stand in the message itself.
Element rows_of(Element root) {
    const auto choice = root.child("crossRefIDorSnapshotData");
    if (choice) return choice.child("snapshotData");
    const auto data = root.child("snapshotData");
    return data ? data : root;
}

template <class Read>
std::vector<PartyState> read_rows(Element root, std::string_view name, Trouble& trouble, Read read_row) {
    std::vector<PartyState> rows;
    for (Element row = rows_of(root).first(); row; row = row.next()) {
        if (row.name() != name) continue;
        if (rows.size() == kMaxConnections) {
            trouble.note(name, "more than " + std::to_string(kMaxConnections) + " of them");
            break;
        }
        rows.push_back(read_row(row));
    }
    return rows;
}

}  // namespace

Result<DeviceSnapshot> read_device_snapshot(Element root, const Device& asked, Instant at) {
    Trouble trouble(root.name());
    DeviceSnapshot snapshot;
    snapshot.switch_name = asked.switch_name;
    snapshot.device = asked;
    snapshot.at = at;
    const auto reference = root.at("crossRefIDorSnapshotData", "serviceCrossRefID");
    snapshot.cross_reference = read::word(reference ? reference : root.child("serviceCrossRefID"));
    const auto last = root.child("lastSegment");
    snapshot.last = last ? last.text() == "true" : !reference;
    snapshot.calls = read_rows(root, "snapshotDeviceResponseInfo", trouble, [&](Element row) {
        return PartyState{
            .connection = read::connection(row.child("connectionIdentifier"), "connectionIdentifier", trouble),
            .device = read::subject(row.child("endpointDevice"), "endpointDevice", trouble),
            .state = state_of(row.child("localCallState"))};
    });
    if (trouble.any()) return fail(trouble.error());
    return snapshot;
}

Result<CallSnapshot> read_call_snapshot(Element root, const Connection& asked, Instant at) {
    Trouble trouble(root.name());
    CallSnapshot snapshot;
    snapshot.switch_name = asked.device.switch_name;
    snapshot.asked = asked;
    snapshot.at = at;
    snapshot.parties = read_rows(root, "snapshotCallResponseInfo", trouble, [&](Element row) {
        return PartyState{.connection = read::connection(row.child("callIdentifier"), "callIdentifier", trouble),
                          .device = read::subject(row.child("deviceOnCall"), "deviceOnCall", trouble),
                          .state = read::local_state(row.child("localConnectionInfo"))};
    });
    snapshot.calling = read::subject(root.child("callingDevice"), "callingDevice", trouble);
    snapshot.called = read::subject(root.child("calledDevice"), "calledDevice", trouble);
    snapshot.ucid = read::ucid(root.child("callLinkageData"));
    if (trouble.any()) return fail(trouble.error());
    return snapshot;
}

std::string read_call_linkage(Element root) {
    return read::ucid(root.child("callLinkageData"));
}

}  // namespace tandem::avaya_dmcc
