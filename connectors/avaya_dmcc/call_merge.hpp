// Calls of the switch that become one: transfers, conferences, silent joins (vendors/avaya.md 3.4). Pure.
#pragma once

#include "connectors/avaya_dmcc/call.hpp"
#include "connectors/avaya_dmcc/calls.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_dmcc {

// A conference that is none: a recorder, or a supervisor who listens or speaks along.
bool is_silent_join(const CallEvent& event, const Plan& plan);
// The id of the switch's call that remains; "" if the event does not tell.
std::string surviving_call(const CallEvent& event);
// Ids of the calls that went into it.
std::vector<std::string> old_calls(const CallEvent& event);

// Whether `a` rather than `b` is the customer's call.
bool is_rather_customers(const Call& a, const Call& b);
// `other` turned out to be the same call: what it knows goes to `call`.
void absorb(Call& call, Call&& other);

// All that the event names has been absorbed by `call`.
void apply_transfer(Call& call, const CallEvent& event, const Plan& plan);
void apply_conference(Call& call, const CallEvent& event, const Plan& plan);

}  // namespace tandem::avaya_dmcc
