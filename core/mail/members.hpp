// Small conveniences for writing documents into an arena. Private to core/mail.
#pragma once

#include "core/base/time.hpp"
#include "core/data/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {

class Members {
public:
    explicit Members(data::Arena& arena, std::size_t reserve = 8) : arena_(arena), list_(arena, reserve) {}

    void add(std::string_view key, data::Value value) { list_.push_back({key, value}); }
    void text(std::string_view key, std::string_view value) { add(key, data::make_string(arena_, value)); }
    void text_or_null(std::string_view key, std::string_view value) {
        add(key, value.empty() ? data::Value() : data::make_string(arena_, value));
    }
    void time(std::string_view key, const std::optional<Instant>& at) {
        add(key, at ? data::make_string(arena_, format_time(*at)) : data::Value());
    }
    void flag(std::string_view key, bool value) { add(key, data::Value::boolean(value)); }
    void number(std::string_view key, std::size_t value) { add(key, data::Value::unsigned_integer(value)); }
    void texts(std::string_view key, const std::vector<std::string>& values) { add(key, list(values)); }

    data::Value list(const std::vector<std::string>& values) {
        data::ArenaList<data::Value> out(arena_, values.size());
        for (const auto& value : values)
            out.push_back(data::make_string(arena_, value));
        return data::Value::array(out.items());
    }
    data::Value object() const { return data::Value::object(list_.items()); }
    data::Arena& arena() { return arena_; }

private:
    data::Arena& arena_;
    data::ArenaList<data::Member> list_;
};

}  // namespace tandem::mail
