#include "core/api/query.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <charconv>

namespace tandem::api {
namespace {

constexpr std::size_t kMaxParameters = 64;

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

std::string with_suggestion(std::string sentence, std::string_view word, const std::vector<std::string>& candidates) {
    if (auto meant = did_you_mean(word, candidates)) sentence += ", did you mean " + quoted(*meant) + "?";
    return sentence;
}

std::optional<Problem> check_value(const Parameter& parameter, std::string_view value) {
    const std::string name(parameter.name);
    if (parameter.type == ParameterType::Integer) {
        const auto number = parse_integer(value);
        if (!number || *number < parameter.least || *number > parameter.most) {
            auto range = parameter.most == std::numeric_limits<std::int64_t>::max()
                             ? "from " + std::to_string(parameter.least)
                             : "from " + std::to_string(parameter.least) + " to " + std::to_string(parameter.most);
            return bad_parameter(name, quoted(name) + " must be a whole number " + range);
        }
    }
    if (parameter.type == ParameterType::Flag && value != "1" && value != "0") {
        return bad_parameter(name, quoted(name) + " must be 1 or 0");
    }
    if (!parameter.one_of.empty() && std::ranges::find(parameter.one_of, value) == parameter.one_of.end()) {
        return bad_parameter(
            name, with_suggestion(quoted(value) + " is no value of " + quoted(name), value, parameter.one_of));
    }
    return std::nullopt;
}

std::optional<Problem> check_known(const Query& query, const std::vector<Parameter>& parameters) {
    for (const auto& [name, value] : query.all()) {
        const auto known = [&](const Parameter& parameter) { return parameter.name == name; };
        if (std::ranges::any_of(parameters, known)) continue;
        std::vector<std::string> names;
        for (const auto& parameter : parameters)
            names.emplace_back(parameter.name);
        return bad_parameter(name, with_suggestion("there is no parameter " + quoted(name) + " here", name, names));
    }
    return std::nullopt;
}

}  // namespace

Query Query::parse(std::string_view text, PlusSign plus) {
    Query query;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view();
        const bool plus_is_space = plus == PlusSign::IsSpace;
        query.all_.emplace_back(percent_decode(pair.substr(0, equals), plus_is_space),
                                percent_decode(value, plus_is_space));
    }
    return query;
}

std::optional<std::string_view> Query::get(std::string_view name) const {
    for (const auto& [key, value] : all_) {
        if (key == name && !value.empty()) return value;
    }
    return std::nullopt;
}

std::vector<std::string> Query::list(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : all_) {
        if (key != name) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(','), rest.size());
            if (const auto item = trim_ascii(rest.substr(0, end)); !item.empty()) values.emplace_back(item);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return values;
}

std::int64_t Query::integer(std::string_view name, std::int64_t otherwise) const {
    const auto value = get(name);
    return value ? parse_integer(*value).value_or(otherwise) : otherwise;
}

std::optional<Problem> check(const Query& query, const std::vector<Parameter>& parameters, bool tolerant) {
    if (query.all().size() > kMaxParameters) return bad_parameter({}, "there are too many parameters");
    for (const auto& [name, value] : query.all()) {
        if (!valid_utf8(name) || !valid_utf8(value)) {
            return bad_parameter(sanitize_utf8(name), "the parameter is not UTF-8 text");
        }
    }
    if (!tolerant) {
        if (auto problem = check_known(query, parameters)) return problem;
    }
    for (const auto& parameter : parameters) {
        const auto same_name = [&](const auto& pair) { return pair.first == parameter.name; };
        const auto times = std::ranges::count_if(query.all(), same_name);
        const std::string name(parameter.name);
        if (times > 1 && !parameter.list) return bad_parameter(name, quoted(name) + " is given more than once");
        const auto value = query.get(parameter.name);
        if (!value && parameter.required) return bad_parameter(name, quoted(name) + " is missing");
        if (!value) continue;
        if (parameter.list) {
            for (const auto& item : query.list(parameter.name)) {
                if (auto problem = check_value(parameter, item)) return problem;
            }
        } else if (auto problem = check_value(parameter, *value)) {
            return problem;
        }
    }
    return std::nullopt;
}

}  // namespace tandem::api
