// One SMDR record of IP Office: the columns of a line, by position (vendors/avaya.md 4.2; Avaya's SMDR Fields, 2023).
// How many there are depends on the release: 17 at least, 30, 31, 35 and more; the last ones may be empty. Pure.
#pragma once

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/base/zone.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::avaya_smdr {

enum class PartyKind { None, Extension, Line, Voicemail, Conference, Other };
std::string_view to_string(PartyKind kind);

struct Party {
    PartyKind kind = PartyKind::None;
    std::string device;  // as written: E204, T9001, V9502, V11002
    std::string name;
    std::string number;  // of the extension, line, mailbox channel or conference
    friend bool operator==(const Party&, const Party&) = default;
};

// Decided by the name where it tells: numbers of channels differ between systems.
Party read_party(std::string_view device, std::string_view name);

struct Record {
    LocalTime started{};  // of the call, the same in all its records
    std::chrono::seconds precision{1};
    std::chrono::seconds connected{0};
    std::chrono::seconds ring{0};
    std::string caller;
    std::string caller_host;  // behind an @
    bool inbound = false;     // column 5; calls inside are outbound ones there
    std::string called;
    std::string dialled;
    std::string account;
    std::optional<bool> internal;
    std::string call_id;
    bool continued = false;  // more records of this call follow
    Party party1, party2;
    std::chrono::seconds hold{0};
    std::chrono::seconds park{0};
    bool authorized = false;  // a code was given; the code itself is not kept
    std::string user_charged, charge, currency, units;
    std::string targeting_who, targeting_why, targeter, targeted_number;
    std::string caller_server, caller_unique_id, called_server, called_unique_id;
    std::optional<Instant> written;  // column 35, UTC
    std::size_t columns = 0;

    std::chrono::seconds total() const { return connected + ring + hold + park; }
    bool answered() const { return connected.count() > 0 || hold.count() > 0 || park.count() > 0; }
    // With the world; where the record does not say so, by its line.
    bool outside() const {
        if (internal) return !*internal;
        return inbound || party1.kind == PartyKind::Line || party2.kind == PartyKind::Line;
    }
};

// ErrorKind::Corrupt with the column. Text is UTF-8.
Result<Record> read_record(std::string_view line);

}  // namespace tandem::avaya_smdr
