// What is wrong with the options of a connector of call records.
#pragma once

#include "core/config/node.hpp"

#include <string>

namespace tandem::avaya_records::test {

// A line each: "path: text". `config`, if any, gets what was read.
template <class Config>
std::string problems(Config (*read)(const config::Node&, config::Diagnostics&),
                     const std::string& yaml,
                     Config* config = nullptr) {
    config::Diagnostics diagnostics;
    const Config found = read(config::parse_yaml(yaml, "g.yaml", diagnostics), diagnostics);
    if (config != nullptr) *config = found;
    std::string out;
    for (const auto& one : diagnostics.all())
        out += one.path + ": " + one.text + "\n";
    return out;
}

}  // namespace tandem::avaya_records::test
