// Mail that no person wrote for this reader (RFC 3834, vendors/email.md 3.4): kept in the history, folded, never
// answered.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace tandem::mail {

enum class Automatic : std::uint8_t {
    AutoReply,  // an answer by a program: absence, receipt of a request
    List,       // mailing list, newsletter, bulk mail
    Machine,    // any other program: bounces, notifications
};

std::string_view to_string(Automatic automatic);  // auto-reply, list, machine

// Decoded headers in their order; names in lower case.
using HeaderView = std::span<const std::pair<std::string_view, std::string_view>>;

// Nullopt: nothing says that it is automatic, or "Auto-Submitted: no" says that it is not.
std::optional<Automatic> automatic(HeaderView headers);

}  // namespace tandem::mail
