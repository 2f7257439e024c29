// The text of a text, number or boolean without allocating: keys of tables, digits, times that vendors write as either.
#pragma once

#include "core/data/value.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace tandem::mapping {

class ScalarText {
public:
    // Anything else than a scalar gives the empty text.
    explicit ScalarText(data::Value value) {
        switch (value.kind()) {
            case data::Kind::String:
                view_ = value.as_string();
                break;
            case data::Kind::Bool:
                view_ = value.as_bool() ? "true" : "false";
                break;
            case data::Kind::Int:
                write(value.as_int());
                break;
            case data::Kind::Uint:
                write(value.as_uint());
                break;
            case data::Kind::Double:
                write(value.as_double());
                break;
            default:
                break;
        }
    }
    ScalarText(const ScalarText&) = delete;
    ScalarText& operator=(const ScalarText&) = delete;

    std::string_view view() const { return view_; }

private:
    template <class Number>
    void write(Number number) {
        const auto end = std::to_chars(buffer_.data(), buffer_.data() + buffer_.size(), number).ptr;
        view_ = {buffer_.data(), static_cast<std::size_t>(end - buffer_.data())};
    }

    std::array<char, 32> buffer_;
    std::string_view view_;
};

}  // namespace tandem::mapping
