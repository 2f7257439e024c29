// Options that connectors of call records have in common. A connector's own options are a struct that begins with them.
#pragma once

#include "core/base/zone.hpp"
#include "core/config/fields.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_records {

struct LineOptions {
    bool connects = false;  // we go to the switch; else it comes to us
    config::Address address{};
    std::vector<std::string> peers = {"127.0.0.0/8", "::1"};
    std::int64_t connections = 10;
    std::chrono::milliseconds connect_limit{10'000};
    std::string zone;
    std::string encoding;
    std::chrono::milliseconds hold{30'000};
    std::chrono::milliseconds unfinished{std::chrono::hours(8)};
    bool mask_account = false;
};

std::optional<std::string> check_zone(std::string_view text);

template <class Config, class V>
V Config::* of(V LineOptions::* member) {
    return member;
}

template <class Config>
void add_listener_fields(config::Fields<Config>& fields) {
    using namespace std::chrono_literals;
    fields
        .field("peers", of<Config>(&LineOptions::peers),
               "Networks whose hosts may connect. Records are neither encrypted nor authenticated.")
        .check(config::check_network)
        .field("connections", of<Config>(&LineOptions::connections),
               "At once. When one more comes, the one that has been silent longest gives way.")
        .range(1, 1'000);
}

template <class Config>
void add_record_fields(config::Fields<Config>& fields) {
    using namespace std::chrono_literals;
    fields
        .field("zone", of<Config>(&LineOptions::zone),
               "Time zone of the switch's clock, as Europe/Berlin, or an offset as +03:00.")
        .required()
        .check(check_zone)
        .field("encoding", of<Config>(&LineOptions::encoding),
               "Character set of names that are no UTF-8, as windows-1251. Empty: Latin-1.")
        .field("hold", of<Config>(&LineOptions::hold),
               "How long a call waits for further records of it before it is told. What comes later changes it.")
        .range(0ms, 10min)
        .field("unfinished", of<Config>(&LineOptions::unfinished),
               "A call of which a further record was announced is closed when none came for so long.")
        .range(1min, 24h)
        .field("mask_account", of<Config>(&LineOptions::mask_account),
               "Keep account codes out of calls. Authorization codes never are in them.");
}

}  // namespace tandem::avaya_records
