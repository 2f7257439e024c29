// Which attachments of a snapshot are fetched. Pure; thread-safe.
#pragma once

#include "core/data/value.hpp"
#include "core/mapping/media.hpp"
#include "core/store/store.hpp"

#include <vector>

namespace tandem::pipeline {

// At most 100 of one snapshot; `snapshot` fits the schema.
std::vector<store::MediaReference> media_references(data::Value snapshot, const mapping::MediaAbilities& abilities);

}  // namespace tandem::pipeline
