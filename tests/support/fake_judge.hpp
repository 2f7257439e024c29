// A judge that answers by the request's body: "reject", "ignore", "challenge", "throw"; all else is accepted and
// stored.
#pragma once

#include "core/connector/judge.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace tandem::test {

class FakeJudge final : public connector::Judge {
public:
    const std::vector<std::string>& methods() const override {
        static const std::vector<std::string> kMethods = {"GET", "POST"};
        return kMethods;
    }
    connector::Reception judge(const net::HttpRequest& request, std::string_view url, Instant) const override {
        using connector::Verdict;
        if (request.body == "throw") throw std::runtime_error("judge is broken");
        connector::Reception made;
        made.content_type = "text/plain";
        if (request.body == "reject") {
            made.status = 403;
            made.body = "no";
            made.reason = "bad signature";
        } else if (request.body == "ignore") {
            made.verdict = Verdict::Ignored;
            made.body = "ok";
            made.reason = "unknown event";
        } else if (request.body == "challenge") {
            made.verdict = Verdict::Accepted;
            made.body = "pong";
        } else {
            made.verdict = Verdict::Accepted;
            made.store = true;
            made.status = 202;
            made.body = "thanks";
            made.envelope = R"({"url":")" + std::string(url) + R"("})";
        }
        return made;
    }
    std::vector<std::string> warnings() const override { return {"not verified"}; }
};

}  // namespace tandem::test
