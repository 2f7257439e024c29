// What the language allows and hardly anybody means. Not part of compiling: for tools that read expressions of people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::expr {

struct Remark {
    std::string text;
    std::size_t column;  // 1-based, in bytes of the expression
};

// In the order of the text; none for an expression that does not compile.
std::vector<Remark> lint(std::string_view text);

// A field that the expression reads of the document it runs on, first of a path.
struct RootField {
    std::string name;
    std::size_t column;  // 1-based, in bytes of the expression
};

// In the order of the text, for those who know what the document holds.
std::vector<RootField> root_fields(std::string_view text);

}  // namespace tandem::expr
