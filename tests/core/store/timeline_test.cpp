#include "tests/core/store/store_fixture.hpp"

#include <algorithm>
#include <random>

namespace tandem::store {
namespace {

class TimelineTest : public StoreTest {
protected:
    std::vector<std::string> all_pages(const CustomerId& id,
                                       std::size_t limit,
                                       std::vector<std::string> channels = {}) {
        std::vector<std::string> out;
        TimelineQuery query{.limit = limit, .channels = std::move(channels)};
        while (true) {
            const auto page = store_->timeline(id, query).value();
            EXPECT_LE(page.items.size(), limit);
            for (const auto& item : page.items)
                out.push_back(external_id(item));
            if (!page.next) return out;
            EXPECT_EQ(page.items.size(), limit) << "only the last page may be short";
            query.before = page.next;
        }
    }
};

TEST_F(TimelineTest, PagesThroughPointsAndEqualTimesInOneFixedOrder) {
    std::vector<PartyPoint> points;
    for (int i = 0; i < 5; ++i)
        points.push_back(test::tel("+" + std::to_string(i), identity::Verification::Login));
    observe(test::MessageSpec{.external_id = "link", .at = 1, .points = points});
    std::vector<Observation> messages;
    for (int i = 0; i < 60; ++i) {
        messages.push_back(test::message({.external_id = std::to_string(i),
                                          .channel = i % 4 == 0 ? "email" : "sms",
                                          .at = 100 + i / 7,
                                          .points = {points[static_cast<std::size_t>(i) % points.size()]}}));
    }
    std::ranges::shuffle(messages, std::mt19937(7));
    observe(messages);
    const auto id = customer(points[0]).id;
    std::ranges::sort(messages, std::greater<>{}, [](const Observation& m) { return std::tuple(m.started_at, m.id); });
    std::vector<std::string> expected;
    std::vector<std::string> mails;
    for (const auto& one : messages) {
        expected.push_back(one.external_id);
        if (one.channel == "email") mails.push_back(one.external_id);
    }
    expected.emplace_back("link");
    for (const std::size_t limit : {1U, 2U, 7U, 60U, 61U, 100U})
        EXPECT_EQ(all_pages(id, limit), expected) << limit;
    for (const std::size_t limit : {1U, 4U, 100U})
        EXPECT_EQ(all_pages(id, limit, {"email"}), mails) << limit;
    EXPECT_EQ(all_pages(id, 9, {"email", "sms"}), expected);
    EXPECT_TRUE(all_pages(id, 9, {"voice"}).empty());
}

TEST_F(TimelineTest, MovesAnEntryWhenItsTimeOrItsPointChanges) {
    const auto one = test::tel("+1");
    const auto two = test::tel("+2");
    observe({.external_id = "a", .at = 10, .points = {one}});
    observe({.external_id = "b", .at = 20, .points = {one}});
    EXPECT_EQ(timeline(customer(one).id), (std::vector<std::string>{"b", "a"}));
    observe({.external_id = "a", .rev = 2, .at = 30, .points = {one}});
    EXPECT_EQ(timeline(customer(one).id), (std::vector<std::string>{"a", "b"}));
    observe({.external_id = "a", .rev = 3, .at = 30, .points = {two}});
    EXPECT_EQ(timeline(customer(one).id), std::vector<std::string>{"b"});
    EXPECT_EQ(timeline(customer(two).id), std::vector<std::string>{"a"});
    observe({.external_id = "a", .rev = 4, .channel = "email", .at = 30, .points = {two}});
    EXPECT_EQ(timeline(customer(two).id, {.channels = {"email"}}), std::vector<std::string>{"a"});
}

TEST_F(TimelineTest, HangsOnTheStrongestPointThatAnySourceKnows) {
    const auto number = test::tel("+1", identity::Verification::None);
    const auto card = test::party_point({"crm", "main", "7"}, identity::Verification::Login);
    observe({.external_id = "a", .source = "cti", .precedence = 10, .points = {number}});
    observe({.external_id = "a", .source = "crm", .precedence = 90, .points = {card}});
    EXPECT_EQ(view("a")->point, card.id);
    EXPECT_TRUE(timeline(customer(number).id).empty());
}

TEST_F(TimelineTest, WithoutAPointThereIsNoEntry) {
    observe({.external_id = "internal"});
    EXPECT_TRUE(view("internal"));
    EXPECT_EQ(view("internal")->customer, std::nullopt);
    EXPECT_EQ(store_->stats()->customers, 0U);
}

TEST_F(TimelineTest, RefusesWhatIsNoPageAndUnknownCustomers) {
    const auto point = test::tel("+1");
    observe({.external_id = "a", .points = {point}});
    const auto id = customer(point).id;
    for (const char* before : {"", "x", "1", "1.", "1.2x", "99999999999999999999.1"}) {
        const auto page = store_->timeline(id, {.before = before});
        ASSERT_FALSE(page) << before;
        EXPECT_EQ(page.error().kind, ErrorKind::Rejected);
        EXPECT_EQ(page.error().text, "'before' is not the 'next' of a page") << "shown to whoever asked";
    }
    EXPECT_EQ(store_->timeline(CustomerId{}, {}).error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace tandem::store
