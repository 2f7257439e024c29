// A store in a temporary folder and short words for what tests do with it.
#pragma once

#include "core/data/json.hpp"
#include "core/store/store.hpp"
#include "tests/support/store_builder.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace tandem::store {

class StoreTest : public ::testing::Test {
protected:
    void SetUp() override { open(); }

    void open(const std::filesystem::path& file) {
        store_.reset();
        auto opened = open_sqlite_store({.file = file, .rules = rules_, .readers = 2});
        ASSERT_TRUE(opened) << opened.error().text;
        store_ = std::move(*opened);
    }
    void open() { open(file()); }
    std::filesystem::path file() const { return dir_.path() / "store.db"; }

    Batch batch() {
        Batch out;
        out.consumer = "pipeline@test";
        out.position = ++position_;
        out.now = now_;
        return out;
    }
    ApplyReport apply(const Batch& given) {
        const auto report = store_->apply(given);
        EXPECT_TRUE(report) << report.error().text;
        return report.value_or(ApplyReport{});
    }
    ApplyReport observe(std::vector<Observation> observations) {
        Batch out = batch();
        out.observations = std::move(observations);
        return apply(out);
    }
    ApplyReport observe(const test::MessageSpec& spec) { return observe({test::message(spec)}); }
    ApplyReport receive(const std::string& external_id,
                        model::ReceiptStatus status,
                        std::int64_t at,
                        const std::string& code = {}) {
        Batch out = batch();
        out.receipts.push_back({interaction_id("test", external_id), status, seconds(at), code, {}});
        return apply(out);
    }
    ApplyReport advance(const std::string& thread, model::ReceiptStatus status, std::int64_t until) {
        Batch out = batch();
        out.watermarks.push_back({thread_id("test", thread), status, seconds(until)});
        return apply(out);
    }

    static Instant seconds(std::int64_t value) { return from_micros(value * 1'000'000); }

    std::optional<InteractionView> view(const std::string& external_id) {
        return store_->interaction(interaction_id("test", external_id)).value();
    }
    CustomerView customer(const PartyPoint& point) {
        const auto found = store_->customer_of(point.id);
        EXPECT_TRUE(found && *found) << point.point.value;
        return found && *found ? **found : CustomerView{};
    }
    data::Value document(const std::string& external_id) {
        const auto shown = view(external_id);
        EXPECT_TRUE(shown) << external_id;
        return shown ? data::parse_json(shown->document, documents_).value() : data::Value();
    }
    std::size_t interactions() { return store_->stats()->interactions; }

    // Applies the observations in every order, each to a store of its own, then looks.
    template <class Look>
    void in_every_order(const std::vector<Observation>& given, Look look) {
        std::vector<std::size_t> order(given.size());
        std::iota(order.begin(), order.end(), 0);
        do {
            SCOPED_TRACE(::testing::PrintToString(order));
            test::TempDir dir;
            open(dir.path() / "store.db");
            for (const auto i : order)
                observe({given[i]});
            look();
            store_.reset();
        } while (std::ranges::next_permutation(order).found);
    }

    // External ids, newest first.
    std::vector<std::string> timeline(const CustomerId& id, TimelineQuery query = {}) {
        std::vector<std::string> out;
        const auto page = store_->timeline(id, query);
        EXPECT_TRUE(page) << page.error().text;
        if (page) {
            for (const InteractionView& item : page->items)
                out.push_back(external_id(item));
        }
        return out;
    }
    static std::string external_id(const InteractionView& item) {
        data::Arena arena;
        const auto document = data::parse_json(item.document, arena);
        return std::string(document.value().string_at("external_id").value_or("?"));
    }
    std::vector<std::string> feed(std::uint64_t after = 0) {
        std::vector<std::string> out;
        const auto entries = store_->feed(after, 1'000);
        EXPECT_TRUE(entries);
        for (const FeedEntry& entry : *entries)
            out.emplace_back(to_string(entry.kind));
        return out;
    }

    test::TempDir dir_;
    data::Arena documents_;
    identity::LinkRules rules_;
    Instant now_ = from_micros(1'800'000'000'000'000);
    std::uint64_t position_ = 0;
    std::unique_ptr<Store> store_;
};

}  // namespace tandem::store
