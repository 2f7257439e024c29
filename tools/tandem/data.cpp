#include "tools/tandem/data.hpp"

#include "tools/tandem/store_options.hpp"
#include "tools/tandem/terminal.hpp"

#include <filesystem>

namespace tandem::tool {

void add_config_option(CLI::App& command, std::string& file) {
    file = "tandem.yaml";
    command.add_option("-c,--config", file, "Configuration file of the gateway")
        ->envname("TANDEM_CONFIG")
        ->capture_default_str();
}

std::unique_ptr<Data> Data::open(const std::string& config_file, Writes writes) {
    auto registry = make_registry();
    config::Diagnostics diagnostics;
    auto assembly = assemble(config_file, registry, diagnostics);
    if (!assembly) {
        print_diagnostics(diagnostics);
        return nullptr;
    }
    auto out = std::make_unique<Data>();
    out->assembly_ = std::move(*assembly);
    auto options = store_options(out->assembly_.config);
    if (!std::filesystem::exists(options.file)) {
        complain("no store at " + options.file.string() + ": this gateway has not run yet");
        return nullptr;
    }
    auto key = point_key(out->assembly_);
    auto store = store::open_sqlite_store(options);
    auto journal = journal::Reader::open(out->assembly_.journal_file());
    for (const auto* error :
         {key ? nullptr : &key.error(), store ? nullptr : &store.error(), journal ? nullptr : &journal.error()}) {
        if (error != nullptr) {
            complain(error->text);
            return nullptr;
        }
    }
    out->identity_ = identity_context(out->assembly_, std::move(*key));
    out->store_ = std::move(*store);
    out->journal_ = std::move(*journal);
    if (writes == Writes::ToStore) return out;
    auto copy = StoreCopy::make(options);
    if (!copy) {
        complain(copy.error().text);
        return nullptr;
    }
    out->copy_ = std::move(*copy);
    return out;
}

std::unique_ptr<store::Store> Data::open_store(const std::string& config_file) {
    config::Diagnostics diagnostics;
    const auto config = config::load_gateway(config_file, config::Environment::of_process(), diagnostics);
    const auto options = store_options(config);
    if (!std::filesystem::exists(options.file)) {
        print_diagnostics(diagnostics);
        if (!options.file.empty()) complain("no store at " + options.file.string() + ": this gateway has not run yet");
        return nullptr;
    }
    auto store = store::open_sqlite_store(options);
    if (!store) {
        complain(store.error().text);
        return nullptr;
    }
    return std::move(*store);
}

pipeline::ReplayContext Data::replay_context() {
    return {*journal_, store(), *assembly_.sources, identity_, clock_, assembly_.config.gateway.node};
}

}  // namespace tandem::tool
