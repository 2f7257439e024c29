#include "tests/support/faulty_disk.hpp"

#include <sqlite3.h>

#include <atomic>
#include <limits>

namespace tandem::test {
namespace {

std::atomic<std::int64_t> room{std::numeric_limits<std::int64_t>::max()};
std::atomic<bool> broken{false};
std::atomic<std::int64_t> refusals{0};

sqlite3_vfs* real() {
    static sqlite3_vfs* const found = sqlite3_vfs_find("unix");
    return found;
}

struct File {
    sqlite3_file base;  // first: SQLite knows the object by it
    sqlite3_file* inner;
};

sqlite3_file* inner(sqlite3_file* file) {
    return reinterpret_cast<File*>(file)->inner;
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    if (broken) return ++refusals, SQLITE_IOERR_WRITE;
    sqlite3_int64 have = 0;
    inner(file)->pMethods->xFileSize(inner(file), &have);
    const std::int64_t growth = offset + size - have;
    if (growth > 0) {
        if (growth > room) return ++refusals, SQLITE_FULL;
        room -= growth;
    }
    return inner(file)->pMethods->xWrite(inner(file), data, size, offset);
}

int close(sqlite3_file* file) {
    const int code = inner(file)->pMethods->xClose(inner(file));
    sqlite3_free(inner(file));
    return code;
}

const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = close,
    .xRead =
        [](sqlite3_file* f, void* d, int n, sqlite3_int64 o) { return inner(f)->pMethods->xRead(inner(f), d, n, o); },
    .xWrite = write,
    .xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return inner(f)->pMethods->xTruncate(inner(f), n); },
    .xSync = [](sqlite3_file* f, int flags) { return inner(f)->pMethods->xSync(inner(f), flags); },
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return inner(f)->pMethods->xFileSize(inner(f), n); },
    .xLock = [](sqlite3_file* f, int level) { return inner(f)->pMethods->xLock(inner(f), level); },
    .xUnlock = [](sqlite3_file* f, int level) { return inner(f)->pMethods->xUnlock(inner(f), level); },
    .xCheckReservedLock = [](sqlite3_file* f,
                             int* out) { return inner(f)->pMethods->xCheckReservedLock(inner(f), out); },
    .xFileControl =
        [](sqlite3_file* f, int op, void* arg) { return inner(f)->pMethods->xFileControl(inner(f), op, arg); },
    .xSectorSize = [](sqlite3_file* f) { return inner(f)->pMethods->xSectorSize(inner(f)); },
    .xDeviceCharacteristics = [](sqlite3_file* f) { return inner(f)->pMethods->xDeviceCharacteristics(inner(f)); },
    .xShmMap =
        [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
            return inner(f)->pMethods->xShmMap(inner(f), page, size, extend, out);
        },
    .xShmLock =
        [](sqlite3_file* f, int offset, int n, int flags) {
            return inner(f)->pMethods->xShmLock(inner(f), offset, n, flags);
        },
    .xShmBarrier = [](sqlite3_file* f) { inner(f)->pMethods->xShmBarrier(inner(f)); },
    .xShmUnmap = [](sqlite3_file* f, int remove) { return inner(f)->pMethods->xShmUnmap(inner(f), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* self = reinterpret_cast<File*>(file);
    self->inner = static_cast<sqlite3_file*>(sqlite3_malloc(real()->szOsFile));
    const int code = real()->xOpen(real(), name, self->inner, flags, out_flags);
    self->base.pMethods = code == SQLITE_OK ? &kMethods : nullptr;
    if (code != SQLITE_OK) sqlite3_free(self->inner);
    return code;
}

sqlite3_vfs* shim() {
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs out = *real();
        out.szOsFile = sizeof(File);
        out.pNext = nullptr;
        out.zName = "faulty";
        out.xOpen = open;
        return out;
    }();
    return &vfs;
}

}  // namespace

FaultyDisk::FaultyDisk() {
    unlimited();
    fail_writes(false);
    refusals = 0;
    sqlite3_vfs_register(shim(), 1);
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(shim());
    sqlite3_vfs_register(real(), 1);
}

void FaultyDisk::limit(std::int64_t bytes) {
    room = bytes;
}

void FaultyDisk::unlimited() {
    room = std::numeric_limits<std::int64_t>::max();
}

void FaultyDisk::fail_writes(bool on) {
    broken = on;
}

std::int64_t FaultyDisk::refused() const {
    return refusals;
}

}  // namespace tandem::test
