// The shared vectors: merging, receipts and the story of one customer.
#include "tests/support/fixtures.hpp"

#include "core/store/delivery.hpp"
#include "core/store/fold.hpp"
#include "tests/core/store/store_fixture.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <random>
#include <set>
#include <sstream>

namespace tandem::store {
namespace {

using data::Value;

std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::vector<std::string> out;
    std::istringstream in(tandem::testing::read_file(file));
    for (std::string line; std::getline(in, line);)
        out.push_back(line);
    return out;
}

class FixturesTest : public StoreTest {
protected:
    std::optional<std::filesystem::path> folder_ = tandem::testing::fixtures("schema");
    data::Arena arena_;
};

class MergeVectors : public FixturesTest {
protected:
    void SetUp() override {
        if (!folder_) return;
        for (const std::string& line : lines_of(*folder_ / "merge/observations.jsonl")) {
            observations_.push_back(read(data::parse_json(line, arena_).value()));
        }
        for (const std::string& line : lines_of(*folder_ / "merge/expected-fold.jsonl")) {
            const Value entry = data::parse_json(line, arena_).value();
            expected_[InteractionId::parse(*entry.string_at("interaction_id")).value()] = entry.get("fold");
        }
        ASSERT_EQ(observations_.size(), 900U);
        ASSERT_EQ(expected_.size(), 40U);
    }

