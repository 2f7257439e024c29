// One CDR record of Communication Manager, read by its layout (vendors/avaya.md 5.2). Pure.
#pragma once

#include "connectors/avaya_cdr/layout.hpp"
#include "core/base/result.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::avaya_cdr {

enum class DateOrder { MonthDay, DayMonth };

struct Day {
    std::optional<int> year;  // a layout may leave it out
    int month = 0;
    int day = 0;
    friend bool operator==(const Day&, const Day&) = default;
};

struct Rules {
    Format format = Format::Customized;
    Layout layout{};
    DateOrder order = DateOrder::MonthDay;
    bool plain_circuits = false;  // "Modified Circuit ID Display" is on
};

struct Trunk {
    std::string code;     // access code of the trunk group
    std::string circuit;  // hundreds, tens, units
    bool empty() const { return code.empty() && circuit.empty(); }
    std::string text() const;  // 721/003
    friend bool operator==(const Trunk&, const Trunk&) = default;
};

struct Record {
    std::optional<Day> date;
    std::chrono::minutes ended{0};                 // since midnight, of the switch
    std::optional<std::chrono::seconds> duration;  // unknown: the clock was changed meanwhile
    char condition = ' ';
    std::string calling;  // who called: a number outside, or a station
    std::string dialed;
    Trunk in, out;
    std::string vdn;
    std::string ucid;
    std::string account;
    bool authorized = false;  // a code was given; the code itself is not kept
    std::string feature_flag;
    std::string frl;
};

// ErrorKind::Corrupt with position and item. `line` is without line end and NULs.
Result<Record> read_record(std::string_view line, const Rules& rules);

// "08 01" or "0801": the date of the records that follow (vendors/avaya.md 5.1).
std::optional<Day> read_date_record(std::string_view line, DateOrder order);

enum class Way { Inbound, Outbound, Internal, Unknown };
Way way_of(const Record& record);

// Written beside the record of the same call: G, H and I tell of its ringing.
bool tells_of_ringing(const Record& record);
// One part of a call of more than ten hours; further ones follow.
inline bool is_partial(const Record& record) {
    return record.condition == '4';
}
// No call, but the switch's word that it could not record some.
inline bool is_loss(const Record& record) {
    return record.condition == '6';
}

}  // namespace tandem::avaya_cdr
