// What one webhook costs: judging it before it is stored, and mapping the stored event, parse included. The requests
// are the first accepted case beside each shipped pack, so they are what vendors send.
#include "core/config/node.hpp"
#include "core/mapping/pack_tests.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

namespace tandem::mapping {
namespace {

struct Subject {
    std::string name;
    BoundPack pack;
    TestRequest request;
    std::vector<RequestHeader> headers;
    std::string envelope;
    std::string content_type;

    Request view() const { return {request.method, request.url, headers, request.body, request.received_at}; }
};

void receive(benchmark::State& state, const Subject& subject) {
    data::Arena arena;
    for (auto _ : state) {
        arena.reset();
        auto reception = subject.pack.receive(subject.view(), arena);
        benchmark::DoNotOptimize(reception);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void map(benchmark::State& state, const Subject& subject) {
    data::Arena arena;
    const StoredRequest event{subject.envelope, subject.content_type, subject.request.body,
                              subject.request.received_at};
    for (auto _ : state) {
        arena.reset();
        auto mapped = subject.pack.map(event, arena);
        benchmark::DoNotOptimize(mapped);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * subject.request.body.size()));
}

// The first case that is stored and gives one snapshot.
std::shared_ptr<Subject> subject(const std::string& path, const std::string& tests_path) {
    config::Diagnostics diagnostics;
    auto pack = Pack::compile(config::load_yaml(path, diagnostics), diagnostics);
    if (!pack) {
        std::fprintf(stderr, "%s", diagnostics.to_text().c_str());
        std::exit(1);
    }
    for (auto& request : test_requests(pack, config::load_yaml(tests_path, diagnostics), diagnostics)) {
        BoundPack bound(pack, request.settings, request.instance, request.region);
        auto out = std::make_shared<Subject>(pack->name() + "/" + request.name, std::move(bound), std::move(request));
        for (const auto& [name, value] : out->request.headers) {
            out->headers.push_back({name, value});
            if (name == "Content-Type") out->content_type = value;
        }
        data::Arena arena;
        auto reception = out->pack.receive(out->view(), arena);
        if (!reception.store) continue;
        out->envelope = reception.envelope;
        auto mapped =
            out->pack.map({out->envelope, out->content_type, out->request.body, out->request.received_at}, arena);
        if (mapped.records.size() == 1 && mapped.records[0].kind == RecordKind::Snapshot) return out;
    }
    return nullptr;
}

void add_all(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const auto tests = entry.path().string();
        constexpr std::string_view kSuffix = ".tests.yaml";
        if (!tests.ends_with(kSuffix)) continue;
        auto found = subject(tests.substr(0, tests.size() - kSuffix.size()) + ".yaml", tests);
        if (!found) continue;
        benchmark::RegisterBenchmark(("receive/" + found->name).c_str(),
                                     [found](benchmark::State& state) { receive(state, *found); });
        benchmark::RegisterBenchmark(("map/" + found->name).c_str(),
                                     [found](benchmark::State& state) { map(state, *found); });
    }
}

}  // namespace
}  // namespace tandem::mapping

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    tandem::mapping::add_all(argc > 1 ? argv[1] : TANDEM_SOURCE_DIR "/mappings");
    benchmark::RunSpecifiedBenchmarks();
}
