#include "tests/core/store/store_fixture.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace tandem::store {
namespace {

using identity::Verification;
using Kinds = std::vector<std::string>;

const std::string kCreated = "interaction.created";
const std::string kMerged = "customer.merged";
const std::string kSplit = "customer.split";

class CustomerTest : public StoreTest {
protected:
    // One message that presents these points.
    void present(const std::string& id, std::int64_t at, std::vector<PartyPoint> points) {
        observe({.external_id = id, .at = at, .points = std::move(points)});
    }
    CustomerId link(const PartyPoint& a, const PartyPoint& b) { return store_->link(a, b, "ops", now_).value(); }
    CustomerId unlink(const PartyPoint& a, const PartyPoint& b) {
        return store_->unlink(a.id, b.id, "ops", now_).value();
    }

    const PartyPoint tel1_ = test::tel("+1");
    const PartyPoint tel2_ = test::tel("+2");
    const PartyPoint mail_ = test::party_point({"mailto", "", "a@example.com"});
    const PartyPoint typed_ = test::party_point({"mailto", "", "typed@example.com"}, Verification::None);
    const PartyPoint card_ = test::party_point({"crm", "main", "1"}, Verification::Login);
    const PartyPoint other_card_ = test::party_point({"crm", "main", "2"}, Verification::Login);
};

TEST_F(CustomerTest, EveryPointIsSomebodyFromItsFirstContact) {
    present("a", 100, {tel1_});
    const auto view = customer(tel1_);
    ASSERT_EQ(view.points.size(), 1U);
    EXPECT_EQ(view.points[0].point, tel1_.point);
    EXPECT_EQ(view.points[0].first_seen, seconds(100));
    EXPECT_EQ(view.created_at, seconds(100));
    EXPECT_EQ(store_->customer(view.id)->value().id, view.id);
    EXPECT_FALSE(store_->customer_of(tel2_.id)->has_value());
    EXPECT_FALSE(store_->customer(CustomerId{})->has_value());
    present("b", 50, {tel1_});
    EXPECT_EQ(customer(tel1_).created_at, seconds(50)) << "an older contact that came late";
    EXPECT_EQ(customer(tel1_).id, view.id);
}

TEST_F(CustomerTest, PointsOfOnePartyAreOneCustomerFromTheStart) {
    present("a", 100, {tel1_, mail_});
    EXPECT_EQ(customer(tel1_).id, customer(mail_).id);
    EXPECT_EQ(customer(tel1_).points.size(), 2U);
    EXPECT_TRUE(customer(tel1_).merged_ids.empty()) << "nobody has ever seen another id";
    EXPECT_EQ(feed(), Kinds{kCreated});
    EXPECT_EQ(store_->stats()->customers, 1U);
    EXPECT_EQ(store_->stats()->points, 2U);
}

TEST_F(CustomerTest, NewEvidenceMergesIntoTheOldestAndOldIdsResolve) {
    present("a", 100, {tel1_});
    present("b", 200, {mail_});
    const auto old_id = customer(tel1_).id;
    const auto young_id = customer(mail_).id;
    present("c", 300, {mail_, tel1_});
    const auto view = customer(mail_);
    EXPECT_EQ(view.id, old_id);
    EXPECT_EQ(view.merged_ids, std::vector<CustomerId>{young_id});
    EXPECT_EQ(store_->customer(young_id)->value().id, old_id);
    EXPECT_EQ(timeline(young_id), (std::vector<std::string>{"c", "b", "a"}));
    const auto entries = store_->feed(0, 10).value();
    ASSERT_EQ(feed(), (Kinds{kCreated, kCreated, kMerged, kCreated}));
    EXPECT_EQ(entries[2].subject, young_id.text());
    EXPECT_EQ(entries[2].customer, old_id);
    EXPECT_EQ(store_->stats()->customers, 1U);
    EXPECT_EQ(view.suggestions.size(), 0U);
}

TEST_F(CustomerTest, WeakEvidenceIsASuggestionUntilStrongerComes) {
    present("a", 100, {tel1_, typed_});
    EXPECT_NE(customer(tel1_).id, customer(typed_).id);
    const auto suggestions = customer(tel1_).suggestions;
    ASSERT_EQ(suggestions.size(), 1U);
    EXPECT_EQ(suggestions[0].mine.id, tel1_.id);
    EXPECT_EQ(suggestions[0].other.id, typed_.id);
    EXPECT_EQ(suggestions[0].other_customer, customer(typed_).id);
    EXPECT_EQ(suggestions[0].strength, 40);
    EXPECT_EQ(suggestions[0].basis, "self_declared");
    EXPECT_EQ(customer(typed_).suggestions.size(), 1U);
    auto proven = typed_;
    proven.verification = Verification::Login;
    present("b", 200, {tel1_, proven});
    EXPECT_EQ(customer(tel1_).id, customer(typed_).id);
    EXPECT_TRUE(customer(tel1_).suggestions.empty());
}

TEST_F(CustomerTest, OneCustomerNeverHasTwoCards) {
    present("a", 100, {card_, tel1_});
    present("b", 200, {other_card_, tel1_});
    EXPECT_NE(customer(card_).id, customer(other_card_).id);
    EXPECT_EQ(customer(tel1_).points.size(), 1U) << "a number that two cards claim joins neither";
    EXPECT_EQ(customer(tel1_).suggestions.size(), 2U);
    EXPECT_EQ(store_->stats()->customers, 3U);
    EXPECT_TRUE(std::ranges::count(feed(), kSplit) == 1) << "it had been joined to the first card";
}

TEST_F(CustomerTest, AnOperatorLinksAndSplitsWithoutTouchingInteractions) {
    present("a", 100, {tel1_});
    present("b", 200, {mail_});
    const auto first = customer(tel1_).id;
    const auto second = customer(mail_).id;
    EXPECT_EQ(link(mail_, tel1_), first);
    EXPECT_EQ(link(tel1_, mail_), first);
    EXPECT_EQ(feed(), (Kinds{kCreated, kCreated, kMerged})) << "linking twice is linking once";
    EXPECT_EQ(view("b")->customer, first);
    EXPECT_EQ(view("b")->version, 1U);
    EXPECT_EQ(unlink(tel1_, mail_), first);
    EXPECT_EQ(unlink(mail_, tel1_), second);
    EXPECT_EQ(feed(), (Kinds{kCreated, kCreated, kMerged, kSplit}));
    const auto split = store_->feed(3, 1)->front();
    EXPECT_EQ(split.subject, second.text());
    EXPECT_EQ(split.customer, first);
    EXPECT_EQ(timeline(first), std::vector<std::string>{"a"});
    EXPECT_EQ(timeline(second), std::vector<std::string>{"b"});
    EXPECT_TRUE(customer(tel1_).suggestions.empty()) << "a cut is no suggestion";
    EXPECT_TRUE(customer(tel1_).merged_ids.empty());
    EXPECT_EQ(store_->stats()->customers, 2U);
}

TEST_F(CustomerTest, ACutHoldsAgainstLaterEvidenceUntilAnOperatorLinksAgain) {
    present("a", 100, {tel1_, mail_});
    unlink(tel1_, mail_);
    present("b", 200, {tel1_, mail_});
    auto stronger = mail_;
    stronger.verification = Verification::Login;
    auto also = tel1_;
    also.verification = Verification::Login;
    present("c", 300, {also, stronger});
    EXPECT_NE(customer(tel1_).id, customer(mail_).id);
    link(tel1_, mail_);
    EXPECT_EQ(customer(tel1_).id, customer(mail_).id);
}

TEST_F(CustomerTest, LinkingMakesPointsThatDoNotExistYet) {
    const auto id = link(tel1_, mail_);
    EXPECT_EQ(customer(tel1_).id, id);
    EXPECT_EQ(customer(mail_).id, id);
    EXPECT_EQ(store_->stats()->customers, 1U);
    EXPECT_EQ(link(tel2_, tel2_), customer(tel2_).id) << "with itself: nothing but the point";
    EXPECT_EQ(customer(tel2_).points.size(), 1U);
    EXPECT_EQ(store_->unlink(tel1_.id, typed_.id, "ops", now_).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(unlink(tel2_, tel2_), customer(tel2_).id);
}

TEST_F(CustomerTest, APointThatTurnsOutToBeATrunkLetsItsCustomersGo) {
    present("a", 100, {tel1_, mail_});
    present("b", 200, {tel1_, card_});
    EXPECT_EQ(customer(tel1_).points.size(), 3U);
    auto trunk = tel1_;
    trunk.point_class = identity::PointClass::Trunk;
    present("c", 300, {trunk});
    EXPECT_EQ(customer(tel1_).points.size(), 1U);
    EXPECT_NE(customer(mail_).id, customer(card_).id);
    EXPECT_EQ(store_->stats()->customers, 3U);
}

TEST_F(CustomerTest, ACustomerMayHaveManyPointsButNotTooMany) {
    rules_.max_points_per_customer = 4;
    open();
    for (int i = 0; i < 10; ++i)
        present(std::to_string(i), 100 + i, {test::tel("+" + std::to_string(i)), mail_});
    EXPECT_EQ(customer(mail_).points.size(), 4U);
    EXPECT_EQ(store_->stats()->customers, 8U);
}

// Random parties, operator links and cuts: who is together, and what is counted, must not depend on the order in which
// the evidence came.
TEST_F(CustomerTest, TheOrderOfEvidenceDoesNotMatter) {
    std::vector<PartyPoint> points;
    for (int i = 0; i < 14; ++i) {
        const auto verification = i % 3 == 0   ? Verification::None
                                  : i % 3 == 1 ? Verification::Vendor
                                               : Verification::Login;
        points.push_back(i % 5 == 0 ? test::party_point({"crm", "main", std::to_string(i)}, verification)
                                    : test::tel("+" + std::to_string(i), verification));
    }
    for (unsigned graph = 0; graph < 6; ++graph) {
        std::mt19937 random(graph);
        std::vector<Observation> messages;
        for (int i = 0; i < 16; ++i) {
            std::vector<PartyPoint> party;
            std::ranges::sample(points, std::back_inserter(party), 1 + static_cast<int>(random() % 3), random);
            messages.push_back(test::message({.external_id = std::to_string(i), .at = 100 + i, .points = party}));
        }
        std::set<std::set<PointId>> expected;
        for (unsigned order = 0; order < 4; ++order) {
            open(dir_.path() / ("g" + std::to_string(graph) + "." + std::to_string(order) + ".db"));
            position_ = 0;
            for (const auto& one : messages)
                observe({one});
            std::map<CustomerId, std::set<PointId>> customers;
            for (const auto& point : points) {
                const auto view = store_->customer_of(point.id).value();
                if (view) customers[view->id].insert(point.id);
            }
            std::set<std::set<PointId>> partition;
            for (const auto& [id, members] : customers)
                partition.insert(members);
            if (order == 0) expected = partition;
            EXPECT_EQ(partition, expected) << "graph " << graph << ", order " << order;
            EXPECT_EQ(store_->stats()->customers, customers.size());
            std::ranges::shuffle(messages, random);
        }
    }
}

}  // namespace
}  // namespace tandem::store
