#include "core/api/problem.hpp"

#include "core/api/json_writer.hpp"

#include <algorithm>

namespace tandem::api {

Problem bad_parameter(std::string field, std::string detail) {
    return {400, "bad-parameter", "A parameter is wrong", std::move(detail), std::move(field)};
}

Problem not_found_problem(std::string detail) {
    return {404, "not-found", "There is no such thing", std::move(detail)};
}

Problem unauthorized(std::string detail) {
    return {.status = 401,
            .slug = "unauthorized",
            .title = "A valid token is needed",
            .detail = std::move(detail),
            .headers = {{"WWW-Authenticate", "Bearer realm=\"tandem\""}}};
}

Problem missing_scope(std::string_view scope) {
    const std::string name(scope);
    return {.status = 403,
            .slug = "missing-scope",
            .title = "The token does not allow this",
            .detail = "the token lacks scope '" + name + "'",
            .headers = {
                {"WWW-Authenticate", "Bearer realm=\"tandem\", error=\"insufficient_scope\", scope=\"" + name + "\""}}};
}

Problem unsupported_media_type(std::string_view wanted) {
    const std::string type(wanted);
    return {.status = 415,
            .slug = "unsupported-media-type",
            .title = "The body is of another type",
            .detail = "send the body as 'Content-Type: " + type + "'",
            .field = "Content-Type",
            .headers = {{"Accept", type}}};
}

Problem overloaded(std::string detail) {
    return {.status = 503,
            .slug = "unavailable",
            .title = "Not possible at the moment",
            .detail = std::move(detail),
            .headers = {{"Retry-After", "1"}}};
}

Problem internal_problem() {
    return {500, "internal", "Something went wrong inside", "see the log of the gateway"};
}

Problem problem_of(const Error& error, std::string field) {
    switch (error.kind) {
        case ErrorKind::Rejected:
            return bad_parameter(std::move(field), error.text);
        case ErrorKind::NotFound:
            return not_found_problem(error.text);
        case ErrorKind::Transient:
        case ErrorKind::Throttled:
        case ErrorKind::Full:
        case ErrorKind::Cancelled: {
            auto problem = overloaded("the store cannot answer now, try again");
            if (error.retry_after) {
                const auto seconds = std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count();
                problem.headers = {{"Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1))}};
            }
            return problem;
        }
        default:
            return internal_problem();
    }
}

net::HttpResponse to_response(const Problem& problem) {
    JsonWriter json;
    json.begin_object();
    json.member("type", std::string_view("urn:tandem:problem:" + problem.slug));
    json.member("title", std::string_view(problem.title));
    json.member("status", static_cast<std::uint64_t>(problem.status));
    json.member("detail", std::string_view(problem.detail));
    json.member_if("field", std::string_view(problem.field));
    json.end_object();
    return {.status = problem.status,
            .content_type = "application/problem+json",
            .headers = problem.headers,
            .body = json.take()};
}

}  // namespace tandem::api
