// Values of settings by their declared type. Private to the layer.
#pragma once

#include "core/base/result.hpp"
#include "core/config/node.hpp"
#include "core/mapping/pack.hpp"

#include <string>
#include <vector>

namespace tandem::mapping {

// Reads one public setting; ErrorKind::Config with a sentence if the value does not fit.
Result<data::Value> read_setting(const config::Node& node, const SettingInfo& info, data::Arena& arena);

struct FormatFault {
    config::Node place;
    std::string below;  // path from the setting: "[1]" in a list
    std::string text;
};

// The texts of a setting that do not have its format. `node` is one that read_setting() took.
std::vector<FormatFault> format_faults(const config::Node& node, const SettingInfo& info);

}  // namespace tandem::mapping
