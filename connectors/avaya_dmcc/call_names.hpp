// Names by which a call record without UCID (CDR, SMDR) finds the call that was seen live.
#pragma once

#include "connectors/avaya/meeting.hpp"
#include "connectors/avaya_dmcc/call.hpp"

#include <vector>

namespace tandem::avaya_dmcc {

// Of the whole call under the number that was called and the first station that answered, and of each agent's part of
// it. None of a call that has not ended or has no outside number, and none where its end is not known.
std::vector<avaya::Meeting> meetings(const Call& call);

}  // namespace tandem::avaya_dmcc
