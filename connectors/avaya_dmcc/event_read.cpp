#include "connectors/avaya_dmcc/event_read.hpp"

#include "connectors/avaya/ucid.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::avaya_dmcc::read {
namespace {

constexpr std::array<std::string_view, 3> kNumberElements = {"deviceIdentifier", "numberDialed", "deviceID"};
constexpr std::array<std::string_view, 3> kUnknownElements = {"notKnown", "notRequired", "notSpecified"};

constexpr std::array<std::pair<std::string_view, LocalState>, 7> kStates = {{{"initiated", LocalState::Initiated},
                                                                             {"alerting", LocalState::Alerting},
                                                                             {"connected", LocalState::Connected},
                                                                             {"hold", LocalState::Hold},
                                                                             {"queued", LocalState::Queued},
                                                                             {"fail", LocalState::Fail},
                                                                             {"null", LocalState::None}}};

Device identifier(Element element, std::string_view path, Trouble& trouble) {
    const auto text = element.text();
    if (text.size() > kMaxDeviceText) {
        trouble.note(path, "a device id of " + std::to_string(text.size()) + " octets");
        return {};
    }
    return avaya::parse_device(text, element.attribute("typeOfNumber"));
}

// ASAI writes "#####" for a party that is not known (vendors/avaya.md 2.8).
bool hides_number(const Device& device) {
    return std::ranges::all_of(device.number, [](char c) { return c == '#'; });
}

}  // namespace

std::string word(Element element) {
    return std::string(element.text().substr(0, kMaxWord));
}

Subject subject(Element element, std::string_view path, Trouble& trouble) {
    if (!element) return {};
    for (Element child = element.first(); child; child = child.next()) {
        const auto name = child.name();
        if (std::ranges::find(kUnknownElements, name) != kUnknownElements.end())
            return {.known = Subject::Known::NotKnown, .device = {}};
        if (name == "restricted") return {.known = Subject::Known::Restricted, .device = {}};
        if (std::ranges::find(kNumberElements, name) == kNumberElements.end()) continue;
        Device found = identifier(child, path, trouble);
        if (hides_number(found)) return {.known = Subject::Known::NotKnown, .device = {}};
        return {.known = Subject::Known::Number, .device = std::move(found)};
    }
    Device found = identifier(element, path, trouble);
    if (hides_number(found)) return {.known = Subject::Known::NotKnown, .device = {}};
    return {.known = Subject::Known::Number, .device = std::move(found)};
}

Device device(Element element, std::string_view path, Trouble& trouble) {
    return subject(element, path, trouble).device;
}

Connection connection(Element element, std::string_view path, Trouble& trouble) {
    Connection found;
    found.call = word(element.child("callID"));
    if (std::ranges::all_of(found.call, [](char c) { return c == '0'; })) found.call.clear();
    if (const auto id = element.child("deviceID")) found.device = device(id, path, trouble);
    return found;
}

LocalState local_state(Element element) {
    if (!element) return LocalState::None;
    const auto* found = std::ranges::find(kStates, element.text(), &std::pair<std::string_view, LocalState>::first);
    return found == kStates.end() ? LocalState::Unknown : found->second;
}

std::string ucid(Element linkage) {
    const auto text = linkage.at("globalCallData", "globalCallLinkageID", "globallyUniqueCallLinkageID").text();
    return avaya::is_ucid(text) ? std::string(text) : std::string();
}

std::string linkage_switch(Element linkage) {
    return word(linkage.at("globalCallData", "globalCallSwitchingSubDomainName"));
}

}  // namespace tandem::avaya_dmcc::read
