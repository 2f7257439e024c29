// What one mail may cost. Whatever lies beyond is left out and named in `problems` of the document.
#pragma once

#include <cstddef>
#include <string_view>

namespace tandem::mail {

struct Limits {
    std::size_t parts = 1000;                     // a mail beyond that is cut there
    std::size_t depth = 50;                       // of multiparts in multiparts
    std::size_t header_lines = 50'000;            // of all headers together; a mail beyond that is cut there
    std::size_t header_bytes = 16 * 1024 * 1024;  // likewise
    std::size_t addresses = 5'000;                // of one list
    std::size_t ids = 1'000;                      // of References
    std::size_t text_bytes = 1024 * 1024;         // of readable text, as UTF-8
    std::size_t source_bytes = 4 * 1024 * 1024;   // of a text part that are read for it
    std::size_t attachments = 1'000;
    std::size_t headers = 200;            // values in `headers` of the document
    std::size_t header_value = 8 * 1024;  // bytes of each
    std::size_t received = 50;
    std::string_view default_charset = {};  // of undeclared 8-bit text that is not UTF-8; empty: it is guessed
};

}  // namespace tandem::mail
