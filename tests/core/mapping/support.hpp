// Packs and requests in a few lines, for the tests of this folder.
#pragma once

#include "core/config/node.hpp"
#include "core/data/json.hpp"
#include "core/mapping/outcome.hpp"
#include "core/mapping/pack.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mapping::testing {

// A pack that makes one snapshot of {"id", "text", "from", "at"}; `receive` replaces its part of that name.
inline const std::string kSnapshot = R"y(
          snapshot:
            namespace: "'acme'"
            external_id: id
            channel: "'chat'"
            direction: "'inbound'"
            state: "'closed'"
            started_at: "time(at, 's')"
            parties: [ { no: "`0`", role: "'customer'" } ]
)y";

inline std::string pack_text(const std::string& receive, const std::string& head = "") {
    return "pack: acme\nversion: 3\n" + head + "receive:\n" + receive;
}

inline std::string one_rule(const std::string& body) {
    return "  records:\n    - rules:\n        - name: message\n" + body;
}

inline std::shared_ptr<const Pack> compile(const std::string& text, std::string* problems = nullptr) {
    config::Diagnostics diagnostics;
    auto root = config::parse_yaml(text, "acme.yaml", diagnostics);
    auto pack = diagnostics.has_errors() ? nullptr : Pack::compile(root, diagnostics);
    if (problems != nullptr) {
        *problems = diagnostics.to_text();
    } else {
        EXPECT_TRUE(pack) << diagnostics.to_text();
    }
    return pack;
}

inline BoundPack bound_pack(const std::shared_ptr<const Pack>& pack, const std::string& settings = "{}") {
    config::Diagnostics diagnostics;
    auto node = config::parse_yaml(settings, "settings.yaml", diagnostics);
    auto read = read_settings(*pack, node, "settings", diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.to_text();
    return BoundPack(pack, std::move(read), "acme_1", "RU");
}

struct Sent {
    std::string method = "POST";
    std::string url = "https://gw.example.test/hooks/acme_1";
    std::vector<RequestHeader> headers = {{"Content-Type", "application/json"}};
    std::string body = {};
    Instant received_at = parse_time("2026-11-20T12:00:00Z").value();

    Request request() const { return {method, url, headers, body, received_at}; }
};

// The JSON of map_result() for one request.
inline data::Value result(const BoundPack& pack, const Sent& sent, data::Arena& arena) {
    return map_result(process(pack, sent.request(), arena), arena);
}

inline data::Value parse(std::string_view json, data::Arena& arena) {
    auto value = data::parse_json(json, arena);
    EXPECT_TRUE(value) << json;
    return value ? *value : data::Value();
}

}  // namespace tandem::mapping::testing
