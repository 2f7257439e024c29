// A disk that can be full: a SQLite VFS that becomes the default and gives files only so many bytes to grow by.
// Reading, overwriting and truncating go on, as on a real full disk.
#pragma once

#include <cstdint>

namespace tandem::test {

class FaultyDisk {
public:
    FaultyDisk();   // at most one at a time, made before any database is opened
    ~FaultyDisk();  // after every database is closed
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    void limit(std::int64_t bytes);  // bytes that all files together may still grow by
    void unlimited();
    void fail_writes(bool on);  // every write fails with an I/O error
    std::int64_t refused() const;
};

}  // namespace tandem::test
