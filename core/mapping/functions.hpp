// The functions that Tandem adds to JMESPath for packs. One table, from which documentation is generated and whose
// examples are tests.
#pragma once

#include "core/base/secret.hpp"
#include "core/expr/functions.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mapping {

class Program;

// What Context::host points to when an expression of this table runs. Without a program or secrets the functions that
// need them find nothing.
struct FunctionHost {
    const Program* program = nullptr;
    const std::map<std::string, std::vector<Secret>>* secrets = nullptr;
    std::string_view region;  // ISO country of numbers without prefix
};

// JMESPath's functions and Tandem's.
const expr::FunctionTable& pack_functions();

}  // namespace tandem::mapping
