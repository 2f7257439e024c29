#include "tests/mappings/providers.hpp"

#include "core/data/json.hpp"

#include <gtest/gtest.h>

namespace tandem::testing {

using data::Value;

Providers::Providers() {
    config::Diagnostics diagnostics;
    table_ = config::load_yaml(TANDEM_SOURCE_DIR "/tests/mappings/settings.yaml", diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
}

std::string Providers::pack_of(std::string_view provider) const {
    return table_.get(provider).get("pack").text();
}

std::string Providers::signing_query_of(std::string_view provider) const {
    return table_.get(provider).get("sign").text();
}

std::string Providers::settings_of(std::string_view provider, Value config) const {
    data::Arena arena;
    const auto row = table_.get(provider);
    const auto names = row.get("settings");
    data::ArenaList<data::Member> members(arena);
    for (const auto& member : config.is_object() ? config.members() : std::span<const data::Member>()) {
        const auto name = names.get(member.key);
        if (name && name.kind() == config::NodeKind::Null) continue;
        members.push_back({name ? arena.copy(name.text()) : member.key, member.value});
    }
    if (const auto fixed = row.get("set"); fixed) {
        const auto values = fixed.to_value(arena);
        for (const auto& member : values.members())
            members.push_back(member);
    }
    return data::to_json(Value::object(members.items()));
}

}  // namespace tandem::testing
