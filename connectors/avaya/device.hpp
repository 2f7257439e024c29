// Device identifiers of CSTA over DMCC, "extension:switchName:switchAddress:instance" (vendors/avaya.md 2.6), and the
// forms in which numbers stand in them. Pure; texts are bounded by their reader (avaya_dmcc/event.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::avaya {

// What identifies a device: address and instance say nothing about which one it is and are left out.
struct Device {
    std::string number = {};       // extension, or the other party's number; "" if unknown
    std::string switch_name = {};  // as written, often empty
    bool dynamic = false;          // a party of one call (a trunk's "T21#3"), not a line

    bool empty() const { return number.empty(); }
    bool operator==(const Device&) const = default;
};

// `type_of_number` is the attribute of that name. Of a SIP address ("number@host", "sip:number@host") the number stays.
Device parse_device(std::string_view id, std::string_view type_of_number = {});

// One device: the same number, and the same switch where both name one (case does not matter, vendors/avaya.md 2.6).
bool same_device(const Device& a, const Device& b);

// "21" and "3" of "T21#3", the form in which a trunk's party is believed to be named; empty if it is none.
struct TrunkParty {
    std::string group, member;
    bool operator==(const TrunkParty&) const = default;
};
TrunkParty trunk_party(std::string_view number);

// The digits of a number without its "+", punctuation and blanks; "" if there are none.
std::string digits_of(std::string_view number);

// Whether a number is one of the switch's own by its form: only digits, no more than `longest`.
bool is_extension(std::string_view number, std::size_t longest);

}  // namespace tandem::avaya
