#include "core/api/conversations.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace tandem::api {
namespace {

// What makes two items parts of one dialogue; nullopt for sessions, which are complete by themselves.
std::optional<std::string> dialogue_of(const Item& item) {
    static constexpr std::array<std::string_view, 5> kSessions = {"voice", "video", "callback", "fax", "visit"};
    if (std::ranges::find(kSessions, item.channel) != kSessions.end()) return std::nullopt;
    if (item.thread) return item.channel + " thread " + item.thread->text();
    return item.channel + " point " + (item.point ? item.point->text() : std::string());
}

}  // namespace

std::vector<Conversation> group(std::vector<Item> items, std::chrono::seconds gap) {
    std::vector<Conversation> conversations;
    std::map<std::string, std::size_t> open;
    for (auto& item : items) {
        const auto dialogue = dialogue_of(item);
        const auto found = dialogue ? open.find(*dialogue) : open.end();
        if (found != open.end()) {
            auto& conversation = conversations[found->second];
            if (conversation.items.back().started_at - item.started_at <= gap) {
                conversation.items.push_back(std::move(item));
                continue;
            }
        }
        if (dialogue) open[*dialogue] = conversations.size();
        conversations.push_back({});
        conversations.back().items.push_back(std::move(item));
    }
    for (auto& conversation : conversations)
        std::ranges::reverse(conversation.items);
    return conversations;
}

}  // namespace tandem::api
