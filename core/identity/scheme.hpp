// What is particular about each scheme of contact points. Private to core/identity.
#pragma once

#include "core/identity/point.hpp"

#include <span>
#include <string_view>

namespace tandem::identity {

struct Scheme {
    std::string_view name;
    bool scoped;  // ids are only valid under a scope
    PointClass point_class;
};

std::span<const Scheme> schemes();
const Scheme* find_scheme(std::string_view name);  // lower case; nullptr if unknown

// The text says that the caller or sender is hidden or unknown: "anonymous", "+266696687", "".
bool withheld(std::string_view text);
// Mailboxes that many people write from: info@, support@, noreply@, list and bounce addresses.
bool role_mailbox(std::string_view mailbox);
// Normal form of an existing E.164 number or mailbox as a point.
NormalPoint phone_point(Phone phone);
NormalPoint mailbox_point(std::string mailbox);

}  // namespace tandem::identity
