// `tandem map --page`: what a pack makes of a page that it asked a vendor for.
#pragma once

#include "core/base/time.hpp"
#include "core/data/arena.hpp"
#include "core/mapping/pack.hpp"

#include <functional>
#include <string>

namespace tandem::tool {

struct PageArguments {
    std::string file;    // the vendor's body as it came
    std::string poll;    // empty: the first of the pack
    std::string cursor;  // JSON; empty: none
    Instant received_at{};
};

// Prints JSON: the request that would be made (secrets as ***), keep, more, next, cursor, records. `normalise` is given
// what was mapped. Returns the exit code.
int show_page(const PageArguments& arguments,
              const mapping::BoundPack& pack,
              const std::function<void(mapping::Mapped&, data::Arena&)>& normalise);

}  // namespace tandem::tool