    static Observation read(Value entry) {
        static const std::map<std::int64_t, int> kPrecedence = {{1, 100}, {2, 50}, {3, 70}};
        Observation out;
        out.id = InteractionId::parse(*entry.string_at("interaction_id")).value();
        out.source = std::to_string(entry.get("source_id").as_int());
        out.precedence = kPrecedence.at(entry.get("source_id").as_int());
        out.rev = entry.get("rev").as_int();
        const auto hash = *entry.string_at("rev_hash");
        std::from_chars(hash.data(), hash.data() + hash.size(), out.rev_hash, 16);
        const Value snapshot = entry.get("snapshot");
        out.channel = *snapshot.string_at("channel");
        out.direction = *snapshot.string_at("direction");
        out.started_at = from_micros(snapshot.get("started_at").as_int() * 1'000);
        out.points = {test::tel("+1" + out.id.text().substr(0, 4))};
        out.document = data::to_json(snapshot);
        return out;
    }

    void expect_fold(const InteractionId& id, std::string_view document, Instant started_at) {
        const Value folded = data::parse_json(document, arena_).value();
        for (const data::Member& member : expected_.at(id).members()) {
            EXPECT_EQ(data::to_json(folded.get(member.key)), data::to_json(member.value)) << id.text() << member.key;
        }
        EXPECT_EQ(to_micros(started_at), expected_.at(id).get("started_at").as_int() * 1'000);
    }

    std::vector<Observation> observations_;
    std::map<InteractionId, Value> expected_;
};

TEST_F(MergeVectors, FoldAlikeInEveryOrder) {
    for (unsigned seed = 0; seed < 30 && folder_; ++seed) {
        std::ranges::shuffle(observations_, std::mt19937(seed));
        std::map<InteractionId, std::vector<Register>> registers;
        for (const Observation& one : observations_) {
            put_register(registers[one.id], {.source = one.source,
                                             .precedence = one.precedence,
                                             .rev = one.rev,
                                             .rev_hash = one.rev_hash,
                                             .started_at = one.started_at,
                                             .channel = one.channel,
                                             .document = one.document});
        }
        for (const auto& [id, of_one] : registers) {
            const Visible visible = fold(of_one);
            expect_fold(id, visible.document, visible.started_at);
        }
    }
}

TEST_F(MergeVectors, FoldAlikeThroughTheStore) {
    for (unsigned seed = 0; seed < 3 && folder_; ++seed) {
        open(dir_.path() / ("store" + std::to_string(seed) + ".db"));
        position_ = 0;
        std::ranges::shuffle(observations_, std::mt19937(seed));
        constexpr std::size_t kSizes[] = {7, 100, 900};
        for (std::size_t at = 0; at < observations_.size();) {
            const std::size_t size = std::min(kSizes[seed], observations_.size() - at);
            const auto from = observations_.begin() + static_cast<std::ptrdiff_t>(at);
            observe(std::vector(from, from + static_cast<std::ptrdiff_t>(size)));
            at += size;
        }
        const auto entries = feed().size();
        EXPECT_EQ(observe(observations_).unchanged, observations_.size());
        EXPECT_EQ(feed().size(), entries);
        for (const auto& [id, folded] : expected_) {
            const auto view = store_->interaction(id).value();
            ASSERT_TRUE(view);
            expect_fold(id, view->document, view->started_at);
            const auto page = store_->timeline(*view->customer, {}).value();
            EXPECT_TRUE(std::ranges::any_of(
                page.items, [&](const auto& item) { return item.id == id && item.started_at == view->started_at; }));
        }
    }
}

TEST_F(FixturesTest, ReceiptVectorsGiveTheExpectedStatusDirectlyAndThroughTheStore) {
    if (!folder_) return;
    static const std::map<std::string_view, model::ReceiptStatus> kWords = {
        {"queued", model::ReceiptStatus::Queued},       {"accepted", model::ReceiptStatus::Sent},
        {"delivered", model::ReceiptStatus::Delivered}, {"read", model::ReceiptStatus::Read},
        {"failed", model::ReceiptStatus::Failed},
    };
    int number = 0;
    for (const std::string& line : lines_of(*folder_ / "merge/delivery-receipts.jsonl")) {
        const Value vector = data::parse_json(line, arena_).value();
        const std::string id = std::to_string(++number);
        Receipts receipts;
        const auto& list = vector.get("receipts").items();
        for (std::size_t i = 0; i < list.size(); ++i) {
            const auto status = kWords.at(list[i].items()[0].as_string());
            const std::int64_t at = list[i].items()[1].as_int();
            receipts.add(status, seconds(at), "", "");
            if (i == list.size() / 2) observe({.external_id = id, .direction = "outbound"});
            receive(id, status, at);
        }
        const Value expect = vector.get("expect");
        for (const Delivery& delivery : {receipts.view(), view(id)->delivery}) {
            EXPECT_EQ(delivery.status(), kWords.at(*expect.string_at("status"))) << line;
            const auto same = [&](std::string_view key, std::optional<Instant> at) {
                const Value time = expect.get(key);
                EXPECT_EQ(at, time.is_null() ? std::nullopt : std::optional(seconds(time.as_int()))) << line << key;
            };
            same("queued_at", delivery.queued_at);
            same("accepted_at", delivery.sent_at);
            same("delivered_at", delivery.delivered_at);
            same("read_at", delivery.read_at);
            same("failed_at", delivery.failed_at);
        }
    }
    EXPECT_EQ(number, 31);
}

class Scenario : public FixturesTest {
protected:
    static std::set<std::string> names(Value list) {
        std::set<std::string> out;
        for (const Value& item : list.items())
            out.emplace(item.as_string());
        return out;
    }
    static std::string name(const identity::Point& point) {
        return point.scheme + ":" + point.scope + ":" + point.value;
    }
    static PartyPoint point(std::string_view text) { return test::party_point(test::colon_point(std::string(text))); }

    void expect_customer(const PartyPoint& anchor, Value points, Value files, const std::string& step) {
        const CustomerView view = customer(anchor);
        std::set<std::string> have;
        for (const PointView& one : view.points)
            have.insert(name(one.point));
        EXPECT_EQ(have, names(points)) << step;
        std::vector<std::string> expected;
        for (const Value& file : files.items())
            expected.push_back(external_ids_.at(std::string(file.as_string())));
        EXPECT_EQ(timeline(view.id), expected) << step;
    }

    void ingest(std::vector<std::filesystem::path> files) {
        for (const auto& file : files) {
            const Observation one = test::observation_of(tandem::testing::read_file(file));
            external_ids_[file.stem().string()] = one.external_id;
            observe({one});
        }
    }

    std::map<std::string, std::string> external_ids_;
};

TEST_F(Scenario, LinkSuggestionOperatorLinkAndSplit) {
    if (!folder_) return;
    const std::string text = tandem::testing::read_file(*folder_ / "identity/one-customer-scenario.json");
    const Value scenario = data::parse_json(text, arena_).value();
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(*folder_ / "normalised")) {
        if (entry.path().filename() != "interaction.schema.json") files.push_back(entry.path());
    }
    ASSERT_EQ(files.size(), 8U);
    for (unsigned seed = 0; seed < 5; ++seed) {
        open(dir_.path() / ("store" + std::to_string(seed) + ".db"));
        position_ = 0;
        std::ranges::shuffle(files, std::mt19937(seed));
        ingest(files);
        const PartyPoint card = point("crm:crm-main:C-100231");
        bool first = true;
        for (const Value& step : scenario.get("steps").items()) {
            const std::string title(*step.string_at("step"));
            if (!first && step.get("edges").is_array()) {
                for (const Value& edge : step.get("edges").items()) {
                    ASSERT_TRUE(store_->link(point(*edge.string_at("a")), point(*edge.string_at("b")), "agent", now_));
                }
            }
            if (step.get("cut").is_array()) {
                for (const Value& edge : step.get("cut").items()) {
                    ASSERT_TRUE(
                        store_->unlink(point(*edge.string_at("a")).id, point(*edge.string_at("b")).id, "agent", now_));
                }
            }
            first = false;
            expect_customer(card, step.get("customer_nodes"), step.get("timeline"), title);
            std::set<std::string> suggested;
            for (const Suggestion& one : customer(card).suggestions)
                suggested.insert(name(one.other.point));
            EXPECT_EQ(suggested, names(step.get("suggestions"))) << title;
            if (const Value others = step.get("other_customer_nodes"); others.is_array()) {
                expect_customer(point(others.items()[0].as_string()), others, step.get("other_customer_timeline"),
                                title);
            }
        }
        EXPECT_EQ(customer(point("anon::00001002351763630000")).points.size(), 1U);
        EXPECT_EQ(customer(point("whatsapp:104420:GB.1a2b3c4d5e")).points.size(), 1U);
        EXPECT_EQ(customer(point("vk::5551234")).points.size(), 1U);
    }
}

}  // namespace
}  // namespace tandem::store
