// Which devices are monitored: extensions and ranges of the configuration and of files, as one list. Pure but for
// read_devices().
#pragma once

#include "connectors/avaya_dmcc/message.hpp"
#include "core/base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::avaya_dmcc {

inline constexpr std::size_t kMaxTargets = 50'000;

struct Target {
    DeviceKind kind = DeviceKind::Station;
    std::string switch_name;
    std::string extension;
    bool operator==(const Target&) const = default;
};

// What is said of one switch; every text an extension ("7100") or a range ("5000-5999").
struct Devices {
    std::vector<std::string> vdns{}, splits{}, stations{};
    std::vector<std::filesystem::path> files{};
};

// Up to 30 of the characters 0-9, * and # (vendors/avaya.md 2.6).
bool is_extension_text(std::string_view text);

// Appends what an extension or a range stands for. Failure: Config, what is wrong with it.
Result<void> expand(std::string_view text, std::vector<std::string>& out);

// Appends the devices of one switch, VDNs before splits before stations, each extension once. What comes back are those
// that were named as a second kind and are not taken as that. Failure: Config: a text or a line of a file is wrong, a
// file cannot be read, there are more than kMaxTargets. Blocks on the disk.
Result<std::vector<std::string>> add_targets(const std::string& switch_name,
                                             const Devices& devices,
                                             std::vector<Target>& out);

// Lines "vdn 7100", "split 7200", "station 5000-5999"; blank ones and what follows # are left out. Appends to `out`.
// Failure: Config, with the line.
Result<void> read_devices(std::string_view text, Devices& out);

}  // namespace tandem::avaya_dmcc
