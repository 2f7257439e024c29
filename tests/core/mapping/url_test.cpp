#include "core/mapping/url.hpp"

#include <gtest/gtest.h>

namespace tandem::mapping::testing {
namespace {

TEST(Url, Splits) {
    struct Case {
        std::string_view url, origin, path, query;
    };
    for (const auto& [url, origin, path, query] : {
             Case{"https://a.test:8443/b/c?d=1&e#f", "https://a.test:8443", "/b/c", "d=1&e"},
             Case{"https://a.test", "https://a.test", "", ""},
             Case{"https://a.test?x", "https://a.test", "", "x"},
             Case{"/hooks/x?y=z", "", "/hooks/x", "y=z"},
             Case{"", "", "", ""},
         }) {
        const auto parts = split_url(url);
        EXPECT_EQ(parts.origin, origin) << url;
        EXPECT_EQ(parts.path, path) << url;
        EXPECT_EQ(parts.query, query) << url;
    }
}

TEST(Url, ChangesThePortOnly) {
    EXPECT_EQ(with_default_port("https://a.test/b?c:d"), "https://a.test:443/b?c:d");
    EXPECT_EQ(with_default_port("http://a.test"), "http://a.test:80");
    EXPECT_EQ(with_default_port("https://a.test:99/b"), "https://a.test:99/b");
    EXPECT_EQ(with_default_port("/b"), "/b");
    EXPECT_EQ(without_port("https://a.test:99/b:1"), "https://a.test/b:1");
    EXPECT_EQ(without_port("https://u:p@[::1]:99/b"), "https://u:p@[::1]/b");
    EXPECT_EQ(without_port("https://[::1]/b"), "https://[::1]/b");
    EXPECT_EQ(without_port("https://a.test/b"), "https://a.test/b");
}

TEST(Url, DropsParametersAndKeepsTheRestAsItIs) {
    const std::vector<std::string> names = {"key", "a b"};
    EXPECT_EQ(without_parameters("https://a.test/?key=1&x=%7e&KEY=2", names), "https://a.test/?x=%7e&KEY=2");
    EXPECT_EQ(without_parameters("/p?k%65y=1", names), "/p");
    EXPECT_EQ(without_parameters("/p?a+b=1&c", names), "/p?c");
    EXPECT_EQ(without_parameters("/p?c=key", names), "/p?c=key");
}

TEST(Url, FindsParameters) {
    EXPECT_EQ(query_value("a=1&b=%D0%AF+x&b=2", "b"), "Я x");
    EXPECT_EQ(query_value("a", "a"), "");
    EXPECT_EQ(query_value("a=1", "b"), std::nullopt);
    EXPECT_EQ(parse_query("&&a=1&&=2&").size(), 2U);
}

}  // namespace
}  // namespace tandem::mapping::testing
