// Cuts the octets of a server into responses. Literals may stand anywhere; framing rests on their counts alone, so the
// text of a mail can never look like an answer. Bounded in everything. Pure.
#pragma once

#include "connectors/imap/response.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::imap {

struct ReaderLimits {
    std::size_t line = 16U << 20;     // octets of a response besides its literals
    std::size_t literals = 4U << 20;  // octets of literals that are kept of one response; further ones are dropped
    std::uint64_t literal = 1ULL << 32;
    std::size_t depth = 100;
    std::size_t values = 20'000;
};

class ResponseReader {
public:
    explicit ResponseReader(ReaderLimits limits = {}) : limits_(limits) {}

    void feed(std::string_view octets);
    std::vector<Response> take() { return std::exchange(ready_, {}); }
    // What is no IMAP: nothing more is read.
    const std::optional<std::string>& fault() const { return fault_; }
    // A response has begun.
    bool partial() const { return open_ || !line_.empty(); }

private:
    void feed_literal(std::string_view& octets);
    void segment(std::string_view text);
    std::string_view begin(std::string_view text);
    void begin_condition(std::string_view rest);
    bool tokens(std::string_view text);
    void string_token(std::string_view& text);
    bool atom_token(std::string_view& text);
    bool literal_token(std::string_view& text);
    Value* add(Value::Kind kind);
    void begin_literal(std::uint64_t size, std::string& into);
    void finish();

    const ReaderLimits limits_;
    std::vector<Response> ready_;
    std::optional<std::string> fault_;
    std::string line_;
    Response response_;
    std::vector<std::vector<Value>*> open_lists_;
    std::size_t line_octets_ = 0;
    std::size_t values_ = 0;
    std::size_t kept_ = 0;
    std::uint64_t literal_left_ = 0;
    std::string* literal_into_ = nullptr;
    bool* literal_cut_ = nullptr;
    bool open_ = false;        // a response has begun and is not finished
    bool in_section_ = false;  // the last value is an atom whose bracket is open
};

}  // namespace tandem::imap
