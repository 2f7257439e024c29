// Conversations, messages, calls, attachments and delivery marks of the agent's page.
#include "core/api/page.hpp"
#include "core/base/text.hpp"
#include "core/media/media_type.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::api {
namespace {

// Longer dialogues show their end; the rest unfolds.
constexpr std::size_t kShownMessages = 8;

// Of a message's text this much is read at a glance; the rest unfolds. A little more than that is not worth a click.
constexpr std::size_t kShownCharacters = 1'000;
constexpr std::size_t kShownLines = 24;
constexpr std::size_t kHiddenAtLeast = 200;

// One line of a conversation: a message, or an interaction that has none.
struct Entry {
    const Item* item;
    const ItemMessage* message;  // nullptr: the item stands for itself
    bool last_of_item;           // carries the item's attachments and delivery
};

std::vector<Entry> entries_of(const Conversation& conversation) {
    std::vector<Entry> entries;
    for (const auto& item : conversation.items) {
        if (item.messages.empty()) entries.push_back({&item, nullptr, true});
        for (const auto& message : item.messages) {
            entries.push_back({&item, &message, &message == &item.messages.back()});
        }
    }
    return entries;
}

// Fixed class names: vocabularies come from vendors' data.
std::string_view author_of(const Entry& entry) {
    static constexpr std::array<std::string_view, 4> kAuthors = {"customer", "agent", "bot", "system"};
    const std::string_view given = entry.message != nullptr ? std::string_view(entry.message->author) : "";
    for (const auto author : kAuthors) {
        if (given == author) return author;
    }
    if (entry.item->direction == "outbound") return "agent";
    return entry.item->direction == "inbound" ? "customer" : "system";
}

void draw_delivery(Html& html, Language language, const store::Delivery& delivery) {
    const auto status = delivery.status();
    if (!status) return;
    const auto name = model::to_string(*status);
    html << " <span class=\"delivery\"";
    html.attribute("data-status", name) << ">";
    draw_icon(html, "delivery-" + std::string(name));
    html << "<span class=\"label\">";
    html.text(word(language, "delivery", name));
    if (!delivery.reason.empty() || !delivery.code.empty()) {
        html << ": ";
        html.text(delivery.reason);
        if (!delivery.reason.empty() && !delivery.code.empty()) html << " ";
        if (!delivery.code.empty()) {
            html << "(";
            html.text(delivery.code) << ")";
        }
    }
    html << "</span></span>";
}

// Where the page has the file itself; empty while it has not.
std::string stored_file(const ItemAttachment& attachment) {
    const bool stored = attachment.media && attachment.media->state == store::MediaState::Stored;
    return stored ? "pop/media/" + attachment.media->sha512 : std::string();
}

void draw_attachment(Html& html, Language language, const ItemAttachment& attachment) {
    static constexpr std::array<std::string_view, 6> kOwnIcon = {"image",     "audio",    "video",
                                                                 "recording", "location", "contact_card"};
    static constexpr std::array<std::string_view, 6> kIcon = {"photo", "voice", "video", "voice", "place", "card"};
    std::string_view icon = "file";
    for (std::size_t i = 0; i < kOwnIcon.size(); ++i) {
        if (attachment.kind == kOwnIcon[i]) icon = kIcon[i];
    }
    const auto kind = word(language, "attachment", attachment.kind);
    const auto file = stored_file(attachment);
    const auto link = file.empty() ? safe_link(attachment.url) : file;
    html << "<li>";
    draw_icon(html, icon);
    if (link.empty()) {
        html << "<span>";
    } else {
        html << "<a target=\"_blank\" rel=\"noopener noreferrer\"";
        html.attribute("href", link) << ">";
    }
    html.text(attachment.name.empty() ? std::string(kind) : plain_direction(attachment.name));
    if (!file.empty() && media::safe_image(attachment.media->media_type)) {
        html << "<img class=\"preview\" loading=\"lazy\" alt=\"\"";
        html.attribute("src", file) << ">";
    }
    link.empty() ? html << "</span>" : html << "</a>";
    const auto size = file.empty() ? attachment.size : std::optional(attachment.media->size);
    if (size) {
        html << " <span class=\"size\">";
        html.text(size_text(language, *size)) << "</span>";
    }
    html << "</li>";
}

void draw_attachments(Html& html, Language language, const std::vector<ItemAttachment>& attachments) {
    if (attachments.empty()) return;
    html << "<ul class=\"attachments\"";
    html.attribute("aria-label", phrase(language, Phrase::Attachment)) << ">";
    for (const auto& attachment : attachments)
        draw_attachment(html, language, attachment);
    html << "</ul>";
}

std::string agents_of(const Item& item) {
    std::string names;
    for (const auto& party : item.parties) {
        if (party.role == "customer" || party.role == "queue" || party.name.empty()) continue;
        names += (names.empty() ? "" : ", ") + party.name;
    }
    return names;
}

// A call: direction and how it ended, then what is known about it.
void draw_session(Html& html, Language language, const Item& item) {
    html << "<p class=\"text\">";
    html.text(word(language, "direction", item.direction)) << ", ";
    html.text(item.end_reason.empty() ? word(language, "state", item.state) : word(language, "end", item.end_reason));
    html << "</p><dl>";
    const auto row = [&](std::string_view name, std::string_view value) {
        if (value.empty()) return;
        html << "<dt>";
        html.text(name) << "</dt><dd>";
        html.text(value) << "</dd>";
    };
    row(phrase(language, Phrase::Queue), item.queue);
    row(word(language, "author", "agent"), agents_of(item));
    if (item.talk_ms) {
        const std::chrono::milliseconds talk(*item.talk_ms);
        row(phrase(language, Phrase::Talk), duration_text(language, talk));
    }
    row(phrase(language, Phrase::Subject), item.subject.empty() ? item.outcome : item.subject);
    html << "</dl>";
}

bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::size_t characters_in(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

// Bytes of the beginning that is shown: all of a short text, else up to a space if one is near the end.
std::size_t shown_part(std::string_view text) {
    if (characters_in(text) <= kShownCharacters + kHiddenAtLeast &&
        static_cast<std::size_t>(std::ranges::count(text, '\n')) <= kShownLines + 1) {
        return text.size();
    }
    std::size_t end = 0, characters = 0, lines = 0;
    for (; end < text.size() && lines < kShownLines; ++end) {
        if (begins_character(text[end]) && ++characters > kShownCharacters) break;
        if (text[end] == '\n') ++lines;
    }
    constexpr std::size_t kLongWord = 60;
    const auto space = text.substr(0, end).find_last_of(" \n");
    return space != std::string_view::npos && end - space <= kLongWord ? space + 1 : end;
}

// `id` keeps it unfolded when the page is refreshed.
void draw_long_text(Html& html, Language language, std::string_view text, std::string_view id) {
    const auto shown = shown_part(text);
    const bool whole = shown == text.size();
    html << "<p";
    html.attribute("class", whole ? "text" : "text cut") << " dir=\"auto\">";
    html.text(text.substr(0, shown)) << "</p>";
    if (whole) return;
    html << "<details class=\"rest\"";
    html.attribute("id", id) << "><summary>";
    html.text(phrase(language, Phrase::ShowAll)) << " (";
    html.text(counted(language, Counted::Characters, characters_in(text)))
        << ")</summary><p class=\"text\" dir=\"auto\">";
    html.text(text.substr(shown)) << "</p></details>";
}

std::string text_id(const Entry& entry) {
    const auto index = entry.message == nullptr ? 0 : entry.message - entry.item->messages.data();
    return "t-" + entry.item->id.text() + "-" + std::to_string(index);
}

void draw_text(Html& html, Language language, const Entry& entry) {
    if (entry.item->deleted || (entry.message != nullptr && entry.message->deleted)) {
        html << "<p class=\"text gone\">";
        html.text(phrase(language, Phrase::Deleted)) << "</p>";
    } else if (entry.message != nullptr && !entry.message->text.empty()) {
        draw_long_text(html, language, entry.message->text, text_id(entry));
    } else if (entry.message == nullptr && is_session(*entry.item)) {
        draw_session(html, language, *entry.item);
    } else if (entry.item->attachments.empty() && entry.message == nullptr) {
        draw_long_text(html, language, summary_of(*entry.item), text_id(entry));
    }
}

void draw_entry(Html& html, Language language, const Entry& entry) {
    const auto author = author_of(entry);
    const bool message = entry.message != nullptr;
    html << "<li class=\"message\"";
    html.attribute("data-author", author) << "><p class=\"from\"><span class=\"role\">";
    html.text(word(language, "author", author)) << "</span>";
    if (message && !entry.message->sender.empty()) {
        html << " <bdi>";
        html.text(entry.message->sender) << "</bdi>";
    }
    if (message && entry.message->internal) {
        html << " <span class=\"mark\">";
        html.text(phrase(language, Phrase::InternalNote)) << "</span>";
    }
    html << "</p>";
    draw_text(html, language, entry);
    if (entry.last_of_item && !entry.item->deleted) draw_attachments(html, language, entry.item->attachments);
    html << "<p class=\"meta\">";
    draw_time(html, language,
              message ? entry.message->sent_at.value_or(entry.item->started_at) : entry.item->started_at);
    if (message && entry.message->edited) {
        html << " <span class=\"mark\">";
        html.text(phrase(language, Phrase::Edited)) << "</span>";
    }
    if (entry.last_of_item) draw_delivery(html, language, entry.item->delivery);
    html << "</p></li>";
}

void draw_entries(Html& html, Language language, std::span<const Entry> entries) {
    html << "<ol class=\"messages\">";
    for (const auto& entry : entries)
        draw_entry(html, language, entry);
    html << "</ol>";
}

std::string_view title_of(Language language, const Item& item) {
    const bool by_provider = item.channel == "messenger" || item.channel == "social";
    if (by_provider && !item.provider.empty()) return word(language, "provider", item.provider);
    return word(language, "channel", item.channel);
}

void draw_conversation(Html& html, const PageModel& model, const Conversation& conversation) {
    const auto& newest = conversation.items.back();
    const auto entries = entries_of(conversation);
    html << "<article class=\"conversation\"";
    html.attribute("id", "c-" + newest.id.text()).attribute("data-channel", newest.channel) << "><header>";
    draw_icon(html, channel_icon(newest.channel, newest.provider));
    html << "<h3>";
    html.text(title_of(model.language, newest)) << "</h3>";
    if (entries.size() > 1) {
        html << "<span class=\"count\">";
        html.text(counted(model.language, Counted::Messages, entries.size())) << "</span>";
    }
    draw_time(html, model.language, newest.started_at);
    html << "</header>";
    if (!newest.subject.empty() && !is_session(newest)) {
        html << "<p class=\"subject\" dir=\"auto\">";
        html.text(newest.subject) << "</p>";
    }
    const std::span<const Entry> all = entries;
    const auto folded = all.size() > kShownMessages + 1 ? all.size() - kShownMessages : 0;
    if (folded > 0) {
        html << "<details";
        html.attribute("id", "d-" + conversation.items.front().id.text()) << "><summary>";
        html.text(counted(model.language, Counted::EarlierMessages, folded)) << "</summary>";
        draw_entries(html, model.language, all.first(folded));
        html << "</details>";
    }
    draw_entries(html, model.language, all.subspan(folded));
    html << "</article>";
}

void draw_empty(Html& html, const PageModel& model) {
    html << "<div class=\"empty\"><p>";
    html.text(phrase(model.language, model.newest ? Phrase::NoHistory : Phrase::NoMessagesHere)) << "</p>";
    if (model.newest) {
        html << "<p class=\"hint\">";
        html.text(phrase(model.language, Phrase::NoHistoryHint)) << "</p>";
    }
    html << "</div>";
}

}  // namespace

void draw_calls(Html& html, const PageModel& model) {
    if (model.calls.empty()) return;
    html << "<section class=\"calls\"><h2>";
    html.text(phrase(model.language, Phrase::Now)) << "</h2>";
    for (const auto& call : model.calls) {
        html << "<article";
        html.attribute("id", "n-" + call.id.text()).attribute("data-state", call.state) << "><header>";
        draw_icon(html, channel_icon(call.channel, call.provider));
        html << "<h3>";
        html.text(word(model.language, "channel", call.channel)) << "</h3>";
        draw_time(html, model.language, call.started_at);
        html << "</header>";
        draw_session(html, model.language, call);
        html << "</article>";
    }
    html << "</section>";
}

void draw_conversations(Html& html, const PageModel& model) {
    if (model.conversations.empty() && model.calls.empty()) draw_empty(html, model);
    for (const auto& conversation : model.conversations)
        draw_conversation(html, model, conversation);
    if (model.newest && !model.older) return;
    html << "<nav class=\"pages\">";
    if (!model.newest) {
        html << "<a id=\"newest\"";
        html.attribute("href", "pop?" + page_query(model)) << ">";
        html.text(phrase(model.language, Phrase::Newest)) << "</a>";
    }
    if (model.older) {
        html << "<a id=\"older\"";
        html.attribute("href", "pop?" + page_query(model) + "&before=" + percent_encode(*model.older)) << ">";
        html.text(phrase(model.language, Phrase::Older)) << "</a>";
    }
    html << "</nav>";
}

}  // namespace tandem::api
