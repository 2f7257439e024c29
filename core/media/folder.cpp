#include "core/media/folder.hpp"

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <span>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace tandem::media {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kFolderMode = 0700;

Error system_error(std::string_view what) {
    return full(std::string(what) + ": " + std::strerror(errno));
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return number_; }
    bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

private:
    int number_;
};

// What is written stays when the power goes only after its folder is synced too.
bool sync_folder(const std::filesystem::path& folder) {
    const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return open.number() >= 0 && ::fsync(open.number()) == 0;
}

bool make_folder(const std::filesystem::path& folder) {
    if (::mkdir(folder.c_str(), kFolderMode) == 0) return sync_folder(folder.parent_path());
    return errno == EEXIST;
}

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto size = ::write(descriptor, bytes.data(), bytes.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

bool write_file(const std::filesystem::path& file, std::string_view bytes) {
    Descriptor open(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
    return open.number() >= 0 && write_all(open.number(), bytes) && ::fsync(open.number()) == 0 && open.close();
}

std::string random_name() {
    std::array<std::uint8_t, 16> bytes{};
    random_bytes(bytes.data(), bytes.size());
    return hex(bytes);
}

std::string hex_of(std::string_view bytes) {
    return hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace

FileReader::~FileReader() {
    ::close(descriptor_);
}

Result<std::string> FileReader::read(std::size_t size) {
    std::string out(size, '\0');
    ssize_t got = 0;
    do {
        got = ::read(descriptor_, out.data(), out.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) return fail(transient(std::string("the file cannot be read: ") + std::strerror(errno)));
    out.resize(static_cast<std::size_t>(got));
    return out;
}

Result<void> Folder::open() {
    std::error_code error;
    std::filesystem::create_directories(root_, error);
    if (!error) std::filesystem::remove_all(unfinished(), error);
    if (error) return fail(config_error("the folder for media, " + root_.string() + ": " + error.message()));
    if (!make_folder(unfinished())) {
        return fail(config_error("the folder for media, " + root_.string() + ": " + std::strerror(errno)));
    }
    return {};
}

Result<void> Folder::room_for(std::uint64_t bytes, std::uint64_t used) const {
    if (used + bytes > limits_.max_total) {
        return fail(full("the folder for media holds " + std::to_string(used) + " bytes, its limit is " +
                         std::to_string(limits_.max_total)));
    }
    struct statvfs disk{};
    if (::statvfs(root_.c_str(), &disk) != 0) return fail(system_error("the folder for media"));
    const auto available = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    if (available >= limits_.reserve + bytes) return {};
    return fail(full("the disk of the folder for media has " + std::to_string(available) + " free bytes, " +
                     std::to_string(limits_.reserve) + " are kept for other data"));
}

Result<std::string> Folder::keep(std::string_view bytes) const {
    const auto digest = tandem::sha512(bytes);
    std::string sha512(reinterpret_cast<const char*>(digest.data()), digest.size());
    const auto file = path_of(sha512);
    struct stat known{};
    // A file under its name is whole; another size means that somebody else was at it, and it is written again.
    if (::stat(file.c_str(), &known) == 0 && static_cast<std::uint64_t>(known.st_size) == bytes.size()) return sha512;
    const auto draft = unfinished() / random_name();
    if (!write_file(draft, bytes) || !make_folder(file.parent_path()) || ::rename(draft.c_str(), file.c_str()) != 0 ||
        !sync_folder(file.parent_path())) {
        Error error = system_error("a file of media cannot be written");
        ::unlink(draft.c_str());
        return fail(std::move(error));
    }
    return sha512;
}

Result<std::shared_ptr<FileReader>> Folder::read(std::string_view sha512) const {
    const int descriptor = ::open(path_of(sha512).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return fail(not_found("the file is not in the folder for media"));
    return std::make_shared<FileReader>(descriptor);
}

std::filesystem::path Folder::path_of(std::string_view sha512) const {
    const auto name = hex_of(sha512);
    return root_ / name.substr(0, 2) / name;
}

}  // namespace tandem::media
