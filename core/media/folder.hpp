// Files by the hash of their bytes: media/ab/abcd…(SHA-512, hex). A file under its name is whole and on the disk; what
// is being written has another name and is removed by the next start.
//
// Blocks on the disk. Any thread; one process (the lock of the data folder).
#pragma once

#include "core/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace tandem::media {

struct FolderLimits {
    std::uint64_t max_total = 0;  // bytes of all files together
    std::uint64_t reserve = 0;    // free bytes of the disk that are left to the journal and the store
};

// An open file; read from front to end.
class FileReader {
public:
    explicit FileReader(int descriptor) : descriptor_(descriptor) {}
    ~FileReader();
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    // The next bytes, at most `size`; empty at the end. Failure: Transient.
    Result<std::string> read(std::size_t size);

private:
    const int descriptor_;
};

class Folder {
public:
    Folder(std::filesystem::path root, FolderLimits limits) : root_(std::move(root)), limits_(limits) {}

    // Makes the folder and removes what an earlier process left half-written. Failure: Config.
    Result<void> open();

    // Whether `bytes` more fit beside the `used` ones that are here. Full with a sentence for people.
    Result<void> room_for(std::uint64_t bytes, std::uint64_t used) const;

    // Returns when the bytes are on the disk: the 64 bytes of their hash. Full when they cannot be written.
    Result<std::string> keep(std::string_view bytes) const;

    // NotFound when there is none.
    Result<std::shared_ptr<FileReader>> read(std::string_view sha512) const;

    std::filesystem::path path_of(std::string_view sha512) const;

private:
    std::filesystem::path unfinished() const { return root_ / "unfinished"; }

    const std::filesystem::path root_;
    const FolderLimits limits_;
};

}  // namespace tandem::media
