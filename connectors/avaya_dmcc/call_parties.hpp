// Who calls whom, and what travels with a call (vendors/avaya.md 3.4, 3.6).
#pragma once

#include "connectors/avaya_dmcc/call.hpp"
#include "connectors/avaya_dmcc/calls.hpp"

#include <string_view>

namespace tandem::avaya_dmcc {

// What a number is: by the plan, else by its form.
bool is_outside(const Device& device, const Plan& plan);
bool is_outside(std::string_view number, const Plan& plan);
bool is_distributor(std::string_view number, const Plan& plan);  // a VDN or a queue
// The connection of the customer, as far as it is known.
bool is_customer(const Call& call, std::string_view number);

// The first event of a call that was not known: who calls whom is kept from then on.
void begin(Call& call, const CallEvent& event, const Plan& plan);
// Parties that were not told yet; after a transfer or conference they may have other meanings and are not taken.
void take_parties(Call& call, const CallEvent& event, const Plan& plan);
// The leg of the station that called, when an event tells of its call for the first time.
void take_caller(Call& call, const Part& part, const CallEvent& event, const Plan& plan);
// User information, digits, trunk, UCIDs. What is known stays.
void enrich(Call& call, const Part& part, const CallEvent& event);

}  // namespace tandem::avaya_dmcc
