// Values of settings by their declared type. Private to the layer.
#pragma once

#include "core/base/result.hpp"
#include "core/config/node.hpp"
#include "core/mapping/pack.hpp"

namespace tandem::mapping {

// Reads one public setting; ErrorKind::Config with a sentence if the value does not fit.
Result<data::Value> read_setting(const config::Node& node, const SettingInfo& info, data::Arena& arena);

}  // namespace tandem::mapping
