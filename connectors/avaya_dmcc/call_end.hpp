// How a call ends, and why, in the words of docs/schema.md; the vendor's own word stays in end_cause.
#pragma once

#include "connectors/avaya_dmcc/call.hpp"

#include <chrono>
#include <string_view>

namespace tandem::avaya_dmcc {

// What a transfer does to the call ids may be told after the end of one of them; the vendor's own library waits as long
// (vendors/avaya.md 3.4).
inline constexpr std::chrono::seconds kEndWait{3};
// After a diversion, of which the next alert may be at a device that is not monitored.
inline constexpr std::chrono::seconds kDivertWait{30};
// While a caller hears the tone of a call that failed.
inline constexpr std::chrono::seconds kToneWait{6};

void customer_leaves(Call& call, Instant at, std::string_view cause);
// Whether the call has ended, or is to be declared so after a while in which nothing is heard of it. The end of a call
// that no call-type monitor follows is not told.
void consider_end(Call& call, Instant at, std::string_view cause, std::chrono::seconds wait = kEndWait);
// The monitor of a VDN tells of the call to its end from now on.
void follow(Call& call, std::string_view vdn);
// That monitor is no more (empty: none is); another one on the same VDN does not follow what came past before it.
void unfollow(Call& call, std::string_view vdn = {});
// The call has ended at `end` if nothing is heard of it until `due`.
void end_later(Call& call, Instant due, Instant end, std::string_view cause);
// Ends what is still open; for the customer it ended when that left.
void finish(Call& call, Instant at);
// It goes on after all.
void reopen(Call& call);
// Something was heard of it: it is not declared ended for the time being.
void goes_on(Call& call);

}  // namespace tandem::avaya_dmcc
