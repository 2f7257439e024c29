#include "core/net/client_request.hpp"
#include "core/net/client_stream.hpp"
#include "core/net/client_target.hpp"
#include "core/net/public_address.hpp"
#include "tests/core/net/http_client_fixture.hpp"

#include <gmock/gmock.h>

namespace tandem::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct TargetCase {
    const char* url;
    const char* origin;
    const char* host;
    int port;
    const char* target;
};

TEST(ClientTarget, TakesUrlsApart) {
    const TargetCase cases[] = {
        {"http://vendor.test", "http://vendor.test", "vendor.test", 80, "/"},
        {"HTTPS://Vendor.TEST:443/a%20b", "https://vendor.test", "vendor.test", 443, "/a%20b"},
        {"https://vendor.test:80?", "https://vendor.test:80", "vendor.test", 80, "/?"},
        {"http://vendor.test:/x?y=1&z=%2F#part", "http://vendor.test", "vendor.test", 80, "/x?y=1&z=%2F"},
        {"http://127.0.0.1:8080/", "http://127.0.0.1:8080", "127.0.0.1", 8080, "/"},
        {"https://[::1]:8443/x", "https://[::1]:8443", "::1", 8443, "/x"},
        {"https://[2001:db8::1]/", "https://[2001:db8::1]", "2001:db8::1", 443, "/"},
        {"http://vendor.test//a/../b", "http://vendor.test", "vendor.test", 80, "//a/../b"},
    };
    for (const TargetCase& c : cases) {
        SCOPED_TRACE(c.url);
        const auto target = ClientTarget::parse(c.url);
        ASSERT_TRUE(target) << target.error().text;
        EXPECT_EQ(target->origin(), c.origin);
        EXPECT_EQ(target->host, c.host);
        EXPECT_EQ(target->port, c.port);
        EXPECT_EQ(target->target, c.target);
    }
}

TEST(ClientTarget, ShowsNoQuery) {
    const auto target = ClientTarget::parse("https://vendor.test:8443/a/b?secret=1");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->shown(false), "https://vendor.test:8443/a/b");
    EXPECT_EQ(target->shown(true), "https://vendor.test:8443");
}

TEST(ClientTarget, FollowsReferences) {
    const auto base = ClientTarget::parse("https://vendor.test/a/b?c");
    ASSERT_TRUE(base);
    const std::pair<const char*, const char*> cases[] = {
        {"/x", "https://vendor.test/x"},        {"y?z", "https://vendor.test/a/y?z"},
        {"../up", "https://vendor.test/up"},    {"?q", "https://vendor.test/a/b?q"},
        {"//cdn.test/m", "https://cdn.test/m"}, {"http://vendor.test/m#f", "http://vendor.test/m"},
    };
    for (const auto& [location, expected] : cases) {
        SCOPED_TRACE(location);
        const auto next = base->follow(location);
        ASSERT_TRUE(next) << next.error().text;
        EXPECT_EQ(next->origin() + next->target, expected);
    }
    for (const char* location :
         {"javascript:alert(1)", "file:///etc/passwd", "http://a b/", "https://u:p@vendor.test/"})
        EXPECT_FALSE(base->follow(location)) << location;
}

TEST(PublicAddress, IsOnlyWhatIsOnTheInternet) {
    for (const char* address :
         {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.167.1.1",
          "223.255.255.255", "2606:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"})
        EXPECT_TRUE(is_public_address(address)) << address;
    for (const char* address : {"0.0.0.0",
                                "0.1.2.3",
                                "10.0.0.1",
                                "10.255.255.255",
                                "100.64.0.1",
                                "100.127.255.255",
                                "127.0.0.1",
                                "127.255.255.255",
                                "169.254.169.254",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.0.0.8",
                                "192.0.2.1",
                                "192.168.0.1",
                                "198.18.0.1",
                                "198.19.255.255",
                                "198.51.100.7",
                                "203.0.113.9",
                                "224.0.0.1",
                                "239.1.1.1",
                                "240.0.0.1",
                                "255.255.255.255",
                                "::",
                                "::1",
                                "::127.0.0.1",
                                "::ffff:127.0.0.1",
                                "::ffff:10.0.0.1",
                                "::ffff:169.254.169.254",
                                "::ffff:0:127.0.0.1",
                                "64:ff9b::10.0.0.1",
                                "64:ff9b:1::1",
                                "100::1",
                                "fc00::1",
                                "fdff::1",
                                "fe80::1",
                                "fe80::1%1",
                                "fec0::1",
                                "ff02::1",
                                "2001::1",
                                "2001:db8::1",
                                "2002:7f00:1::",
                                "3fff::1",
                                "4000::1",
                                "",
                                "vendor.test",
                                "0x7f.1",
                                "2130706433"})
        EXPECT_FALSE(is_public_address(address)) << address;
}

