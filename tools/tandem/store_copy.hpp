// A copy of the gateway's store for dry runs, in the folder `dry-run` beside it, so that what they count is what the
// same work would do. The folder goes with the object; one that was killed is removed by the next. One at a time.
#pragma once

#include "core/base/result.hpp"
#include "core/store/store.hpp"

#include <filesystem>
#include <memory>

namespace tandem::tool {

class StoreCopy {
public:
    // Takes as much room on the disk as the store. Failure: Full, Config (cannot be made, or another dry run goes on).
    static Result<std::unique_ptr<StoreCopy>> make(store::SqliteStoreOptions options);
    ~StoreCopy();
    StoreCopy(const StoreCopy&) = delete;
    StoreCopy& operator=(const StoreCopy&) = delete;

    store::Store& store() { return *store_; }

private:
    StoreCopy(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}

    std::filesystem::path folder_;
    int lock_;  // the folder's descriptor
    std::unique_ptr<store::Store> store_;
};

}  // namespace tandem::tool
