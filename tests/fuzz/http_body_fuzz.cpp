// Any body, content type and query, signed, judged and mapped by every shipped pack. The first byte chooses the pack,
// the second the method and content type; the rest is the query up to a line feed, then the body.
#include "core/config/node.hpp"
#include "core/data/json.hpp"
#include "core/mapping/outcome.hpp"
#include "core/mapping/program.hpp"
#include "core/model/snapshot.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::mapping {
namespace {

const std::vector<Secret> kSecrets = {Secret("hush")};

constexpr std::array kTypes = {"application/json", "application/x-www-form-urlencoded", "text/plain",
                               "multipart/form-data; boundary=x", ""};

// Shipped packs, every secret set to the same word.
std::vector<BoundPack> packs() {
    std::vector<BoundPack> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(TANDEM_SOURCE_DIR "/mappings")) {
        const auto path = entry.path().string();
        if (!path.ends_with(".yaml") || path.ends_with(".tests.yaml")) continue;
        config::Diagnostics diagnostics;
        auto pack = Pack::compile(config::load_yaml(path, diagnostics), diagnostics);
        if (!pack) __builtin_trap();
        config::Diagnostics missing;
        auto settings = read_settings(*pack, {}, "settings", missing);
        for (const auto& info : pack->settings()) {
            if (info.secret()) settings.secrets[info.name] = kSecrets;
        }
        out.emplace_back(pack, std::move(settings), "fuzz", "RU");
    }
    return out;
}

// The signature that the vendor would add, so that the fuzzer gets past it.
std::vector<RequestHeader> proof(const BoundPack& pack, const Request& request, Proof& made) {
    const auto* entry = signing_entry(pack, request);
    if (entry == nullptr) return {};
    auto signature = sign_as_vendor(pack, *entry, request);
    if (!signature || signature->where != Proof::Where::Header) return {};
    made = std::move(*signature);
    return {{made.name, made.value}};
}

void check(const BoundPack& pack, Request request) {
    data::Arena arena;
    Proof made;
    for (const auto& header : proof(pack, request, made))
        request.headers.push_back(header);
    const auto outcome = process(pack, request, arena);
    for (const auto& record : outcome.mapped.records) {
        model::Snapshot snapshot;
        if (record.kind == RecordKind::Snapshot && !model::read_snapshot(record.document, snapshot)) __builtin_trap();
    }
    if (!data::parse_json(data::to_json(map_result(outcome, arena)), arena)) __builtin_trap();
}

}  // namespace
}  // namespace tandem::mapping

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tandem::mapping;
    static const auto all = packs();
    if (size < 2) return 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto line = std::min(rest.find('\n'), rest.size());
    const auto url = "https://gw.example.test/hooks/fuzz?" + std::string(rest.substr(0, line));
    const auto body = rest.substr(std::min(line + 1, rest.size()));
    const std::vector<RequestHeader> headers = {{"Content-Type", kTypes[(data[1] / 2U) % kTypes.size()]}};
    const auto at = tandem::from_micros(1'795'176'000'000'000);
    check(all[data[0] % all.size()], {data[1] % 2 == 0 ? "POST" : "GET", url, headers, body, at});
    return 0;
}
