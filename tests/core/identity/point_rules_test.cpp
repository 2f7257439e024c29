#include "core/identity/point.hpp"

#include <gtest/gtest.h>

namespace tandem::identity {
namespace {

TEST(PointRules, OverrideTheClassThatTheFormSuggests) {
    const auto rules = read_point_rules({.trunks = {"+7 495 123-45-67", "8 (812) 000-01-23"},
                                         .shared = {"Family@Example.com"},
                                         .own = {"+7 495 000-00-01", "sales-team@example.com"}},
                                        "RU");
    ASSERT_TRUE(rules) << rules.error().text;
    const auto class_in_rules = [&](const char* scheme, const char* value) {
        return class_of(normalise(scheme, "", value, "RU"), *rules);
    };
    EXPECT_EQ(class_in_rules("tel", "84951234567"), PointClass::Trunk);
    EXPECT_EQ(class_in_rules("tel", "+78120000123"), PointClass::Trunk);
    EXPECT_EQ(class_in_rules("tel", "+74950000001"), PointClass::Trunk);
    EXPECT_EQ(class_in_rules("mailto", "sales-team@example.com"), PointClass::Trunk);
    EXPECT_EQ(class_in_rules("mailto", "family@example.com"), PointClass::Shared);
    EXPECT_EQ(class_in_rules("tel", "+74951234568"), PointClass::Personal);
    EXPECT_EQ(class_in_rules("mailto", "info@example.com"), PointClass::Shared);
}

TEST(PointRules, NameTheEntryThatIsNoPoint) {
    const auto rules = read_point_rules({.trunks = {"+74951234567"}, .shared = {"nobody"}, .own = {}}, "RU");
    ASSERT_FALSE(rules);
    EXPECT_EQ(rules.error().kind, ErrorKind::Config);
    EXPECT_TRUE(rules.error().text.starts_with("shared: 'nobody'")) << rules.error().text;
}

}  // namespace
}  // namespace tandem::identity
