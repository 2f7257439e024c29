// Small files that a user names: configuration, packs, secrets.
#pragma once

#include "core/base/result.hpp"

#include <cstddef>
#include <string>

namespace tandem::config {

// The file's bytes, at most `limit` of them (a longer file is cut: ask for one more than is acceptable). Failure is
// ErrorKind::NotFound with the system's reason. Blocks.
Result<std::string> read_bounded(const std::string& path, std::size_t limit);

}  // namespace tandem::config
