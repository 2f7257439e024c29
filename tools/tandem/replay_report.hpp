// How replay and quarantine show what they found.
#pragma once

#include "core/pipeline/replay.hpp"

namespace tandem::tool {

// One item with its differences: text for people or a line of JSON.
void print_item(const pipeline::ReplayItem& item, bool json);
void print_report(const pipeline::ReplayReport& report, bool dry_run, bool json);

}  // namespace tandem::tool
