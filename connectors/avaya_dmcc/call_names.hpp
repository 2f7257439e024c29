// Names by which a call record without UCID (CDR, SMDR) finds the call that was seen live.
#pragma once

#include "connectors/avaya_dmcc/call.hpp"

#include <string>
#include <vector>

namespace tandem::avaya_dmcc {

// "<last 9 digits of the outside number>|<digits of the inside number>|<whole minutes from answer to end>": with the
// minute before and after, as a record's clock and rounding are others, for the number that was called and for the
// first station that answered. None of a call that has not ended or has no outside number, and none where its end is
// not known.
std::vector<std::string> meeting_names(const Call& call);

}  // namespace tandem::avaya_dmcc
