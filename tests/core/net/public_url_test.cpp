#include "core/net/public_url.hpp"

#include <gtest/gtest.h>

namespace tandem::net {
namespace {

PublicUrl behind_proxy(std::string base = {}) {
    PublicUrlRules rules{.base = std::move(base), .trusted = {}};
    for (const char* block : {"10.0.0.0/8", "127.0.0.1", "fd00::/8"}) {
        rules.trusted.push_back(*AddressBlock::parse(block));
    }
    return PublicUrl(std::move(rules));
}

HttpRequest request(std::string peer, std::vector<Header> headers, std::string target = "/hooks/sms?a=1%20b") {
    HttpRequest made;
    made.peer = std::move(peer);
    made.target = std::move(target);
    made.headers = std::move(headers);
    made.headers.insert(made.headers.begin(), {"Host", "inner:8080"});
    return made;
}

struct UrlCase {
    const char* name;
    HttpRequest request;
    const char* url;
};

TEST(PublicUrl, IsRebuiltFromTrustedProxiesOnly) {
    const PublicUrl urls = behind_proxy();
    const std::vector<UrlCase> cases{
        {"direct", request("203.0.113.9", {}), "http://inner:8080/hooks/sms?a=1%20b"},
        {"stranger lies", request("203.0.113.9", {{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "evil"}}),
         "http://inner:8080/hooks/sms?a=1%20b"},
        {"proxy", request("10.1.2.3", {{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "gw.example.test"}}),
         "https://gw.example.test/hooks/sms?a=1%20b"},
        {"proxy chain, nearest wins",
         request("10.1.2.3", {{"X-Forwarded-Proto", "http, https"}, {"X-Forwarded-Host", "evil, gw.example.test"}}),
         "https://gw.example.test/hooks/sms?a=1%20b"},
        {"scheme only", request("10.1.2.3", {{"X-Forwarded-Proto", "HTTPS"}}), "https://inner:8080/hooks/sms?a=1%20b"},
        {"scheme that is none", request("10.1.2.3", {{"X-Forwarded-Proto", "javascript"}}),
         "http://inner:8080/hooks/sms?a=1%20b"},
        {"RFC 7239",
         request("fd00::1", {{"Forwarded", "for=192.0.2.60;proto=http, for=\"[::1]\"; Proto=https;host=\"gw:8443\""}}),
         "https://gw:8443/hooks/sms?a=1%20b"},
        {"absolute target", request("203.0.113.9", {}, "http://inner:8080/x?y"), "http://inner:8080/x?y"},
        {"empty query is kept", request("203.0.113.9", {}, "/x?"), "http://inner:8080/x?"},
    };
    for (const UrlCase& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(urls.of(c.request), c.url);
    }
}

TEST(PublicUrl, ConfiguredBaseBeatsEverything) {
    const auto asked = request("10.1.2.3", {{"X-Forwarded-Proto", "http"}, {"X-Forwarded-Host", "other"}});
    EXPECT_EQ(behind_proxy("https://gw.example.test").of(asked), "https://gw.example.test/hooks/sms?a=1%20b");
    EXPECT_EQ(behind_proxy("https://gw.example.test/tandem/").of(asked),
              "https://gw.example.test/tandem/hooks/sms?a=1%20b");
}

TEST(PublicUrl, OurOwnTlsMakesHttps) {
    auto asked = request("203.0.113.9", {});
    asked.secure = true;
    EXPECT_EQ(PublicUrl().of(asked), "https://inner:8080/hooks/sms?a=1%20b");
}

struct ClientCase {
    const char* peer;
    std::vector<Header> headers;
    const char* client;
};

TEST(PublicUrl, FindsTheClientBehindProxies) {
    const PublicUrl urls = behind_proxy();
    const std::vector<ClientCase> cases{
        {"203.0.113.9", {}, "203.0.113.9"},
        {"203.0.113.9", {{"X-Forwarded-For", "198.51.100.7"}}, "203.0.113.9"},
        {"10.0.0.1", {{"X-Forwarded-For", "198.51.100.7"}}, "198.51.100.7"},
        {"10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 198.51.100.7, 10.0.0.2"}}, "198.51.100.7"},
        {"10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "198.51.100.7:5678"}}, "198.51.100.7"},
        {"10.0.0.1", {{"X-Forwarded-For", "198.51.100.7, unknown"}}, "10.0.0.1"},
        {"10.0.0.1", {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}, "10.0.0.3"},
        {"127.0.0.1", {{"Forwarded", "for=\"[2001:db8::17]:4711\""}}, "2001:db8::17"},
        {"127.0.0.1", {{"Forwarded", "for=_hidden"}}, "127.0.0.1"},
        {"127.0.0.1", {{"X-Forwarded-For", ""}}, "127.0.0.1"},
    };
    for (const ClientCase& c : cases) {
        SCOPED_TRACE(std::string(c.peer) + " " + (c.headers.empty() ? "" : c.headers[0].value));
        EXPECT_EQ(urls.client(request(c.peer, c.headers)), c.client);
    }
}

TEST(AddressBlock, ContainsItsAddresses) {
    struct Case {
        const char* block;
        const char* address;
        bool inside;
    };
    for (const Case& c : std::vector<Case>{{"10.0.0.0/8", "10.255.0.1", true},
                                           {"10.0.0.0/8", "11.0.0.1", false},
                                           {"192.168.4.0/22", "192.168.7.255", true},
                                           {"192.168.4.0/22", "192.168.8.0", false},
                                           {"0.0.0.0/0", "203.0.113.9", true},
                                           {"0.0.0.0/0", "::1", false},
                                           {"10.0.0.0/8", "::ffff:10.0.0.1", true},
                                           {"::1", "::1", true},
                                           {"fd00::/8", "fd12::1", true},
                                           {"fd00::/8", "fe80::1", false},
                                           {"10.0.0.0/8", "not an address", false}}) {
        SCOPED_TRACE(std::string(c.block) + " " + c.address);
        EXPECT_EQ(AddressBlock::parse(c.block)->contains(c.address), c.inside);
    }
}

TEST(AddressBlock, RefusesWhatIsNone) {
    for (const char* text :
         {"", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::1/129", "proxy", "10.0.0.0/8x"}) {
        SCOPED_TRACE(text);
        const auto block = AddressBlock::parse(text);
        ASSERT_FALSE(block);
        EXPECT_EQ(block.error().kind, ErrorKind::Config);
    }
}

}  // namespace
}  // namespace tandem::net
