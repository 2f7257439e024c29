// The description against what is served: the same operations, and answers in the shape it promises.
#include "core/connector/supervisor.hpp"
#include "tests/core/api/gateway.hpp"
#include "tests/support/memory_journal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

namespace tandem {
namespace {

using data::Kind;
using data::Value;
using test::Gateway;
using test::Json;

std::set<std::string> described_operations(Value document) {
    std::set<std::string> operations;
    for (const auto& path : document.get("paths").members()) {
        for (const auto& method : path.value.members()) {
            std::string name(method.key);
            std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
            operations.insert(name + " " + std::string(path.key));
        }
    }
    return operations;
}

TEST(OpenApi, DescribesExactlyTheServedRoutes) {
    Gateway gateway;
    std::set<std::string> served;
    const auto serve = [&served](const std::vector<net::Route>& routes) {
        for (const auto& route : routes) {
            // Any method: the pack of the instance decides, and vendors use these two.
            for (const std::string& method :
                 route.method == "*" ? std::set<std::string>{"GET", "POST"} : std::set<std::string>{route.method}) {
                served.insert(method + " " + route.pattern);
            }
        }
    };
    serve(gateway.router.routes());
    async::Io loop(1);
    test::MemoryJournal journal([](auto) {});
    const connector::Registry none;
    serve(connector::Supervisor(loop, none, journal, {.public_url = {}, .clock = gateway.clock}).routes());

    const Json document(gateway.get("/openapi.json").body);

    EXPECT_EQ(described_operations(document.value), served);
    EXPECT_EQ(document.text_at("openapi"), "3.1.0");
    EXPECT_EQ(document.at("info").string_at("version"), "1.2.3");
}

TEST(OpenApi, NamesEveryOperationOnceAndEveryPathParameter) {
    const Json document(Gateway().get("/openapi.json").body);
    std::set<std::string> ids;
    for (const auto& path : document.at("paths").members()) {
        for (const auto& method : path.value.members()) {
            SCOPED_TRACE(path.key);
            EXPECT_TRUE(ids.insert(std::string(method.value.string_at("operationId").value())).second);
            const auto parameters = method.value.get("parameters").items();
            const auto in_path =
                std::ranges::count_if(parameters, [](Value parameter) { return parameter.string_at("in") == "path"; });
            EXPECT_EQ(in_path, std::ranges::count(path.key, '{'));
        }
    }
}

// As much of JSON Schema as the description uses.
class Shape {
public:
    explicit Shape(Value document) : schemas_(document.get("components").get("schemas")) {}

    std::string check(Value schema, Value value, std::string at = "$") const {
        if (const auto reference = schema.string_at("$ref")) {
            const auto name = reference->substr(reference->rfind('/') + 1);
            const auto* target = schemas_.find(name);
            return target == nullptr ? at + ": dangling " + std::string(*reference) : check(*target, value, at);
        }
        if (const auto any = schema.get("anyOf"); any.is_array()) {
            for (const auto option : any.items()) {
                if (check(option, value, at).empty()) return "";
            }
            return at + ": fits no option";
        }
        if (const auto words = schema.get("enum"); words.is_array()) {
            return std::ranges::find(words.items(), value) != words.items().end() ? "" : at + ": not in enum";
        }
        if (const auto* only = schema.find("const")) return *only == value ? "" : at + ": not the constant";
        if (!fits(schema.get("type"), value)) return at + ": wrong type";
        if (value.is_array()) return check_items(schema.get("items"), value, at);
        return value.is_object() ? check_members(schema, value, at) : "";
    }

private:
    static bool fits(Value type, Value value) {
        if (type.is_array()) {
            return std::ranges::any_of(type.items(), [&](Value one) { return fits(one, value); });
        }
        if (!type.is_string()) return true;
        const auto name = type.as_string();
        if (name == "string") return value.is_string();
        if (name == "integer") return value.is_integer();
        if (name == "boolean") return value.is_bool();
        if (name == "array") return value.is_array();
        return name == "null" ? value.is_null() : value.is_object();
    }
    std::string check_items(Value items, Value value, const std::string& at) const {
        for (const auto item : value.items()) {
            if (auto wrong = check(items, item, at + "[]"); !wrong.empty()) return wrong;
        }
        return "";
    }
    std::string check_members(Value schema, Value value, const std::string& at) const {
        if (const auto required = schema.get("required"); required.is_array()) {
            for (const auto name : required.items()) {
                if (value.find(name.as_string()) == nullptr) return at + ": lacks " + std::string(name.as_string());
            }
        }
        const auto additional = schema.get("additionalProperties");
        for (const auto& member : value.members()) {
            const auto path = at + "." + std::string(member.key);
            const auto* known = schema.get("properties").find(member.key);
            if (known == nullptr && additional.is_bool() && !additional.as_bool()) return path + ": not described";
            if (known == nullptr && !additional.is_object()) continue;
            if (auto wrong = check(known != nullptr ? *known : additional, member.value, path); !wrong.empty()) {
                return wrong;
            }
        }
        return "";
    }

