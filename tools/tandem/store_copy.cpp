#include "tools/tandem/store_copy.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tandem::tool {
namespace {

std::unexpected<Error> refuse(const std::filesystem::path& folder, const std::string& why) {
    return fail(config_error("the dry run works on a copy of the store in " + folder.string() + ": " + why));
}

void empty_folder(const std::filesystem::path& folder) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        std::filesystem::remove_all(entry.path(), ignored);
}

}  // namespace

Result<std::unique_ptr<StoreCopy>> StoreCopy::make(store::SqliteStoreOptions options) {
    const auto folder = options.file.parent_path() / "dry-run";
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return refuse(folder, std::strerror(errno));
    const int lock = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0) return refuse(folder, std::strerror(errno));
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        ::close(lock);
        return refuse(folder, "another one is under way there");
    }
    std::unique_ptr<StoreCopy> out(new StoreCopy(folder, lock));
    empty_folder(folder);
    const auto original = std::exchange(options.file, folder / "store.db");
    if (auto copied = store::copy_sqlite_store(original, options.file); !copied) return fail(std::move(copied.error()));
    auto store = store::open_sqlite_store(options);
    if (!store) return fail(std::move(store.error()));
    out->store_ = std::move(*store);
    return out;
}

StoreCopy::~StoreCopy() {
    store_.reset();
    empty_folder(folder_);
    ::rmdir(folder_.c_str());
    ::close(lock_);
}

}  // namespace tandem::tool
