#include "core/config/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace tandem::config {
namespace {

std::unexpected<Error> failure(int code) {
    return fail(not_found("cannot read the file: " + std::generic_category().message(code)));
}

}  // namespace

Result<std::string> read_bounded(const std::string& path, std::size_t limit) {
    auto close = [](std::FILE* file) { std::fclose(file); };
    std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
    if (!file) return failure(errno);
    std::string text;
    std::array<char, 64 * 1024> block;
    while (text.size() < limit) {
        auto count = std::fread(block.data(), 1, std::min(block.size(), limit - text.size()), file.get());
        text.append(block.data(), count);
        if (count == 0) break;
    }
    if (std::ferror(file.get()) != 0) return failure(errno);
    return text;
}

}  // namespace tandem::config
