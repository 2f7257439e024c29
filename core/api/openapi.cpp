// /openapi.json, written from the route table.
#include "core/api/json_writer.hpp"
#include "core/api/services.hpp"
#include "core/base/embedded_file.hpp"

#include <map>
#include <set>
#include <span>
#include <string>

namespace tandem::embedded {
std::span<const EmbeddedFile> api();
}

namespace tandem::api {
namespace {

constexpr std::string_view kProblemType = "application/problem+json";

std::string_view schemas() {
    return embedded::api().front().bytes;
}

void write_reference(JsonWriter& json, std::string_view schema) {
    json.begin_object();
    json.member("$ref", std::string_view("#/components/schemas/" + std::string(schema)));
    json.end_object();
}

void write_value_schema(JsonWriter& json, const Parameter& parameter) {
    json.begin_object();
    if (parameter.type == ParameterType::Integer) {
        json.member("type", std::string_view("integer"));
        json.key("minimum"), json.number(parameter.least);
        if (parameter.most != std::numeric_limits<std::int64_t>::max()) {
            json.key("maximum"), json.number(parameter.most);
        }
    } else {
        json.member("type", std::string_view("string"));
    }
    if (!parameter.one_of.empty()) {
        json.key("enum");
        json.begin_array();
        for (const auto& value : parameter.one_of)
            json.text(value);
        json.end_array();
    }
    json.end_object();
}

void write_parameter(JsonWriter& json, const Parameter& parameter, std::string_view in) {
    json.begin_object();
    json.member("name", parameter.name);
    json.member("in", in);
    json.member("description", parameter.description);
    json.flag("required", parameter.required);
    json.key("schema");
    if (parameter.list) {
        json.begin_object();
        json.member("type", std::string_view("array"));
        json.key("items");
        write_value_schema(json, parameter);
        json.end_object();
    } else {
        write_value_schema(json, parameter);
    }
    json.member_if("example", parameter.example);
    json.end_object();
}

void write_path_parameters(JsonWriter& json, std::string_view pattern) {
    for (auto open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
        json.begin_object();
        json.member("name", pattern.substr(open + 1, pattern.find('}', open) - open - 1));
        json.member("in", std::string_view("path"));
        json.flag("required", true);
        json.key("schema");
        json.begin_object();
        json.member("type", std::string_view("string"));
        json.end_object();
        json.end_object();
    }
}

// One answer: the types it may have, each with its schema ("" for none).
using Contents = std::map<std::string_view, std::string_view>;

void write_content(JsonWriter& json, const Contents& contents) {
    json.key("content");
    json.begin_object();
    for (const auto& [type, schema] : contents) {
        json.key(type);
        json.begin_object();
        if (!schema.empty()) {
            json.key("schema");
            write_reference(json, schema);
        }
        json.end_object();
    }
    json.end_object();
}

void write_response(JsonWriter& json, std::string_view description, const Contents& contents) {
    json.begin_object();
    json.member("description", description);
    if (!contents.empty()) write_content(json, contents);
    json.end_object();
}

// What the checks before and behind the handler answer, then what the row says.
std::set<int> problems_of(const Endpoint& endpoint) {
    std::set<int> problems(endpoint.problems.begin(), endpoint.problems.end());
    problems.insert({400, 500});
    if (endpoint.access != Access::Public) problems.insert({401, 403});
    if (endpoint.pattern.contains('{')) problems.insert(404);
    if (!endpoint.request_type.empty()) problems.insert(413);
    if (endpoint.request_type == "application/json") problems.insert(415);
    if (!endpoint.on_loop) problems.insert(503);
    return problems;
}

void write_responses(JsonWriter& json, const Endpoint& endpoint) {
    std::map<int, Contents> responses;
    for (const auto status : endpoint.statuses) {
        auto& contents = responses[status];
        if (status < 300 || status >= 400) contents[endpoint.response_type] = endpoint.response_schema;
    }
    const Contents problem = endpoint.show_problem ? Contents{{"text/html", ""}} : Contents{{kProblemType, "Problem"}};
    for (const auto status : problems_of(endpoint))
        responses[status].insert(problem.begin(), problem.end());
    json.key("responses");
    json.begin_object();
    for (const auto& [status, contents] : responses) {
        const auto name = std::to_string(status);
        json.key(name);
        write_response(json, net::reason_phrase(status), contents);
    }
    json.key("default");
    write_response(json, "What else may go wrong on the way, as of any HTTP server", {{kProblemType, "Problem"}});
    json.end_object();
}

void write_security(JsonWriter& json, const Endpoint& endpoint) {
    json.key("security");
    json.begin_array();
    if (endpoint.access != Access::Public) {
        json.begin_object();
        json.key("token");
        json.begin_array();
        json.text(to_string(endpoint.scope));
        json.end_array();
        json.end_object();
    }
    json.end_array();
}

void write_operation(JsonWriter& json, const Endpoint& endpoint) {
    json.begin_object();
    json.member("operationId", endpoint.id);
    json.member("summary", endpoint.summary);
    write_security(json, endpoint);
    json.key("parameters");
    json.begin_array();
    write_path_parameters(json, endpoint.pattern);
    for (const auto& parameter : endpoint.parameters)
        write_parameter(json, parameter, "query");
    for (const auto& parameter : endpoint.headers)
        write_parameter(json, parameter, "header");
    json.end_array();
    if (!endpoint.request_type.empty()) {
        json.key("requestBody");
        json.begin_object();
        json.flag("required", true);
        write_content(json, {{endpoint.request_type, endpoint.request_schema}});
        json.end_object();
    }
    write_responses(json, endpoint);
    json.end_object();
}

// The vendors' doors: served by core/connector, answered as the pack of the instance says.
void describe_hooks(std::vector<Endpoint>& endpoints) {
    Endpoint hook{.method = "POST",
                  .pattern = "/hooks/{instance}",
                  .id = "postHook",
                  .summary = "An event of the vendor behind that connector; proved by the vendor's signature or secret",
                  .access = Access::Public,
                  .request_type = "*/*",
                  .response_type = "*/*",
                  .statuses = {200, 400, 401, 403},
                  .problems = {405, 429}};
    endpoints.push_back(hook);
    hook.method = "GET";
    hook.id = "getHook";
    hook.summary = "The vendor's handshake, or an event in the query, where the vendor uses them";
    hook.request_type = {};
    endpoints.push_back(std::move(hook));
}

std::string lower(std::string_view method) {
    std::string text(method);
    for (char& c : text)
        c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string write_document(const std::vector<Endpoint>& endpoints, std::string_view version) {
    std::map<std::string_view, std::vector<const Endpoint*>> paths;
    for (const auto& endpoint : endpoints)
        paths[endpoint.pattern].push_back(&endpoint);
    JsonWriter json;
    json.begin_object();
    json.member("openapi", std::string_view("3.1.0"));
    json.key("info");
    json.begin_object();
    json.member("title", std::string_view("Tandem"));
    json.member("version", version.empty() ? std::string_view("0") : version);
    json.end_object();
    json.key("paths");
    json.begin_object();
    for (const auto& [pattern, operations] : paths) {
        json.key(pattern);
        json.begin_object();
        for (const auto* endpoint : operations) {
            json.key(lower(endpoint->method));
            write_operation(json, *endpoint);
        }
        json.end_object();
    }
    json.end_object();
    json.key("components");
    json.begin_object();
    json.key("securitySchemes");
    json.raw(
        R"({"token":{"type":"http","scheme":"bearer","description":"Of the configuration or tandem token create"}})");
    json.key("schemas");
    json.raw(schemas());
    json.end_object();
    json.end_object();
    return json.take();
}

}  // namespace

void add_openapi(std::vector<Endpoint>& endpoints, Services& services) {
    Endpoint self{.method = "GET",
                  .pattern = "/openapi.json",
                  .id = "openapi",
                  .summary = "This description",
                  .access = Access::Public,
                  .tolerant = true};
    auto described = endpoints;
    described.push_back(self);
    describe_hooks(described);
    self.handle = [document = write_document(described, services.options.version)](const Call&) -> Answer {
        return json_response(document);
    };
    endpoints.push_back(std::move(self));
}

}  // namespace tandem::api
