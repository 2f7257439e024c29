// What instances have emitted, read from the journal's file by a connection of its own on the reader pool.
#pragma once

#include "core/async/offload.hpp"
#include "core/connector/supervisor.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace tandem::tool {

class JournalArchive final : public connector::Archive {
public:
    // `readers` outlives this.
    JournalArchive(std::filesystem::path file, const async::Pool& readers)
        : file_(std::move(file)), readers_(readers) {}

    async::Task<Result<std::vector<journal::Event>>> recall(std::string instance, connector::Recall what) override;

private:
    const std::filesystem::path file_;
    const async::Pool& readers_;
};

}  // namespace tandem::tool
