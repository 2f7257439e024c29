// What answers and reports say (message.hpp).
#include "connectors/avaya_dmcc/message.hpp"
#include "core/base/text.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace tandem::avaya_dmcc {

namespace {

constexpr std::size_t kMaxText = 200;

std::string cut(std::string_view text) {
    return sanitize_utf8(text.substr(0, kMaxText));
}

// The first element below `root` of that name, at any depth; `left` bounds the search.
Element descendant(Element root, std::string_view name, int& left) {
    for (Element child = root.first(); child && left > 0; child = child.next()) {
        --left;
        if (child.name() == name) return child;
        if (const Element found = descendant(child, name, left)) return found;
    }
    return {};
}

Element descendant(Element root, std::string_view name) {
    int left = 1'000;
    return descendant(root, name, left);
}

Category category_of(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, Category>, 9> kNames{
        {{"operation", Category::Operation},
         {"stateIncompatibility", Category::State},
         {"systemResourceAvailibility", Category::SystemResource},
         {"systemResourceAvailability", Category::SystemResource},
         {"subscribedResourceAvailability", Category::SubscribedResource},
         {"performanceManagement", Category::Performance},
         {"security", Category::Security},
         {"privateData", Category::PrivateData},
         {"privateErrorCode", Category::PrivateCode}}};
    for (const auto& [known, category] : kNames) {
        if (name == known) return category;
    }
    return Category::Unspecified;
}

std::optional<int> number(Element element) {
    const std::string_view text = element.text();
    int out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size() || out < 0) return std::nullopt;
    return out;
}

ErrorKind kind_of(Category category) {
    switch (category) {
        case Category::SystemResource:
        case Category::Unspecified:
            return ErrorKind::Transient;
        case Category::SubscribedResource:
        case Category::Performance:
            return ErrorKind::Throttled;
        case Category::Operation:
        case Category::State:
        case Category::Security:
        case Category::PrivateData:
        case Category::PrivateCode:
            break;
    }
    return ErrorKind::Rejected;
}

}  // namespace

std::string_view to_string(Category category) {
    static constexpr std::array<std::string_view, 9> kNames{"operation",           "state",        "system_resource",
                                                            "subscribed_resource", "performance",  "security",
                                                            "private_data",        "private_code", "unspecified"};
    return kNames[static_cast<std::size_t>(category)];
}

std::optional<CstaError> read_error(Element root) {
    CstaError out;
    Element code = root;
    if (root.name() == "CSTAException") {
        out.message = cut(root.child("message").text());
        code = root.child("CSTAErrorCode");
        if (!code) return out;
    }
    if (code.name() != "CSTAErrorCode") return std::nullopt;
    const Element said = code.first();
    out.category = category_of(said.name());
    out.value = cut(said.text());
    return out;
}

Retry retry_of(const CstaError& error) {
    switch (error.category) {
        case Category::SystemResource:
            // The switch's own limit of monitors: waiting does not raise it.
            return error.value == "overallMonitorLimitExceeded" ? Retry::Licence : Retry::BackOff;
        case Category::SubscribedResource:
            return error.value == "outstandingReqLimitExceeded" ? Retry::Slower : Retry::Licence;
        case Category::Performance:
            return Retry::Slower;
        case Category::Unspecified:
            return Retry::Once;
        case Category::Operation:
        case Category::State:
        case Category::Security:
        case Category::PrivateData:
        case Category::PrivateCode:
            break;
    }
    return Retry::Never;
}

Error to_error(const CstaError& error) {
    std::string text(to_string(error.category));
    if (!error.value.empty()) text += ": " + error.value;
    if (!error.message.empty()) text += " (" + error.message + ")";
    return {.kind = kind_of(error.category), .text = std::move(text), .code = error.value};
}

SessionRefusal read_refusal(Element root) {
    const Element code = root.child("errorCode");
    const std::string defined(cut(code.child("definedError").text()));
    if (defined == "requestedProtocolVersionNotSupported")
        return {.error = config_error("AES knows none of the versions in protocol_versions")};
    if (defined == "serverResourcesBusy" || defined == "maxNumberSessions") {
        Error busy = throttled("AES takes no session: " + defined);
        busy.code = defined;
        return {.error = std::move(busy)};
    }
    std::string said = defined.empty() ? cut(code.child("applError").text()) : defined;
    if (said.empty()) said = "no reason given";
    // Believed to be what a wrong password gives (vendors/avaya.md 2.5).
    const auto* hint = said == "invalidApplicationInfo" ? " (most likely `user` or `password`)" : "";
    Error error = auth_error("AES refuses the session: " + said + hint);
    error.code = std::move(said);
    return {.error = std::move(error), .session_unknown = true};
}

MonitorList read_monitor_list(Element root) {
    MonitorList out;
    out.last = root.child("isFinalResponse").text() != "false";
    const Element list = root.child("monitorObjectDataList");
    for (Element row = list.first(); row; row = row.next()) {
        const auto device = descendant(row, "deviceObject").text();
        const auto monitor = descendant(row, "monitorCrossRefID").text();
        if (!device.empty() && !monitor.empty()) out.rows.push_back({std::string(device), std::string(monitor)});
    }
    return out;
}

std::optional<LinkReport> read_link_report(Element root) {
    const std::string_view name = root.name();
    if (name == "LinkUpEvent" || name == "LinkDownEvent") {
        // The link's name is believed to begin with that of the switch; it is not relied upon.
        return LinkReport{.switch_name = {}, .up = name == "LinkUpEvent", .word = std::string(name)};
    }
    if (name != "SystemStatus" && name != "SystemStatusEvent") return std::nullopt;
    const Element tlink = descendant(root, "tlinkStatus");
    if (!tlink) return std::nullopt;
    return LinkReport{.switch_name = cut(descendant(root, "switchName").text()),
                      .up = tlink.text() == "tlinkUp",
                      .word = cut(tlink.text())};
}

std::optional<std::chrono::seconds> clock_skew(Element root, std::chrono::sys_seconds now) {
    using namespace std::chrono;
    const auto year_number = number(root.child("year")), month_number = number(root.child("month")),
               day_number = number(root.child("day")), hour = number(root.child("hour")),
               minute = number(root.child("minute")), second = number(root.child("second"));
    if (!year_number || !month_number || !day_number || !hour || !minute || !second) return std::nullopt;
    const year_month_day date{year(*year_number), month(static_cast<unsigned>(*month_number)),
                              day(static_cast<unsigned>(*day_number))};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const sys_seconds told = sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
    constexpr auto kQuarter = seconds(minutes(15)).count();
    auto off = (told - now).count() % kQuarter;
    if (off > kQuarter / 2) off -= kQuarter;
    if (off < -kQuarter / 2) off += kQuarter;
    return seconds(off);
}

}  // namespace tandem::avaya_dmcc
