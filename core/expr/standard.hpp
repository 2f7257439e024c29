// The functions of the JMESPath specification, by subject. Private to core/expr.
#pragma once

#include "core/expr/functions.hpp"

#include <vector>

namespace tandem::expr {

std::vector<Function> number_functions();
std::vector<Function> text_functions();
std::vector<Function> list_functions();
std::vector<Function> object_functions();
std::vector<Function> type_functions();

}  // namespace tandem::expr