    Value schemas_;
};

TEST(OpenApi, DescribesTheAnswers) {
    api::ApiSources sources;
    sources.connectors = [] { return std::vector<api::ConnectorStatus>(1); };
    sources.readiness = [] { return std::vector<api::ReadinessCheck>(1); };
    Gateway gateway(Gateway::options(), sources);
    test::fill_with_alice(gateway.store);
    gateway.store.entries.resize(1);
    const Json document(gateway.get("/openapi.json").body);
    const Shape shape(document.value);
    const std::string alice = "/v1/customers/00000000-0000-0000-0000-000000000001";
    const std::string nobody = "/v1/customers/00000000-0000-0000-0000-0000000000ff";
    const std::string new_point = R"({"point":"mailto:new@example.com"})";
    struct {
        const char* method;
        const char* path;
        std::string target;
        const char* token;
        std::string body;
        int status = 200;
    } const kCalls[] = {
        {"get", "/v1/customers", "/v1/customers?point=tel:+74951234567", "r-secret", ""},
        {"get", "/v1/customers", "/v1/customers?nothing=1", "r-secret", "", 400},
        {"get", "/v1/customers", "/v1/customers?point=tel:+74950000000", "r-secret", "", 404},
        {"get", "/v1/customers", "/v1/customers?point=tel:+74951234567", "", "", 401},
        {"get", "/v1/customers", "/v1/customers?point=tel:+74951234567", "p-secret", "", 403},
        {"get", "/v1/customers/{id}", alice, "r-secret", ""},
        {"get", "/v1/customers/{id}", nobody, "r-secret", "", 404},
        {"get", "/v1/customers/{id}/timeline", alice + "/timeline", "r-secret", ""},
        {"get", "/v1/customers/{id}/timeline", nobody + "/timeline", "r-secret", "", 404},
        {"get", "/v1/interactions/{id}", "/v1/interactions/00000000-0000-0000-0000-000000000004", "r-secret", ""},
        {"get", "/v1/feed", "/v1/feed?after=99", "r-secret", "", 400},
        {"get", "/v1/connectors", "/v1/connectors", "a-secret", ""},
        {"get", "/v1/connectors", "/v1/connectors", "r-secret", "", 403},
        {"get", "/v1/quarantine", "/v1/quarantine?limit=1", "a-secret", ""},
        {"get", "/v1/quarantine/{id}", "/v1/quarantine/0", "a-secret", ""},
        {"get", "/v1/quarantine/{id}", "/v1/quarantine/7", "a-secret", "", 404},
        {"get", "/healthz", "/healthz", "", ""},
        {"get", "/readyz", "/readyz", "", "", 503},
        {"get", "/pop/static/{file}", "/pop/static/none", "", "", 404},
        {"get", "/pop/feed", "/pop/feed?point=tel:+74951234567", "", "", 401},
        {"post", "/v1/customers/{id}/links", alice + "/links", "w-secret", new_point},
        {"post", "/v1/customers/{id}/links", alice + "/links", "w-secret", "point=tel:+74950000000", 415},
        {"post", "/v1/customers/{id}/links", alice + "/links", "w-secret", "{}", 400},
        {"delete", "/v1/customers/{id}/links", alice + "/links?point=mailto:new@example.com", "w-secret", ""},
    };
    for (const auto& call : kCalls) {
        SCOPED_TRACE(call.target);
        std::string method = call.method;
        std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });

        const std::vector<net::Header> json{{"Content-Type", "application/json"}};

        const auto response = gateway.send(method, call.target, call.token, call.body,
                                           call.body[0] == '{' ? json : std::vector<net::Header>());

        EXPECT_EQ(response.status, call.status);
        const auto responses = document.at("paths").get(call.path).get(call.method).get("responses");
        const auto* described = responses.find(std::to_string(response.status));
        ASSERT_NE(described, nullptr) << response.status;
        const auto* content = described->get("content").find(response.content_type);
        ASSERT_NE(content, nullptr) << response.content_type;
        EXPECT_EQ(shape.check(content->get("schema"), Json(response.body).value), "") << response.body;
    }
}

TEST(OpenApi, TellsWhatAFeedResumesFromAndWhatHooksAnswer) {
    const Json document(Gateway().get("/openapi.json").body);
    for (const char* path : {"/v1/feed", "/pop/feed"}) {
        const auto parameters = document.at("paths").get(path).get("get").get("parameters").items();
        const auto header = std::ranges::find_if(parameters, [](Value row) { return row.string_at("in") == "header"; });
        ASSERT_NE(header, parameters.end()) << path;
        EXPECT_EQ(header->string_at("name"), "Last-Event-ID");
    }
    for (const char* method : {"get", "post"}) {
        const auto responses = document.at("paths").get("/hooks/{instance}").get(method).get("responses");
        for (const char* status : {"200", "400", "401", "403", "404", "405", "429", "503"})
            EXPECT_NE(responses.find(status), nullptr) << method << " " << status;
    }
}

}  // namespace
}  // namespace tandem
