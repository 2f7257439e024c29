#include "connectors/avaya_records/config.hpp"

namespace tandem::avaya_records {

std::optional<std::string> check_zone(std::string_view text) {
    if (Zone::find(text)) return std::nullopt;
    return "is no time zone: write it as Europe/Berlin or +03:00";
}

}  // namespace tandem::avaya_records
