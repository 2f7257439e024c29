// The connectors this binary knows: an explicit list (connectors/all.cpp), no static initialisers.
#pragma once

#include "core/connector/connector.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace tandem::connector {

class Registry {
public:
    // Throws std::invalid_argument when the name is taken.
    void add(std::unique_ptr<const Connector> connector);
    const Connector* find(std::string_view name) const;  // nullptr if unknown
    const std::vector<std::unique_ptr<const Connector>>& all() const { return connectors_; }

    // Checks a whole entry: the connector is known, has a pack of its kind if it needs one, and its options are right.
    // Findings without a place in the file get that of the entry. Pure.
    void validate(const InstanceSpec& spec,
                  config::Position position,
                  const std::string& path,
                  config::Diagnostics& diagnostics) const;

    // Of an entry without a mistake: whether the files that its options name are right. Blocks on the disk.
    void validate_files(const InstanceSpec& spec, config::Diagnostics& diagnostics) const;

private:
    std::vector<std::unique_ptr<const Connector>> connectors_;
};

}  // namespace tandem::connector
