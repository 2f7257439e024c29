// Options of the avaya_smdr connector, written under `options:` of a connector entry.
#pragma once

#include "connectors/avaya_records/config.hpp"
#include "connectors/avaya_smdr/book.hpp"
#include "core/config/fields.hpp"

namespace tandem::avaya_smdr {

struct Config : avaya_records::LineOptions {};

const config::Fields<Config>& config_fields();

// With what several options together must be.
Config read_config(const config::Node& options, config::Diagnostics& diagnostics);

BookOptions book_options(const Config& config);

}  // namespace tandem::avaya_smdr
