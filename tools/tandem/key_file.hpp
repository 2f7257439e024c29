// Keys that a gateway makes for itself and keeps in its data folder.
#pragma once

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

#include <filesystem>

namespace tandem::tool {

// The key in `file`. When there is no such file it is made: 32 random bytes in hex, mode 0600, synced, whole or absent.
// Config with the reason when it cannot be read or made, or holds no key.
Result<Secret> key_in(const std::filesystem::path& file);

}  // namespace tandem::tool
