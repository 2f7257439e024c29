// What the API answers when it cannot do what was asked: RFC 9457 problem details.
#pragma once

#include "core/base/error.hpp"
#include "core/net/http.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::api {

struct Problem {
    int status = 500;
    std::string slug;        // last part of the `type` URI, one word per idea: "bad-parameter"
    std::string title;       // the same for every problem of this type
    std::string detail;      // this very case, for people
    std::string field = {};  // the parameter or member that is wrong, empty if none
    std::vector<net::Header> headers = {};
};

using Answer = std::expected<net::HttpReply, Problem>;
inline std::unexpected<Problem> refuse(Problem problem) {
    return std::unexpected<Problem>(std::move(problem));
}

Problem bad_parameter(std::string field, std::string detail);
Problem not_found_problem(std::string detail);
Problem unauthorized(std::string detail);
Problem missing_scope(std::string_view scope);
Problem unsupported_media_type(std::string_view wanted);
Problem overloaded(std::string detail);
Problem internal_problem();
// Rejected becomes 400, NotFound 404, Full and the passing kinds 503 with Retry-After, the rest 500. Texts of 5xx kinds
// stay in the log: they may tell more about the inside than a caller should know.
Problem problem_of(const Error& error, std::string field = {});

net::HttpResponse to_response(const Problem& problem);

}  // namespace tandem::api
