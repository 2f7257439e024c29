#include "core/store/media.hpp"

#include "core/base/text.hpp"
#include "core/media/folder.hpp"
#include "tests/core/api/gateway.hpp"
#include "tests/support/run_sync.hpp"
#include "tests/support/store_builder.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace tandem {
namespace {

using test::Gateway;
using test::Json;

constexpr std::string_view kReader = "r-secret";

class Body final : public net::ResponseStream {
public:
    async::Task<bool> write(std::string chunk) override {
        text += chunk;
        ++pieces;
        co_return true;
    }
    std::string text;
    int pieces = 0;
};

class MediaApiTest : public ::testing::Test {
protected:
    void SetUp() override {
        store_ = store::open_sqlite_store({.file = dir_.path() / "store.db", .readers = 1}).value();
        ASSERT_TRUE(folder_.open());
        api::ApiSources sources;
        sources.media = &folder_;
        gateway_ = std::make_unique<Gateway>(Gateway::options(), sources, store_.get());
    }

    // A message with a file, which is stored; its hash in hex.
    std::string kept(const std::string& bytes, const std::string& type, const std::string& name) {
        auto observation = test::message({.external_id = name, .points = {test::tel("+1")}});
        observation.document.insert(observation.document.size() - 1,
                                    R"(,"attachments":[{"external_id":"a","kind":"file","url":"https://v.test/1"}])");
        observation.fetched_by = "chat";
        observation.media = {
            {.attachment = "a", .url = "https://v.test/1", .kind = "file", .media_type = "", .filename = name}};
        store::Batch batch;
        batch.observations = {observation};
        EXPECT_TRUE(store_->apply(batch));
        const auto job = store_->media().claim_media("chat", 1, {}).value().at(0);
        const auto sha512 = folder_.keep(bytes).value();
        EXPECT_TRUE(store_->media().settle_media(
            {.job = job.job, .attempt = job.attempt, .sha512 = sha512, .size = bytes.size(), .media_type = type}, {}));
        return hex({reinterpret_cast<const std::uint8_t*>(sha512.data()), sha512.size()});
    }
    net::HttpReply ask(const std::string& target, std::string_view token) {
        net::HttpRequest request;
        request.method = "GET";
        request.target = target;
        request.headers = {{"Authorization", "Bearer " + std::string(token)}};
        return gateway_->ask(std::move(request));
    }
    static std::string header(const net::StreamingResponse& response, std::string_view name) {
        for (const auto& one : response.headers) {
            if (one.name == name) return one.value;
        }
        return "(none)";
    }

    test::TempDir dir_;
    media::Folder folder_{dir_.path() / "media", {.max_total = 1 << 30, .reserve = 0}};
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<Gateway> gateway_;
};

TEST_F(MediaApiTest, ServesAFileInPieces) {
    const std::string bytes(200'000, 'x');
    const auto sha512 = kept(bytes, "text/html", "..\\..\\Zähler \"1\".html");
    const auto reply = ask("/v1/media/" + sha512, kReader);
    const auto& response = std::get<net::StreamingResponse>(reply);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "text/html");
    EXPECT_EQ(header(response, "Content-Disposition"), "attachment; filename*=UTF-8''Z%C3%A4hler%20_1_.html");
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(response, "Content-Security-Policy"), "sandbox; default-src 'none'");
    Body body;
    test::run_sync(gateway_->io, [](const net::StreamingResponse& given, Body& out) -> async::Task<bool> {
        co_await given.body(out);
        co_return true;
    }(response, body));
    EXPECT_EQ(body.text, bytes);
    EXPECT_EQ(body.pieces, 4);
}

TEST_F(MediaApiTest, ANameCannotHideItsEnding) {
    const auto sha512 = kept("MZ", "application/octet-stream", "invoice\u202Efdp.exe\u2066\u200E");
    const auto reply = ask("/v1/media/" + sha512, kReader);
    EXPECT_EQ(header(std::get<net::StreamingResponse>(reply), "Content-Disposition"),
              "attachment; filename*=UTF-8''invoice_fdp.exe_%E2%80%8E");
}

TEST_F(MediaApiTest, OnlyThePageShowsPicturesAndNothingElse) {
    const auto picture = kept("png", "image/png", "a.png");
    const auto drawing = kept("svg", "image/svg+xml", "a.svg");
    const auto shown = ask("/pop/media/" + picture, "p-secret");
    EXPECT_EQ(header(std::get<net::StreamingResponse>(shown), "Content-Disposition"), "inline; filename*=UTF-8''a.png");
    const auto saved = ask("/pop/media/" + drawing, "p-secret");
    EXPECT_TRUE(header(std::get<net::StreamingResponse>(saved), "Content-Disposition").starts_with("attachment"));
    EXPECT_EQ(gateway_->get("/pop/media/" + picture, kReader).status, 403);
    EXPECT_EQ(gateway_->get("/v1/media/" + picture, "p-secret").status, 403);
    EXPECT_EQ(gateway_->get("/v1/media/" + picture).status, 401);
}

TEST_F(MediaApiTest, TellsWhatItHasNot) {
    EXPECT_EQ(gateway_->get("/v1/media/" + std::string(128, '0'), kReader).status, 404);
    for (const std::string bad : {"x", "..%2Fstore.db", "00"})
        EXPECT_EQ(gateway_->get("/v1/media/" + bad, kReader).status, 400) << bad;
    const auto sha512 = kept("bytes", "image/png", "a.png");
    std::filesystem::remove_all(dir_.path() / "media" / sha512.substr(0, 2));
    EXPECT_EQ(gateway_->get("/v1/media/" + sha512, kReader).status, 404) << "somebody removed it";
    EXPECT_EQ(Gateway().get("/v1/media/" + sha512, kReader).status, 404);
}

TEST_F(MediaApiTest, AnInteractionShowsItsFiles) {
    const auto sha512 = kept("bytes", "image/png", "a.png");
    const auto id = interaction_id("test", "a.png").text();
    const Json interaction(gateway_->get("/v1/interactions/" + id, kReader).body);
    const auto media = interaction.at("media").items()[0];
    EXPECT_EQ(media.string_at("state"), "stored");
    EXPECT_EQ(media.string_at("href"), "/v1/media/" + sha512);
    EXPECT_EQ(media.get("size").as_int(), 5);
    const auto customer = store_->customer_of(test::tel("+1").id).value()->id.text();
    const Json timeline(gateway_->get("/v1/customers/" + customer + "/timeline", kReader).body);
    const auto attachment = timeline.at("items").items()[0].get("attachments").items()[0];
    EXPECT_EQ(attachment.get("media").string_at("sha512"), sha512);
}

}  // namespace
}  // namespace tandem
