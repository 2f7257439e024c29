// What a pack can do, read from the pack: for `tandem list vendors` and docs/vendors.md.
#pragma once

#include "core/mapping/pack.hpp"

#include <memory>
#include <span>
#include <string>

namespace tandem::mapping {

struct Abilities {
    bool receive = false;   // messages or other events of customers
    bool send = false;      // messages to them
    bool receipts = false;  // what became of those
    bool media = false;     // files of events, or with messages
    bool edits = false;     // corrections and deletions of what was said
    bool poll = false;      // asks the vendor
    bool backfill = false;  // asks for the past
    std::string
        signature;  // schemes that prove a request's origin; "none" if there is no such scheme, empty without `receive`
};

Abilities abilities(const Pack& pack);

// The table of docs/vendors.md, sorted as given.
std::string vendor_table(std::span<const std::shared_ptr<const Pack>> packs);

}  // namespace tandem::mapping
