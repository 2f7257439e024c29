// The structure of a mail to the document that packs see. Private to core/mail.
#pragma once

#include "core/data/value.hpp"
#include "core/mail/limits.hpp"
#include "core/mail/mail.hpp"

#include <string_view>

namespace tandem::mail {

// `within` is the number of the part that holds this mail, "" for the outermost: parts of a mail inside of part 2 are
// numbered "2/1".
data::Value document(const Mail& mail, const Limits& limits, data::Arena& arena, std::string_view within = {});

}  // namespace tandem::mail