class HttpClientAddressTest : public HttpClientTest {
protected:
    void resolve_to(std::vector<std::string> addresses) {
        auto options = defaults();
        options.lookup = [addresses](const std::string&) { return addresses; };
        open(options);
    }
    void expect_refused(const std::string& url) {
        const auto response = send({.url = url, .public_addresses_only = true});
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().kind, ErrorKind::Rejected) << response.error().text;
        EXPECT_EQ(response.error().code, "address");
    }
};

TEST_F(HttpClientAddressTest, TheCheckLooksAtWhatTheNameLeadsTo) {
    for (const char* address : {"127.0.0.1", "10.1.2.3", "::1", "::ffff:127.0.0.1", "fd00::1", "169.254.169.254"}) {
        SCOPED_TRACE(address);
        resolve_to({address});
        expect_refused("http://vendor.test/");
    }
    expect_refused("http://127.0.0.1/");
    expect_refused("http://[::ffff:127.0.0.1]/");
    resolve_to({"10.0.0.1", "127.0.0.1"});
    expect_refused("http://vendor.test/");
}

std::string redirect(int status, const std::string& location) {
    return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
}

TEST_F(HttpClientTest, RedirectsAreReturnedUnlessAskedFor) {
    serve({[](PeerConnection& peer) {
        peer.read_request();
        peer.send(redirect(302, "/there"));
        peer.read_request();
        peer.send(redirect(307, "/there"));
    }});

    const auto off = get(url());
    ASSERT_TRUE(off);
    EXPECT_EQ(off->status, 302);
    const auto post = send({.method = "POST", .url = url(), .body = "x", .redirects = {.limit = 3}});
    ASSERT_TRUE(post);
    EXPECT_EQ(post->status, 307) << "only GET and HEAD follow";
}

TEST_F(HttpClientTest, FollowsWithinTheHostWithAllHeaders) {
    std::vector<std::string> seen;
    serve({[&](PeerConnection& peer) {
        for (const int status : {301, 302, 303, 307, 308}) {
            seen.push_back(peer.read_request());
            peer.send(redirect(status, "/" + std::to_string(status)));
        }
        seen.push_back(peer.read_request());
        peer.send(ok("there"));
    }});

    const auto response = send({.url = url(), .headers = {{"Authorization", "secret"}}, .redirects = {.limit = 5}});

    ASSERT_TRUE(response) << response.error().text;
    EXPECT_EQ(response->body, "there");
    ASSERT_EQ(seen.size(), 6U);
    EXPECT_THAT(seen[5], HasSubstr("GET /308 HTTP/1.1"));
    EXPECT_THAT(seen[5], HasSubstr("Authorization: secret"));
    EXPECT_EQ(peer_->connections(), 1);
}

TEST_F(HttpClientTest, CredentialsStayWithTheirOrigin) {
    std::string seen;
    ScriptedPeer other({[&](PeerConnection& peer) {
        seen = peer.read_request();
        peer.send(ok("media"));
    }});
    serve({answers(redirect(302, "http://cdn.test:" + std::to_string(other.port()) + "/m"))});

    const auto response = send({.url = url(),
                                .headers = {{"Authorization", "hush"}, {"X-Api-Key", "hush"}, {"Accept", "image/*"}},
                                .redirects = {.limit = 1, .other_hosts = true}});

    ASSERT_TRUE(response) << response.error().text;
    EXPECT_EQ(response->body, "media");
    EXPECT_THAT(seen, HasSubstr("Accept: image/*"));
    EXPECT_THAT(seen, Not(HasSubstr("hush")));
    client_.reset();
    EXPECT_EQ(other.trouble(), "");
}

