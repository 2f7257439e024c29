#include "core/base/crypto.hpp"
#include "core/base/ids.hpp"
#include "core/base/text.hpp"
#include "core/data/decode.hpp"
#include "core/data/json.hpp"
#include "core/mapping/functions_impl.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/url.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace tandem::mapping {

using data::Value;
using expr::Call;
using expr::Outcome;

Outcome coalesce_function(Call& call) {
    for (std::size_t i = 0; i < call.size(); ++i) {
        const auto value = call.value(i);
        if (!value.is_null() && !(value.is_string() && value.size() == 0)) return value;
    }
    return Value();
}

Outcome html_text_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    return text_value(call, html_to_text(call.text(0)));
}

Outcome json_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    auto parsed = data::parse_json(call.text(0), call.arena());
    return parsed ? *parsed : Value();
}

Outcome digits_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    ScalarText text(call.value(0));
    std::string out;
    std::ranges::copy_if(text.view(), std::back_inserter(out), [](char c) { return c >= '0' && c <= '9'; });
    return text_value(call, out);
}

Outcome url_query_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    auto query = data::decode_form(split_url(call.text(0)).query, call.arena());
    return query ? *query : Value();
}

Outcome sha256_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    return text_value(call, hex(sha256(call.text(0))));
}

Outcome uuid5_function(Call& call) {
    const auto name_space = parse_uuid(call.text(0));
    if (!name_space) return call.invalid_value(0, "the name space is not a UUID");
    if (call.value(1).is_null()) return Value();
    return text_value(call, uuid_text(uuid5(*name_space, call.text(1))));
}

namespace {

struct NumberedMember {
    std::int64_t index;
    std::size_t place;  // of the name in the list
    Value value;

    std::pair<std::int64_t, std::size_t> order() const { return {index, place}; }
};

// The number behind `prefix` in `key`: "MediaUrl12" or "data[12]".
std::optional<std::int64_t> number_behind(std::string_view key, std::string_view prefix) {
    if (!key.starts_with(prefix)) return std::nullopt;
    key.remove_prefix(prefix.size());
    if (key.starts_with('[') && key.ends_with(']')) key = key.substr(1, key.size() - 2);
    constexpr std::size_t kMaxDigits = 9;
    if (key.empty() || key.size() > kMaxDigits) return std::nullopt;
    std::int64_t number = 0;
    const auto parsed = std::from_chars(key.data(), key.data() + key.size(), number);
    if (parsed.ptr != key.data() + key.size() || number < 0) return std::nullopt;
    return number;
}

}  // namespace

Outcome numbered_function(Call& call) {
    if (call.value(0).is_null()) return Value::array({});
    const auto names = call.value(1).items();
    const auto members = call.value(0).members();
    if (!call.spend(names.size() * members.size())) return call.too_much_work();
    std::vector<NumberedMember> found;
    for (const auto& member : members) {
        for (std::size_t place = 0; place < names.size(); ++place) {
            if (auto index = number_behind(member.key, names[place].as_string())) {
                found.push_back({*index, place, member.value});
            }
        }
    }
    std::ranges::sort(found, {}, &NumberedMember::order);
    data::ArenaList<Value> out(call.arena());
    for (std::size_t i = 0; i < found.size();) {
        data::ArenaList<data::Member> object(call.arena(), names.size() + 1);
        const auto index = found[i].index;
        object.push_back({"index", Value::integer(index)});
        for (; i < found.size() && found[i].index == index; ++i)
            object.push_back({names[found[i].place].as_string(), found[i].value});
        out.push_back(Value::object(object.items()));
    }
    return Value::array(out.items());
}

}  // namespace tandem::mapping
