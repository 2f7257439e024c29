// What a refusal of the server means for the message (README.md, "Sending"). Pure.
#pragma once

#include "connectors/smtp/reply.hpp"
#include "core/base/error.hpp"

#include <string_view>

namespace tandem::smtp {

enum class Step { Greeting, Hello, StartTls, Auth, MailFrom, RcptTo, Data, Content };

std::string_view to_string(Step step);  // as people know it: "MAIL FROM"

// `reply` is neither positive nor the intermediate one that was hoped for. Error::code is the enhanced code, else the
// three digits.
Error refusal(Step step, const Reply& reply);

}  // namespace tandem::smtp
