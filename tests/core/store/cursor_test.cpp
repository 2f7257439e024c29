// Where instances resume: written with what it stands for.
#include "tests/core/store/store_fixture.hpp"

namespace tandem::store {
namespace {

class CursorTest : public StoreTest {
protected:
    std::string cursor(std::string_view instance, std::string_view stream) {
        return store_->cursor(instance, stream).value().value_or("(none)");
    }
};

TEST_F(CursorTest, TheLastUpdateCounts) {
    Batch first = batch();
    first.cursors = {{"sms", "poll:inbox", "1"}, {"sms", "poll:past", "2"}, {"chat", "poll:inbox", "3"}};
    apply(first);
    Batch second = batch();
    second.cursors = {{"sms", "poll:inbox", "4"}, {"sms", "poll:inbox", "5"}};
    apply(second);

    EXPECT_EQ(cursor("sms", "poll:inbox"), "5");
    EXPECT_EQ(cursor("sms", "poll:past"), "2");
    EXPECT_EQ(cursor("chat", "poll:inbox"), "3");
    EXPECT_EQ(cursor("chat", "poll:past"), "(none)");
}

TEST_F(CursorTest, ABatchThatWasAppliedBeforeChangesNothing) {
    Batch first = batch();
    first.cursors = {{"sms", "poll:inbox", "1"}};
    apply(first);
    Batch again = first;
    again.cursors[0].cursor = "0";
    apply(again);

    EXPECT_EQ(cursor("sms", "poll:inbox"), "1");
}

}  // namespace
}  // namespace tandem::store
