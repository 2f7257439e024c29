// Query strings and forms, and their check against what an endpoint says it takes. Pure.
#pragma once

#include "core/api/problem.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::api {

// Items of a list that is read page by page.
inline constexpr std::int64_t kDefaultPage = 50;
inline constexpr std::int64_t kMaxPage = 200;

enum class ParameterType { Text, Integer, Flag };

// One row of an endpoint's parameter table: checked here, shown in /openapi.json.
struct Parameter {
    std::string_view name;
    std::string_view description;
    ParameterType type = ParameterType::Text;
    bool required = false;
    bool list = false;  // may be repeated or comma-separated
    std::int64_t least = 0;
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
    std::vector<std::string> one_of = {};  // empty: any text
    std::string_view example = {};
};

enum class PlusSign { IsPlus, IsSpace };

class Query {
public:
    // '+' stays '+' in addresses: people write ?point=tel:+7495... by hand and consoles fill templates without
    // encoding. Forms (application/x-www-form-urlencoded bodies) mean a space by it.
    static Query parse(std::string_view text, PlusSign plus = PlusSign::IsPlus);

    // The first value of that name, or nullopt. An empty value counts as absent.
    std::optional<std::string_view> get(std::string_view name) const;
    // All values of a list parameter, commas taken apart.
    std::vector<std::string> list(std::string_view name) const;
    std::int64_t integer(std::string_view name, std::int64_t otherwise) const;  // checked before
    const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

private:
    std::vector<std::pair<std::string, std::string>> all_;
};

// Unknown names (with "did you mean"), repeats, missing ones, wrong types, text that is not UTF-8. With `tolerant`
// unknown names pass: consoles append their own.
std::optional<Problem> check(const Query& query, const std::vector<Parameter>& parameters, bool tolerant = false);

}  // namespace tandem::api
