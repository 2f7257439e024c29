#include "tools/tandem/key_file.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "core/config/file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace tandem::tool {
namespace {

constexpr std::size_t kKeyBytes = 32;

Error system_error(const std::string& what) {
    return config_error(what + ": " + std::strerror(errno));
}

// Written under another name, synced, then linked: the key file is whole or absent, and never overwritten.
Result<void> write_key(const std::filesystem::path& file, const std::string& text) {
    auto temporary = file;
    temporary += ".new";
    int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) return fail(system_error("cannot write " + temporary.string()));
    bool ok =
        ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(descriptor) == 0;
    ok = ::close(descriptor) == 0 && ok;
    if (!ok || (::link(temporary.c_str(), file.c_str()) != 0 && errno != EEXIST)) {
        return fail(system_error("cannot write " + file.string()));
    }
    ::unlink(temporary.c_str());
    int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
    return {};
}

}  // namespace

Result<Secret> key_in(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) {
        std::array<std::uint8_t, kKeyBytes> bytes{};
        random_bytes(bytes.data(), bytes.size());
        if (auto ok = write_key(file, hex(bytes) + "\n"); !ok) return fail(std::move(ok.error()));
    }
    auto text = config::read_bounded(file.string(), 4096);
    if (!text) return fail(std::move(text.error()));
    auto key = std::string(trim_ascii(*text));
    if (key.size() < kKeyBytes) return fail(config_error(file.string() + " holds no key (too short)"));
    return Secret(std::move(key));
}

}  // namespace tandem::tool
