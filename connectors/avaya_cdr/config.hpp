// Options of the avaya_cdr connector, written under `options:` of a connector entry.
#pragma once

#include "connectors/avaya_cdr/book.hpp"
#include "connectors/avaya_records/config.hpp"
#include "core/config/fields.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tandem::avaya_cdr {

// Then the next part of a long call, which is recorded every ten hours, is missing.
inline constexpr std::chrono::milliseconds kLongCall = std::chrono::hours(11);

struct ItemConfig {
    std::string item;
    std::int64_t length = 1;
};

struct Config : avaya_records::LineOptions {
    Config() { unfinished = kLongCall; }

    Format format = Format::Customized;
    std::vector<ItemConfig> layout;
    DateOrder date_order = DateOrder::MonthDay;
    bool modified_circuit_ids = false;
};

const config::Fields<Config>& config_fields();

// With what several options together must be.
Config read_config(const config::Node& options, config::Diagnostics& diagnostics);

BookOptions book_options(const Config& config);

}  // namespace tandem::avaya_cdr
