// Whom the agent's page is about: the contact and the call that a console names, in the forms that consoles have for
// them (docs/consoles). Blocks on the store.
#pragma once

#include "core/api/query.hpp"
#include "core/api/services.hpp"

#include <expected>
#include <optional>
#include <string>

namespace tandem::api {

struct Subject {
    std::optional<store::PartyPoint> point;
    std::string ucid;  // 20 digits; empty: none was given

    // Of the call with this UCID, whether or not it is known yet.
    std::optional<InteractionId> call() const;
};

// Of `point` and `ucid`. Consoles give an extension, a device or nothing as the number where they know no other; beside
// a UCID that is no mistake. Failure: what is wrong with `point`, or that both are missing.
std::expected<Subject, Problem> read_subject(const Services& services, const Query& query);

// The call itself, once it is known.
Result<std::optional<store::InteractionView>> call_of(Services& services, const Subject& subject);
// Whose call it is, else whose contact. The number that a call began with says more than the one a console shows, which
// may be a colleague's after a transfer.
Result<std::optional<store::CustomerView>> customer_of(Services& services, const Subject& subject);

}  // namespace tandem::api
