// Documentation and editor support made from the tables that the engine itself works with, so that they cannot differ.
#pragma once

#include <string>

namespace tandem::mapping {

// Markdown tables for mappings/README.md.
std::string schemes_markdown();
std::string pack_functions_markdown();

// JSON Schema (draft-07) of pack files, for editors: mappings/pack.schema.json.
std::string pack_json_schema();

}  // namespace tandem::mapping
