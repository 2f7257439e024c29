// Writes a JSON document member by member into one string: what the API answers is built once and sent. Keys and
// nesting are the caller's duty; text is escaped here.
#pragma once

#include "core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::api {

class JsonWriter {
public:
    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    void key(std::string_view name);

    void text(std::string_view value);
    void number(std::int64_t value);
    void number(std::uint64_t value);
    void boolean(bool value);
    void null();
    void raw(std::string_view json);  // one complete JSON value, e.g. a stored document

    void member(std::string_view name, std::string_view value) { key(name), text(value); }
    void member(std::string_view name, Instant value) { member(name, std::string_view(format_time(value))); }
    void member(std::string_view name, std::uint64_t value) { key(name), number(value); }
    void flag(std::string_view name, bool value) { key(name), boolean(value); }
    // Nothing when there is nothing to say.
    void member_if(std::string_view name, std::string_view value) {
        if (!value.empty()) member(name, value);
    }
    void member_if(std::string_view name, const std::optional<Instant>& value) {
        if (value) member(name, *value);
    }

    std::string take() { return std::move(out_); }

private:
    void open(char bracket);
    void close(char bracket);
    void separate();

    std::string out_;
    bool comma_ = false;
};

}  // namespace tandem::api
