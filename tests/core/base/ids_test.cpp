#include "core/base/ids.hpp"

#include <gtest/gtest.h>

namespace tandem {
namespace {

// RFC 9562, appendix A.4: the name www.example.com in the name space of host names.
TEST(Ids, Uuid5) {
    auto dns = parse_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8").value();
    EXPECT_EQ(uuid_text(uuid5(dns, "www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(Ids, TextIsReadInEitherCase) {
    EXPECT_EQ(parse_uuid("2ED6657D-E927-568B-95E1-2665A8AEA6A2"), parse_uuid("2ed6657d-e927-568b-95e1-2665a8aea6a2"));
    EXPECT_NE(parse_uuid("2ED6657D-E927-568B-95E1-2665A8AEA6A2"), std::nullopt);
}

TEST(Ids, OtherTextsAreRefused) {
    for (std::string_view text :
         {"", "2ed6657d", "2ed6657de927568b95e12665a8aea6a2", "2ed6657d-e927-568b-95e1-2665a8aea6ag",
          "2ed6657d-e927-568b-95e1-2665a8aea6a2 ", "2ed6657d+e927-568b-95e1-2665a8aea6a2"}) {
        EXPECT_EQ(parse_uuid(text), std::nullopt) << text;
    }
}

TEST(Ids, DependOnNameSpaceAndExternalIdApart) {
    EXPECT_EQ(interaction_id("ucid", "1"), interaction_id("ucid", "1"));
    EXPECT_NE(interaction_id("ucid", "1"), interaction_id("ucid", "2"));
    EXPECT_NE(interaction_id("a", "bc"), interaction_id("ab", "c"));
    EXPECT_EQ(InteractionId::parse(interaction_id("ucid", "1").text()), interaction_id("ucid", "1"));
}

}  // namespace
}  // namespace tandem
