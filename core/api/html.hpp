// Writes HTML so that forgetting to escape is not possible: markup must be a literal of the program, everything else is
// text or an attribute value and goes through escape_html.
#pragma once

#include <string>
#include <string_view>

namespace tandem::api {

class Html {
public:
    // Only string literals: what users or vendors wrote cannot become markup.
    struct Markup {
        consteval Markup(const char* literal) : text(literal) {}  // NOLINT(google-explicit-constructor)
        std::string_view text;
    };

    Html& operator<<(Markup markup) {
        out_ += markup.text;
        return *this;
    }
    Html& text(std::string_view value);
    // ` name="value"`
    Html& attribute(Markup name, std::string_view value);
    // A finished piece that another Html made.
    Html& piece(const Html& other) {
        out_ += other.out_;
        return *this;
    }
    // A file compiled into the program (icons.svg).
    Html& embedded(std::string_view file) {
        out_ += file;
        return *this;
    }

    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

// The address if a browser may follow it: http or https, without control characters and spaces; empty otherwise.
std::string_view safe_link(std::string_view url);

// A file's name with `_` for what turns the direction of writing around (U+202A-202E, U+2066-2069): by them
// "invoice<U+202E>fdp.exe" is read as "invoiceexe.pdf".
std::string plain_direction(std::string_view name);

}  // namespace tandem::api
