#include "tools/tandem/terminal.hpp"

#include "core/data/json.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>
#include <unistd.h>

namespace tandem::tool {
namespace {

constexpr std::size_t kInputLimit = 64 << 20;

Result<std::string> read_stream(std::istream& in, const std::string& name) {
    std::string out;
    char buffer[64 * 1024];
    while (in.read(buffer, sizeof(buffer)) || in.gcount() > 0) {
        out.append(buffer, static_cast<std::size_t>(in.gcount()));
        if (out.size() > kInputLimit) return fail(rejected(name + " is larger than 64 MiB"));
    }
    return out;
}

}  // namespace

Result<std::string> read_input(const std::string& path) {
    if (path == "-") return read_stream(std::cin, "standard input");
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(not_found("cannot read " + path + ": " + std::generic_category().message(errno)));
    if (std::filesystem::is_directory(path)) return fail(not_found("cannot read " + path + ": it is a folder"));
    return read_stream(in, path);
}

bool stdout_is_terminal() {
    return ::isatty(STDOUT_FILENO) == 1;
}

void print_json(data::Value value) {
    print_line(stdout_is_terminal() ? data::to_pretty_json(value) : data::to_json(value));
}

void print_line(std::string_view line) {
    std::cout << line << '\n';
}

int complain(std::string_view text, int code) {
    std::cout.flush();
    std::cerr << "tandem: " << text << '\n';
    return code;
}

void print_diagnostics(const config::Diagnostics& diagnostics) {
    std::cout.flush();
    std::cerr << diagnostics.to_text();
}

}  // namespace tandem::tool
