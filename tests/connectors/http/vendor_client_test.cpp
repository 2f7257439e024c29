#include "connectors/http/vendor_client.hpp"

#include "connectors/http/connector.hpp"
#include "tests/connectors/http/calls_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>

namespace tandem::http {
namespace {

using namespace std::chrono_literals;

class VendorClientTest : public CallsTest {
protected:
    VendorClientTest() { caller_->token_prefix = "Bearer "; }

    connector::WireRequest call(std::string path = "/call") const {
        return {.method = "GET",
                .url = vendor_->url() + std::move(path),
                .headers = {},
                .body = {},
                .token_prefix = caller_->token_prefix};
    }
    Result<net::ClientResponse> send(bool repeatable = true) {
        if (!vendor_client_) vendor_client_.emplace(&*client_, caller_.get(), host_.time);
        return loop_.run(vendor_client_->send(call(), repeatable, 20s));
    }
    // Tokens that came with the calls.
    std::vector<std::string> tokens() const {
        std::vector<std::string> out;
        for (const auto& request : requests_) {
            constexpr std::string_view kName = "Authorization: Bearer ";
            const auto at = request.find(kName);
            if (at != std::string::npos) {
                out.push_back(request.substr(at + kName.size(), request.find('\r', at) - at - kName.size()));
            }
        }
        return out;
    }
    std::ptrdiff_t asked_for_tokens() { return std::ranges::count(vendor_->asked(), "POST /token"); }

    std::optional<VendorClient> vendor_client_;
};

using Tokens = std::vector<std::string>;

TEST_F(VendorClientTest, ATokenServesUntilShortlyBeforeItsEnd) {
    serve({{"/token", {{200, "t1 600"}, {200, "t2 600"}}}, {"/call", {{}, {}, {}}}});

    EXPECT_TRUE(send());
    host_.time.advance(539s);
    EXPECT_TRUE(send());
    host_.time.advance(2s);
    EXPECT_TRUE(send());

    EXPECT_EQ(tokens(), (Tokens{"t1", "t1", "t2"}));
}

TEST_F(VendorClientTest, ManyCallsWaitForOneToken) {
    serve({{"/token", {{200, "t1 600"}}}, {"/call", {{}, {}, {}, {}}}});
    vendor_client_.emplace(&*client_, caller_.get(), host_.time);

    std::vector<std::future<Result<net::ClientResponse>>> running;
    for (int i = 0; i < 4; ++i) {
        running.push_back(boost::asio::co_spawn(loop_.io().strand(), vendor_client_->send(call(), true, 20s),
                                                boost::asio::use_future));
    }
    for (auto& one : running)
        EXPECT_TRUE(one.get());

    EXPECT_EQ(asked_for_tokens(), 1);
    EXPECT_EQ(tokens(), (Tokens{"t1", "t1", "t1", "t1"}));
}

TEST_F(VendorClientTest, ARefusedTokenIsReplacedOnce) {
    serve({{"/token", {{200, "t1 600"}, {200, "t2 600"}}}, {"/call", {{401, ""}, {200, "done"}}}});

    const auto response = send();

    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "done");
    EXPECT_EQ(tokens(), (Tokens{"t1", "t2"}));
}

TEST_F(VendorClientTest, AFreshTokenThatIsRefusedIsAnAnswer) {
    serve({{"/token", {{200, "t1 600"}, {200, "t2 600"}}}, {"/call", {{401, ""}, {401, "no"}}}});

    const auto response = send();

    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 401);
    EXPECT_EQ(tokens(), (Tokens{"t1", "t2"}));
}

TEST_F(VendorClientTest, WhatMayNotBeRepeatedIsNotAndTheNextCallGetsAFreshToken) {
    serve({{"/token", {{200, "t1 600"}, {200, "t2 600"}}}, {"/call", {{401, ""}, {200, "done"}}}});

    EXPECT_EQ(send(false)->status, 401);
    EXPECT_EQ(tokens(), (Tokens{"t1"}));
    EXPECT_EQ(send(false)->body, "done");
    EXPECT_EQ(tokens(), (Tokens{"t1", "t2"}));
}

TEST_F(VendorClientTest, WithoutATokenNothingIsSent) {
    serve({{"/token", {{401, ""}, {500, ""}, {200, "t1 600"}}}, {"/call", {{}}}});

    EXPECT_EQ(send().error().kind, ErrorKind::Auth);
    EXPECT_EQ(send().error().kind, ErrorKind::Transient);
    EXPECT_TRUE(send()) << "the next call asks again";
    EXPECT_EQ(tokens(), (Tokens{"t1"}));
}

class CheckTest : public CallsTest {
protected:
    // The text, "(not tried)", or the kind of error.
    std::string check(Answers answers) {
        serve(std::move(answers));
        connector::InstanceSpec spec;
        spec.name = "sms";
        spec.caller = caller_;
        const auto said = loop_.run(connector()->check(std::move(spec), *client_, host_.time));
        return said ? said->value_or("(not tried)") : std::string(to_string(said.error().kind));
    }
};

TEST_F(CheckTest, TellsWhatTheVendorSays) {
    caller_->probe_ = true;

    EXPECT_EQ(check({{"/probe", {{200, "account 17"}}}}), "account 17");
    EXPECT_EQ(check({{"/probe", {{401, ""}}}}), "auth");
    EXPECT_EQ(check({{"/probe", {{500, ""}}}}), "transient");
}

TEST_F(CheckTest, APackWithoutAProbeIsNotTried) {
    EXPECT_EQ(check({}), "(not tried)");
    EXPECT_TRUE(vendor_->asked().empty());
}

}  // namespace
}  // namespace tandem::http
