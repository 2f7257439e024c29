// Reading files and writing to people: errors on stderr, results on stdout, colour only on a terminal.
#pragma once

#include "core/base/result.hpp"
#include "core/config/diagnostics.hpp"
#include "core/data/value.hpp"

#include <string>
#include <string_view>

namespace tandem::tool {

// The file's bytes, "-" for standard input. At most 64 MiB.
Result<std::string> read_input(const std::string& path);

bool stdout_is_terminal();

// One line of JSON for scripts, indented on a terminal.
void print_json(data::Value value);
void print_line(std::string_view line);

// "tandem: text" on stderr; returns `code` so that callers can pass it on.
int complain(std::string_view text, int code = 1);
// Findings with their positions on stderr.
void print_diagnostics(const config::Diagnostics& diagnostics);

}  // namespace tandem::tool
