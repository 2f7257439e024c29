// The description against what is served: the same operations, and answers in the shape it promises.
#include "tests/core/api/gateway.hpp"

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
    for (const auto& route : gateway.router.routes())
        served.insert(route.method + " " + route.pattern);

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
    struct {
        const char* method;
        const char* path;
        const char* target;
        const char* token;
        const char* body;
    } const kCalls[] = {
        {"get", "/v1/customers", "/v1/customers?point=tel:+74951234567", "r-secret", ""},
        {"get", "/v1/customers", "/v1/customers?nothing=1", "r-secret", ""},
        {"get", "/v1/customers/{id}", "/v1/customers/00000000-0000-0000-0000-000000000001", "r-secret", ""},
        {"get", "/v1/customers/{id}/timeline", "/v1/customers/00000000-0000-0000-0000-000000000001/timeline",
         "r-secret", ""},
        {"get", "/v1/interactions/{id}", "/v1/interactions/00000000-0000-0000-0000-000000000004", "r-secret", ""},
        {"get", "/v1/connectors", "/v1/connectors", "a-secret", ""},
        {"get", "/v1/quarantine", "/v1/quarantine?limit=1", "a-secret", ""},
        {"get", "/v1/quarantine/{id}", "/v1/quarantine/0", "a-secret", ""},
        {"get", "/healthz", "/healthz", "", ""},
        {"get", "/readyz", "/readyz", "", ""},
        {"post", "/v1/customers/{id}/links", "/v1/customers/00000000-0000-0000-0000-000000000001/links", "w-secret",
         R"({"point":"mailto:new@example.com"})"},
        {"delete", "/v1/customers/{id}/links",
         "/v1/customers/00000000-0000-0000-0000-000000000001/links?point=mailto:new@example.com", "w-secret", ""},
    };
    for (const auto& call : kCalls) {
        SCOPED_TRACE(call.target);
        std::string method = call.method;
        std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });

        const auto response = gateway.send(method, call.target, call.token, call.body);

        const auto responses = document.at("paths").get(call.path).get(call.method).get("responses");
        const auto described =
            responses.get(response.status == 200 || call.path == std::string("/readyz") ? "200" : "default");
        const auto* content = described.get("content").find(response.content_type);
        ASSERT_NE(content, nullptr) << response.content_type;
        EXPECT_EQ(shape.check(content->get("schema"), Json(response.body).value), "") << response.body;
    }
}

}  // namespace
}  // namespace tandem