struct RefusedRedirect {
    std::string location;
    int limit;
    const char* text;
};

TEST_F(HttpClientTest, RedirectsAgainstThePolicyAreRefused) {
    // The peer's thread may still look at the last one when the test is over.
    static const std::vector<RefusedRedirect> cases{
        {"http://other.test/x?hush", 3, "to another host, other.test"},
        {"ftp://vendor.test/hush", 3, "to a place that cannot be followed"},
        {"http://u:hush@vendor.test/", 3, "to a place that cannot be followed"},
        {"/", 2, "more than 2 times"},
    };
    for (const RefusedRedirect& c : cases) {
        SCOPED_TRACE(c.text);
        serve({[&](PeerConnection& peer) {
            for (int i = 0; i <= (c.location == "/" ? c.limit : 0); ++i) {
                peer.read_request();
                peer.send(redirect(302, c.location));
            }
        }});
        const auto response = send({.url = url(), .redirects = {.limit = c.limit}});
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().kind, ErrorKind::Rejected);
        EXPECT_EQ(response.error().code, "redirect");
        EXPECT_THAT(response.error().text, HasSubstr(c.text));
        EXPECT_THAT(response.error().text, Not(HasSubstr("hush")));
    }
}

TEST(FollowRedirect, NeverLeavesHttps) {
    const auto from = ClientTarget::parse("https://vendor.test/");
    ClientRequest request{.redirects = {.limit = 1, .other_hosts = true}};
    const auto to = follow_redirect(request, *from, {.status = 302, .headers = {{"Location", "http://vendor.test/"}}});
    ASSERT_FALSE(to);
    EXPECT_THAT(to.error().text, HasSubstr("from https to http"));

    const auto upgraded = follow_redirect(request, *ClientTarget::parse("http://vendor.test/"),
                                          {.status = 302, .headers = {{"Location", "https://vendor.test/"}}});
    EXPECT_TRUE(upgraded);
}

TEST(SystemLookup, KnowsThisHost) {
    const auto addresses = system_lookup("localhost");
    ASSERT_TRUE(addresses) << addresses.error().text;
    EXPECT_THAT(*addresses, ::testing::Contains(::testing::AnyOf("127.0.0.1", "::1")));
}

// The check holds for every step, not only for the first URL: the first host is allowed here, the second is not.
TEST_F(HttpClientAddressTest, RedirectsAreCheckedToo) {
    serve({answers(redirect(302, "http://inside.test/x")), answers(redirect(302, "http://127.0.0.2/x"))});
    auto options = defaults();
    options.lookup = [](const std::string& host) {
        return std::vector<std::string>{host == "vendor.test" ? "127.0.0.1" : "127.0.0.2"};
    };
    options.address_allowed = [](std::string_view address) { return address == "127.0.0.1"; };
    open(options);
    for (int i = 0; i < 2; ++i) {
        const auto response =
            send({.url = url(), .public_addresses_only = true, .redirects = {.limit = 1, .other_hosts = true}});
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().code, "address") << response.error().text;
    }
    EXPECT_EQ(peer_->connections(), 2);
}

// A name that shows one address to a check and another one to a connection (rebinding): it is looked up once, and what
// was checked is called.
TEST_F(HttpClientAddressTest, WhatWasCheckedIsCalled) {
    serve({answers(ok("outside"))});
    int lookups = 0;
    auto options = defaults();
    options.lookup = [&lookups](const std::string&) {
        return std::vector<std::string>{++lookups == 1 ? "127.0.0.1" : "127.0.0.2"};
    };
    options.address_allowed = [](std::string_view address) { return address == "127.0.0.1"; };
    open(options);

    const auto first = send({.url = url(), .public_addresses_only = true});
    ASSERT_TRUE(first) << first.error().text;
    EXPECT_EQ(first->body, "outside");
    EXPECT_EQ(lookups, 1);
    expect_refused(url());
}

}  // namespace
}  // namespace tandem::net
