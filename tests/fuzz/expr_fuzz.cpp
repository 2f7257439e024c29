// An expression in the first line, a JSON document behind it: whatever they are, compiling and evaluating end soon,
// within the limits, and the result can be written.
#include "core/data/json.hpp"
#include "core/expr/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void evaluate(std::string_view text, std::string_view document, bool legacy) {
    using namespace tandem;
    auto expression = expr::Expression::compile(text, {.legacy_literals = legacy});
    if (!expression) {
        if (expression.error().column == 0 || expression.error().column > text.size() + 1) std::abort();
        return;
    }
    data::Arena arena;
    auto parsed = data::parse_json(document, arena);
    expr::Limits limits{.steps = 20'000, .memory = 1 << 20};
    auto used = arena.used();
    auto value = expression->evaluate(parsed.value_or(data::Value()), {.arena = arena, .limits = limits});
    // A function may overshoot by what its arguments are large, not by more.
    if (arena.used() - used > 2 * limits.memory + 16 * document.size() + 65'536) std::abort();
    if (value && data::to_json(*value).size() > (std::size_t(1) << 27)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(bytes), size);
    auto line = input.find('\n');
    auto text = input.substr(0, line);
    auto document = line == std::string_view::npos ? std::string_view() : input.substr(line + 1);
    evaluate(text, document, size % 2 == 1);
    return 0;
}
