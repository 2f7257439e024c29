// What open() does with a journal file that is no usable database.
#pragma once

#include "core/journal/table.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace tandem::journal {

struct Salvage {
    std::string set_aside;     // empty if the file was sound
    std::uint64_t events = 0;  // carried over
};

// Opens `file`. A damaged one is renamed to `<file>.damaged-<n>` (with its log) and replaced by a new one that holds
// every event which can still be read. Throws sqlite::Failure for anything but damage.
sqlite::Database open_or_replace(const std::filesystem::path& file, Salvage& salvage);

// Reads like TableReader::read, but steps over damaged places and counts the positions it could not read.
void read_around_damage(TableReader& reader,
                        Position after,
                        Position last,
                        std::size_t limit,
                        std::size_t max_bytes,
                        std::vector<StoredEvent>& out,
                        std::uint64_t& unreadable);

}  // namespace tandem::journal
