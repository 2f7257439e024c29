// A journal and a real store in a folder of their own, and a pack whose version, text and groups a test chooses.
#pragma once

#include "core/config/node.hpp"
#include "core/data/json.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/store/store.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::pipeline::test {

using namespace std::chrono_literals;

constexpr auto kLimit = 20s;

constexpr std::string_view kOneItem = "    - rules:\n";

inline std::string pack_text(int version, std::string_view body, std::string_view group) {
    return "pack: clinic\nversion: " + std::to_string(version) + R"(
title: Messages of a clinic
receive:
  decode: json
  records:
)" + std::string(group) +
           R"(        - { name: typing, when: "kind == 'typing'", ignore: "'typing'" }
        - name: report
          when: "kind == 'report'"
          receipt: { namespace: "'clinic'", external_id: id, status: status, at: at }
        - name: message
          snapshot:
            namespace: "'clinic'"
            external_id: id
            channel: "'chat'"
            direction: "'inbound'"
            state: "'closed'"
            started_at: at
            parties: [ { no: "`0`", role: "'customer'", contact_points: [ { scheme: "'tel'", value: from } ] } ]
            messages: [ { external_id: id, sender: "`0`", author_kind: "'customer'", sent_at: at, body: ")" +
           std::string(body) + "\" } ]\n";
}

inline std::shared_ptr<const Sources> sources(int version = 1,
                                              std::string_view body = "text",
                                              std::string_view group = kOneItem) {
    config::Diagnostics diagnostics;
    auto root = config::parse_yaml(pack_text(version, body, group), "clinic.yaml", diagnostics);
    auto pack = mapping::Pack::compile(root, diagnostics);
    EXPECT_TRUE(pack) << diagnostics.to_text();
    mapping::Settings settings;
    settings.arena = std::make_shared<data::Arena>();
    auto bound = std::make_shared<const mapping::BoundPack>(pack, std::move(settings), "clinic", "RU");
    return std::make_shared<const Sources>(Sources{{"clinic", Source{bound, "RU", 100}}});
}

inline std::string message(int number, std::string_view at = "2026-03-01T10:00:00Z") {
    auto id = std::to_string(number);
    return R"({"id":"m)" + id + R"(","from":"+7495123)" + std::to_string(1000 + number) + R"(","at":")" +
           std::string(at) + R"(","text":"text )" + id + R"("})";
}

// The real store, with failures of apply() that a test asks for.
class UnwillingStore final : public store::Store {
public:
    explicit UnwillingStore(std::unique_ptr<store::Store> real) : real_(std::move(real)) {}

    std::deque<Error> failures;           // answered one by one before anything is applied
    std::optional<InteractionId> poison;  // a batch that holds it is refused

    Result<store::ApplyReport> apply(const store::Batch& batch) override {
        if (!failures.empty()) {
            auto error = failures.front();
            failures.pop_front();
            return fail(error);
        }
        for (const auto& observation : batch.observations) {
            if (poison && observation.id == *poison) return fail(rejected("poison"));
        }
        return real_->apply(batch);
    }
    Result<std::uint64_t> position(std::string_view consumer) override { return real_->position(consumer); }
    Result<std::optional<std::string>> cursor(std::string_view instance, std::string_view stream) override {
        return real_->cursor(instance, stream);
    }
    Result<CustomerId> link(const store::PartyPoint& a,
                            const store::PartyPoint& b,
                            std::string_view actor,
                            Instant now) override {
        return real_->link(a, b, actor, now);
    }
    Result<CustomerId> unlink(PointId a, PointId b, std::string_view actor, Instant now) override {
        return real_->unlink(a, b, actor, now);
    }
    Result<std::optional<store::CustomerView>> customer_of(PointId point) override { return real_->customer_of(point); }
    Result<std::optional<store::CustomerView>> customer(CustomerId id) override { return real_->customer(id); }
    Result<store::TimelinePage> timeline(CustomerId id, const store::TimelineQuery& query) override {
        return real_->timeline(id, query);
    }
    Result<std::optional<store::InteractionView>> interaction(InteractionId id) override {
        return real_->interaction(id);
    }
    Result<std::vector<store::FeedEntry>> feed(std::uint64_t after, std::size_t limit) override {
        return real_->feed(after, limit);
    }
    Result<std::vector<store::QuarantineEntry>> quarantine(const store::QuarantineQuery& query) override {
        return real_->quarantine(query);
    }
    Result<std::optional<store::QuarantineEntry>> quarantined(std::uint64_t id) override {
        return real_->quarantined(id);
    }
    Result<store::StoreStats> stats() override { return real_->stats(); }
    store::Outbox& outbox() override { return real_->outbox(); }
    store::Media& media() override { return real_->media(); }
    void on_feed(std::function<void(std::uint64_t)> listener) override { real_->on_feed(std::move(listener)); }

private:
    std::unique_ptr<store::Store> real_;
};

class PipelineTest : public ::testing::Test {
protected:
    PipelineTest() : store_(open_store()) {
        auto dispatch = [](std::move_only_function<void()> work) { work(); };
        journal_ = journal::Journal::open({.file = folder_.path() / "journal.db"}, dispatch, clock_).value();
    }

    std::unique_ptr<store::Store> open_store() {
        store::SqliteStoreOptions options;
        options.file = folder_.path() / "store.db";
        return store::open_sqlite_store(options).value();
    }

    std::unique_ptr<Pipeline> start(std::shared_ptr<const Sources> packs = sources(),
                                    std::chrono::milliseconds longest_batch = 1h) {
        PipelineOptions options{.node = "n1"};
        options.longest_batch = longest_batch;
        options.retry_first = 1ms;
        options.retry_longest = 5ms;
        auto out =
            std::make_unique<Pipeline>(*journal_, store_, std::move(packs), identity_, clock_, obs::Log(), options);
        EXPECT_TRUE(out->start());
        return out;
    }

    journal::Position append(const std::vector<std::string>& bodies, const std::string& instance = "clinic") {
        std::vector<journal::Event> events;
        for (const auto& body : bodies) {
            journal::Event event;
            event.instance = instance;
            event.received_at = clock_.now();
            event.content_type = "application/json";
            event.envelope = R"({"method":"POST","url":"https://gw.example.test/hooks/clinic"})";
            event.raw = body;
            events.push_back(std::move(event));
        }
        std::promise<Result<journal::Position>> promise;
        journal_->append(std::move(events),
                         [&](Result<journal::Position> result) { promise.set_value(std::move(result)); });
        auto result = promise.get_future().get();
        EXPECT_TRUE(result);
        return result.value_or(0);
    }

    std::string text_of(const std::string& id) {
        auto view = store_.interaction(interaction_id("clinic", id));
        if (!view || !*view) return "(absent)";
        data::Arena arena;
        auto document = data::parse_json((*view)->document, arena);
        return std::string(document->get("messages").items()[0].string_at("body").value_or("(none)"));
    }

    tandem::test::TempDir folder_;
    SystemClock clock_;
    IdentityContext identity_{Secret("key-of-the-test"), {}};
    UnwillingStore store_;
    std::unique_ptr<journal::Journal> journal_;
};

}  // namespace tandem::pipeline::test
