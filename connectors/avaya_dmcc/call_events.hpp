// One event of one call, applied to it (vendors/avaya.md 2.8 and 3.4; transfers and conferences: call_merge.hpp). Pure.
#pragma once

#include "connectors/avaya_dmcc/call.hpp"
#include "connectors/avaya_dmcc/calls.hpp"

#include <string_view>

namespace tandem::avaya_dmcc {

// The number of the device that an event is about; of a cleared connection that of the connection.
std::string_view subject_of(const CallEvent& event);

void apply(Call& call, Part& part, const CallEvent& event, const Plan& plan);

}  // namespace tandem::avaya_dmcc
