// Which pack maps the events of which connector instance. Immutable; replaced as a whole on reload.
#pragma once

#include "core/mapping/media.hpp"
#include "core/mapping/pack.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace tandem::pipeline {

struct Source {
    std::shared_ptr<const mapping::BoundPack> pack;
    std::string region;                              // for telephone numbers without a country prefix
    int precedence = 100;                            // lower wins where two sources disagree about one interaction
    std::optional<mapping::MediaAbilities> media{};  // set: files of its attachments are fetched
};

using Sources = std::map<std::string, Source, std::less<>>;  // by instance name

}  // namespace tandem::pipeline
