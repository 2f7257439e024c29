// What happens to the legs of one call, to its timeline and to the sums of what its customer did
// (vendors/avaya.md 3.5). Everything may be said twice: what is so already stays as it is.
#pragma once

#include "connectors/avaya_dmcc/call.hpp"

#include <chrono>
#include <span>
#include <string_view>

namespace tandem::avaya_dmcc {

// In which copies of one event come.
inline constexpr std::chrono::seconds kSameMoment{2};

// What was told of that party last, and just now, is not told again.
void note(Call& call, Instant at, std::string_view type, std::string_view party = {}, std::string_view cause = {});

// The open leg of `station` on the switch's call `id`; any of its open legs if `id` is empty. Null: none.
Leg* find_leg(Call& call, std::string_view station, std::string_view id = {});
// The same, or a new one. Null: there are too many.
Leg* open_leg(Call& call, std::string_view station, const Part& part, Instant at);

// A copy of its end, which a restart made forget, tells nothing new.
bool ended_just_now(const Call& call, std::string_view station, std::string_view id, Instant at);

void answer(Leg& leg, Instant at);
void hold(Leg& leg, Instant at);
void retrieve(Leg& leg, Instant at);
void close(Leg& leg, Instant at, Outcome outcome);
// A party of a consultation call is put through to the customer.
void put_through(Leg& leg, Instant at);
// How a leg of that history ends when nothing more is said about it.
Outcome outcome_of(const Leg& leg);

// Takes part in the conversation; a recorder or observer does not.
bool counts(const Leg& leg);
std::size_t open_legs(const Call& call);

void enter_queue(Call& call, std::string_view number, Instant at, std::optional<std::uint32_t> in_front);
// It came from a queue; nobody told when it entered it.
void visited_queue(Call& call, std::string_view number, Instant at);
void leave_queues(Call& call, Instant at, std::string_view number = {});

// What the customer does now. Where that has changed, the time of what it did before is added up.
Phase phase_of(const Call& call);
void settle(Call& call, Instant at);

Part* find_part(Call& call, std::string_view id);
// Null: there are too many.
Part* add_part(Call& call, Part part);
void remove_part(Call& call, std::string_view id);
void add_unique(std::vector<std::string>& list, std::string_view text, std::size_t most = kMaxIds);

}  // namespace tandem::avaya_dmcc
