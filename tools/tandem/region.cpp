#include "tools/tandem/region.hpp"

#include "core/identity/point.hpp"

namespace tandem::tool {

std::string region_problem(const std::string& region) {
    if (region.empty() || identity::is_phone_region(region)) return {};
    return "'" + region + "' is no country of ISO 3166 with telephone numbers, such as RU or DE";
}

std::string region_of(const mapping::Settings& settings,
                      const config::Node& written,
                      const std::string& fallback,
                      config::Diagnostics& diagnostics) {
    auto country = settings.values.find("country");
    if (country == settings.values.end() || !country->second.is_string()) return fallback;
    auto region = std::string(country->second.as_string());
    if (region.empty()) return fallback;
    if (auto problem = region_problem(region); !problem.empty()) {
        auto node = written.get("country");
        diagnostics.error(node.position(), node.path(), problem);
    }
    return region;
}

}  // namespace tandem::tool
