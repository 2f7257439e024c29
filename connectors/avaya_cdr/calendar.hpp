// When a record's call ended. A record may say the day, or a date record before it does, or nobody; records never say
// the zone (vendors/avaya.md 5.1, 5.2). Pure.
#pragma once

#include "connectors/avaya_cdr/record.hpp"
#include "connectors/avaya_records/moment.hpp"
#include "core/base/zone.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::avaya_cdr {

struct End {
    LocalTime local{};
    avaya_records::Moment moment{};
};

class Calendar {
public:
    explicit Calendar(Zone zone) : zone_(zone) {}

    // The date of the records that follow from this peer.
    void set(std::string_view peer, Day day);

    // A day that would be to come is the one before: around midnight the new date is told before the last calls of the
    // old day are. nullopt: there is no such day.
    std::optional<End> end_of(const Record& record, std::string_view peer, Instant arrived) const;

private:
    std::optional<LocalTime> local_end(const Record& record, std::string_view peer, LocalTime now) const;

    const Zone zone_;
    std::map<std::string, Day, std::less<>> days_;  // by peer
};

}  // namespace tandem::avaya_cdr
