// Cursors of connectors in the store: each is written with what it stands for, by the pipeline.
#pragma once

#include "core/async/offload.hpp"
#include "core/connector/supervisor.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/store/store.hpp"

namespace tandem::tool {

class StoreCursors final : public connector::Cursors {
public:
    // All outlive this.
    StoreCursors(store::Store& store, pipeline::Pipeline& pipeline, const async::Pool& readers)
        : store_(store), pipeline_(pipeline), readers_(readers) {}

    async::Task<Result<std::optional<connector::Cursor>>> load(std::string instance,
                                                               connector::StreamName stream) override;
    void advance(const std::string& instance,
                 const connector::StreamName& stream,
                 connector::Cursor cursor,
                 journal::Position position) override;

private:
    store::Store& store_;
    pipeline::Pipeline& pipeline_;
    const async::Pool& readers_;
};

}  // namespace tandem::tool
