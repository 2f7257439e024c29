// Lines as they were stored, in order, into a book: what a connection that broke left behind, character sets, and what
// cannot be read. The same for lines that just came and for those of an earlier run. Pure.
//
// A record that is cut off by the end of its connection waits for the next line of the same peer: a switch that sends
// the whole record again makes it superfluous, one that sends the rest completes it; else it is unreadable.
#pragma once

#include "connectors/avaya_records/book.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tandem::avaya_records {

struct StoredLine {
    std::string id;  // of its event
    std::string raw;
    std::string peer;
    std::uint64_t connection = 0;
    Instant at{};
    bool cut = false;  // its connection ended before the line did
};

struct Heard {
    Reading reading;
    std::string line;  // id of the line it is about
    std::string text;
};

class Interpreter {
public:
    // `book` outlives it. `charset`: of octets that are no UTF-8; empty: Latin-1.
    Interpreter(Book& book, std::string charset) : book_(book), charset_(std::move(charset)) {}

    void take(const StoredLine& line, std::vector<Heard>& heard);

private:
    struct Tail {
        std::string text;
        std::string line;
        std::uint64_t connection = 0;
        Instant at{};
    };

    void keep(const StoredLine& line, std::string text, std::vector<Heard>& heard);
    // What becomes of `text` by the tail that its peer left.
    std::string complete(const StoredLine& line, std::string text, std::vector<Heard>& heard);

    Book& book_;
    const std::string charset_;
    std::map<std::string, Tail> tails_;  // by peer
};

}  // namespace tandem::avaya_records
