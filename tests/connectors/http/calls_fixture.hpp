// A vendor on loopback, a client for it, and a host that remembers.
#pragma once

#include "core/net/http_client.hpp"
#include "tests/support/fake_caller.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/fake_judge.hpp"
#include "tests/support/loop_thread.hpp"
#include "tests/support/vendor.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::http {

using test::Vendor;
using test::VendorReply;

class CallsTest : public ::testing::Test {
protected:
    // Answers by path, each path's answers one after another; a path without (more) answers is held.
    using Answers = std::map<std::string, std::vector<VendorReply>>;

    CallsTest() {
        auto client = net::HttpClient::open(loop_.io().executor(), names_, {.idle_per_origin = 0});
        EXPECT_TRUE(client);
        if (client) client_ = std::move(*client);
        host_.client = &*client_;
        host_.caller_ = caller_;
        host_.judge_ = std::make_shared<test::FakeJudge>();
    }

    void serve(Answers answers) {
        vendor_.reset();
        served_ = std::move(answers);
        vendor_ = std::make_unique<Vendor>([this](const std::string& request) { return answer(request); });
        caller_->base = vendor_->url();
    }
    std::optional<VendorReply> answer(const std::string& request) {
        requests_.push_back(request);
        const auto path = request.substr(request.find(' ') + 1, request.find(" HTTP/") - request.find(' ') - 1);
        auto& left = served_[path];
        if (left.empty()) return std::nullopt;
        auto reply = left.front();
        left.erase(left.begin());
        return reply;
    }

    void TearDown() override {
        client_.reset();
        vendor_.reset();
    }

    std::shared_ptr<test::FakeCaller> caller_ = std::make_shared<test::FakeCaller>();
    test::FakeHost host_;
    test::LoopThread loop_{1};
    async::Pool names_{"names", 1};
    std::optional<net::HttpClient> client_;
    Answers served_;                     // touched by the vendor's threads, one at a time
    std::vector<std::string> requests_;  // the same
    std::unique_ptr<Vendor> vendor_;
};

}  // namespace tandem::http
