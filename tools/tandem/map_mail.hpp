// `tandem map --mail`: what a pack makes of a mail.
#pragma once

#include "core/base/time.hpp"
#include "core/data/arena.hpp"
#include "core/mapping/pack.hpp"

#include <functional>
#include <string>

namespace tandem::tool {

struct MailArguments {
    std::string file;      // the mail as it came (.eml)
    std::string envelope;  // JSON; empty: none
    bool document = false;
    Instant received_at{};
};

// Prints JSON: records, ignored, errors, and with `document` what the pack's expressions see of the mail. `normalise`
// is given what was mapped. Returns the exit code.
int show_mail(const MailArguments& arguments,
              const mapping::BoundPack& pack,
              const std::function<void(mapping::Mapped&, data::Arena&)>& normalise);

}  // namespace tandem::tool
