#include "core/mapping/media_tests.hpp"

#include "core/mapping/expected.hpp"
#include "core/mapping/media.hpp"

#include <fmt/format.h>

#include <optional>

namespace tandem::mapping {

using config::Node;

namespace {

class MediaCase {
public:
    MediaCase(const BoundPack& pack, const Node& node) : pack_(pack), node_(node) {}

    std::vector<std::string> run() {
        const auto abilities = media_abilities(pack_);
        if (!abilities || !is_fetched(*abilities, item_.url)) return judge(rejected("it is not fetched"));
        const auto lookup = media_lookup(pack_, item_, Reveal::Secrets, arena_);
        if (!lookup) return judge(lookup.error());
        if (const auto expected = node_.get("resolve")) {
            if (!*lookup) return {"resolve: no call is made"};
            compare_request(expected, **lookup, failures_, arena_);
        }
        std::optional<std::string> place;
        if (*lookup) {
            const auto answer = node_.get("answer");
            if (!answer) return std::move(failures_);
            const TestAnswer given(answer);
            auto found = media_place(pack_, item_, given.view(), arena_);
            if (!found) return judge(found.error());
            place = std::move(*found);
        }
        return download(place);
    }

private:
    std::vector<std::string> download(const std::optional<std::string>& place) {
        const auto made = media_download(pack_, item_, place, Reveal::Secrets, arena_);
        if (!made) return judge(made.error());
        if (node_.get("refused")) return {"refused: a request was made"};
        compare_request(node_.get("request"), made->request, failures_, arena_);
        if (const auto expected = node_.get("credentials")) {
            compare_text("credentials", expected.text(), made->with_credentials ? "true" : "false", failures_);
        }
        return std::move(failures_);
    }

    std::vector<std::string> judge(const Error& error) {
        const auto refused = node_.get("refused");
        if (!refused) {
            failures_.push_back("nothing is fetched: " + error.text);
        } else if (!error.text.contains(refused.text())) {
            failures_.push_back(fmt::format("refused: expected '{}', got '{}'", refused.text(), error.text));
        }
        return std::move(failures_);
    }

    std::string text(const char* key, const char* usual = "") const {
        const auto found = node_.get(key);
        return found ? found.text() : usual;
    }

    const BoundPack& pack_;
    const Node& node_;
    data::Arena arena_;
    const std::string url_ = text("url"), kind_ = text("kind", "file"), type_ = text("media_type"),
                      name_ = text("filename");
    const MediaItem item_{.url = url_, .kind = kind_, .media_type = type_, .filename = name_};
    Failures failures_;
};

}  // namespace

std::vector<std::string> run_media_case(const BoundPack& pack, const Node& node) {
    return MediaCase(pack, node).run();
}

}  // namespace tandem::mapping
