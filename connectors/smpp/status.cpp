#include "connectors/smpp/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace tandem::smpp::status {

namespace {

struct Meaning {
    std::uint32_t status;
    std::string_view name;
    ErrorKind kind;  // of a refused submit
};

using enum ErrorKind;

constexpr Meaning kMeanings[] = {
    {0x01, "RINVMSGLEN", Config},       {0x02, "RINVCMDLEN", Config},
    {0x03, "RINVCMDID", Config},        {0x04, "RINVBNDSTS", Transient},
    {0x05, "RALYBND", Transient},       {0x06, "RINVPRTFLG", Config},
    {0x07, "RINVREGDLVFLG", Config},    {0x08, "RSYSERR", Transient},
    {0x0A, "RINVSRCADR", Rejected},     {0x0B, "RINVDSTADR", Rejected},
    {0x0C, "RINVMSGID", Rejected},      {0x0D, "RBINDFAIL", Auth},
    {0x0E, "RINVPASWD", Auth},          {0x0F, "RINVSYSID", Auth},
    {0x11, "RCANCELFAIL", Rejected},    {0x13, "RREPLACEFAIL", Rejected},
    {0x14, "RMSGQFUL", Throttled},      {0x15, "RINVSERTYP", Config},
    {0x33, "RINVNUMDESTS", Rejected},   {0x34, "RINVDLNAME", Rejected},
    {0x40, "RINVDESTFLAG", Rejected},   {0x42, "RINVSUBREP", Rejected},
    {0x43, "RINVESMCLASS", Config},     {0x44, "RCNTSUBDL", Rejected},
    {0x45, "RSUBMITFAIL", Rejected},    {0x48, "RINVSRCTON", Config},
    {0x49, "RINVSRCNPI", Config},       {0x50, "RINVDSTTON", Config},
    {0x51, "RINVDSTNPI", Config},       {0x53, "RINVSYSTYP", Config},
    {0x54, "RINVREPFLAG", Config},      {0x55, "RINVNUMMSGS", Rejected},
    {0x58, "RTHROTTLED", Throttled},    {0x61, "RINVSCHED", Config},
    {0x62, "RINVEXPIRY", Config},       {0x63, "RINVDFTMSGID", Config},
    {0x64, "RX_T_APPN", Transient},     {0x65, "RX_P_APPN", Rejected},
    {0x66, "RX_R_APPN", Rejected},      {0x67, "RQUERYFAIL", Rejected},
    {0xC0, "RINVOPTPARSTREAM", Config}, {0xC1, "ROPTPARNOTALLWD", Config},
    {0xC2, "RINVPARLEN", Config},       {0xC3, "RMISSINGOPTPARAM", Config},
    {0xC4, "RINVOPTPARAMVAL", Config},  {0xFE, "RDELIVERYFAILURE", Transient},
    {0xFF, "RUNKNOWNERR", Transient},
};

constexpr std::chrono::milliseconds kAlreadyBoundPause{60'000};

const Meaning* find(std::uint32_t status) {
    const auto* found = std::ranges::find(kMeanings, status, &Meaning::status);
    return found == std::end(kMeanings) ? nullptr : found;
}

}  // namespace

std::string name(std::uint32_t status) {
    if (status == kOk) return "ESME_ROK";
    const Meaning* meaning = find(status);
    if (meaning == nullptr) return fmt::format("command_status 0x{:02x}", status);
    return fmt::format("ESME_{} (0x{:02x})", meaning->name, status);
}

bool throttles(std::uint32_t status) {
    const Meaning* meaning = find(status);
    return meaning != nullptr && meaning->kind == Throttled;
}

Error submit_error(std::uint32_t status, std::chrono::milliseconds pause) {
    const Meaning* meaning = find(status);
    Error error{.kind = meaning == nullptr ? Rejected : meaning->kind,
                .text = "the message centre answered " + name(status)};
    error.code = fmt::format("0x{:02x}", status);
    if (error.kind == Throttled) error.retry_after = pause;
    // A submit is refused by such a status only when the session has lost its rights; nobody's credentials are wrong.
    if (error.kind == Auth) error.kind = Transient;
    return error;
}

Error bind_error(std::uint32_t status) {
    const Meaning* meaning = find(status);
    const bool credentials = meaning != nullptr && meaning->kind == Auth;
    Error error{.kind = credentials ? Auth : Transient, .text = "bind refused: " + name(status)};
    error.code = fmt::format("0x{:02x}", status);
    // The peer has not yet noticed that the old session is gone.
    if (meaning != nullptr && meaning->name == "RALYBND") error.retry_after = kAlreadyBoundPause;
    return error;
}

}  // namespace tandem::smpp::status
