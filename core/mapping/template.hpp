// Templates: the shape of a snapshot or receipt whose every leaf is an expression, flattened into arrays that are
// walked once per record. Private to the layer.
#pragma once

#include "core/data/arena.hpp"
#include "core/data/value.hpp"
#include "core/expr/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mapping {

// The variables that every expression of a pack can name, by their place in Context::values; those of `let` follow.
enum Slot : std::size_t { kBody, kItem, kIndex, kSettings, kInstance, kRequest, kEnvelope, kFixedSlots };

// One compiled expression and where it stands in the file, for errors.
struct Code {
    expr::Expression expression;
    std::string path;
    std::vector<std::uint32_t> needs{};     // slots of names that must have been computed before
    std::optional<std::uint32_t> direct{};  // the expression is nothing but the variable in this slot
};

// A name of `let`. It is computed when something first asks for it, unless its value would then differ.
struct Binding {
    std::size_t slot = 0;
    bool at_once = false;
    Code value;
};

// A name that waits to be computed, and the node its expression is about.
struct Pending {
    const Binding* binding = nullptr;
    data::Value current{};
};

// Makes $request when an expression first asks for it.
class RequestMaker {
public:
    virtual data::Value make_request() = 0;

protected:
    ~RequestMaker() = default;
};

// What one evaluation works with. `values` and `pending` are the caller's storage, Program::slots long.
struct Frame {
    data::Arena& arena;
    std::span<data::Value> values;
    std::span<Pending> pending;
    expr::Context context;            // over `arena` and `values`
    RequestMaker* request = nullptr;  // null once $request is there
    data::Value root{};
    std::size_t memory = 64 * 1024 * 1024;  // bytes of the arena at which rendering gives up
};

struct Failure {
    std::string reason;
    std::string path;
};

// Evaluates `code` on `current`. False after filling `failure`.
bool evaluate(const Code& code, data::Value current, Frame& frame, data::Value& out, Failure& failure);
// Makes names known; they are computed when they are needed. False after filling `failure` (names that cannot wait).
bool declare(std::span<const Binding> bindings, data::Value current, Frame& frame, Failure& failure);
// JMESPath's idea of truth: null, false, '', [] and {} are false.
bool truthy(data::Value value);

struct TemplateNode {
    enum class Kind : std::uint8_t { Constant, Expression, Object, List };
    Kind kind = Kind::Constant;
    bool text = false;          // Expression: a number becomes its text, because the schema wants one
    std::int32_t control = -1;  // index into Template::controls of an object with $each, $let or $if
    std::uint32_t first = 0;    // Expression: index into codes; Object: into members; List: into items
    std::uint32_t count = 0;
    data::Value constant{};
};

struct TemplateMember {
    std::string_view key;
    std::uint32_t node = 0;
};

// Indexes into Template::codes, -1 if absent.
struct TemplateControl {
    std::int32_t each = -1;
    std::int32_t condition = -1;
    std::vector<Binding> let;
};

struct Template {
    std::vector<TemplateNode> nodes;
    std::vector<TemplateMember> members;
    std::vector<std::uint32_t> items;
    std::vector<Code> codes;
    std::vector<TemplateControl> controls;
    std::uint32_t root = 0;
};

enum class Rendered { Value, Nothing, Failed };

// Renders the template on `item`; Nothing when $if or missing leaves left nothing. `spare` members are allocated behind
// those of the root object, for the caller to fill.
Rendered render(
    const Template& source, data::Value item, Frame& frame, std::size_t spare, data::Value& out, Failure& failure);

}  // namespace tandem::mapping
