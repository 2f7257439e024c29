// What commands that work beside a gateway (or without one) open: its configuration, store and journal, the latter for
// reading only.
#pragma once

#include "core/base/time.hpp"
#include "core/journal/reader.hpp"
#include "core/pipeline/replay.hpp"
#include "core/store/store.hpp"
#include "tools/tandem/assembly.hpp"
#include "tools/tandem/store_copy.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>

namespace tandem::tool {

// -c, --config; default: $TANDEM_CONFIG, else tandem.yaml.
void add_config_option(CLI::App& command, std::string& file);

enum class Writes { ToStore, ToCopy };  // a copy is gone with the Data: for dry runs

class Data {
public:
    // Complains on stderr and returns nullptr when something cannot be opened. Never creates a data folder: a wrong
    // path must not look like an empty gateway.
    static std::unique_ptr<Data> open(const std::string& config_file, Writes writes = Writes::ToStore);
    // The store only: works while a pack or another part of the configuration is being repaired.
    static std::unique_ptr<store::Store> open_store(const std::string& config_file);

    const Assembly& assembly() const { return assembly_; }
    store::Store& store() { return copy_ ? copy_->store() : *store_; }
    journal::Reader& journal() { return *journal_; }
    pipeline::ReplayContext replay_context();

private:
    Assembly assembly_;
    SystemClock clock_;
    pipeline::IdentityContext identity_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<StoreCopy> copy_;
    std::unique_ptr<journal::Reader> journal_;
};

}  // namespace tandem::tool
