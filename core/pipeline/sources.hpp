// Which pack maps the events of which connector instance. Immutable; replaced as a whole on reload.
#pragma once

#include "core/mapping/pack.hpp"

#include <map>
#include <memory>
#include <string>

namespace tandem::pipeline {

struct Source {
    std::shared_ptr<const mapping::BoundPack> pack;
    std::string region;    // for telephone numbers without a country prefix
    int precedence = 100;  // lower wins where two sources disagree about one interaction
};

using Sources = std::map<std::string, Source, std::less<>>;  // by instance name

}  // namespace tandem::pipeline
