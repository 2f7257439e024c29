// The table settings.yaml: which pack reads what the fixtures call a provider, and how the keys of a case's `config`
// translate to the settings of that pack.
#pragma once

#include "core/config/node.hpp"
#include "core/data/value.hpp"

#include <string>
#include <string_view>

namespace tandem::testing {

class Providers {
public:
    Providers();

    // The pack's name, empty if no pack is there for the provider yet.
    std::string pack_of(std::string_view provider) const;
    // `config` of a case as JSON settings of that pack.
    std::string settings_of(std::string_view provider, data::Value config) const;
    // Query parameters that the signature of an unsigned case needs; empty: such a case goes as it is.
    std::string signing_query_of(std::string_view provider) const;

private:
    config::Node table_;
};

}  // namespace tandem::testing
