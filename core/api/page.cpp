#include "core/api/page.hpp"

#include "core/base/embedded_file.hpp"
#include "core/base/text.hpp"
#include "core/identity/point.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace tandem::embedded {
std::span<const EmbeddedFile> web();
}

namespace tandem::api {
namespace {

std::string_view icon_sprite() {
    for (const auto& file : embedded::web()) {
        if (file.name == "icons.svg") return file.bytes;
    }
    return {};
}

struct Head {
    Language language;
    std::string_view title;
    std::string_view version;
    std::string_view root;
    bool live;
};

void draw_head(Html& html, const Head& head) {
    const auto file = [&](std::string_view name) {
        return std::string(head.root) + "pop/static/" + std::string(name) + "?v=" + std::string(head.version);
    };
    html << "<!doctype html>\n<html";
    html.attribute("lang", code(head.language))
        << "><head><meta charset=\"utf-8\">"
        << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        << "<meta name=\"robots\" content=\"noindex\"><title>";
    html.text(head.title) << "</title><link rel=\"icon\" type=\"image/svg+xml\"";
    html.attribute("href", file("icon.svg")) << "><link rel=\"stylesheet\"";
    html.attribute("href", file("pop.css")) << ">";
    if (head.live) {
        html << "<script defer";
        html.attribute("src", file("pop.js")) << "></script>";
    }
    html << "</head>";
}

// Names as they were seen, the earliest point first: vendors' profiles, then what parties were called.
std::vector<std::string_view> names_of(const PageModel& model) {
    std::vector<std::string_view> names;
    const auto add = [&](std::string_view name) {
        if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
    };
    if (model.customer) {
        for (const auto& point : model.customer->points)
            add(point.display);
    }
    for (const auto& conversation : model.conversations) {
        for (const auto& item : conversation.items) {
            for (const auto& party : item.parties) {
                if (party.role == "customer") add(party.name);
            }
        }
    }
    constexpr std::size_t kShown = 4;
    if (names.size() > kShown) names.resize(kShown);
    return names;
}

void draw_point(Html& html, Language language, const identity::Point& point) {
    draw_icon(html, channel_icon({}, point.scheme));
    html << "<span class=\"scheme\">";
    html.text(word(language, "scheme", point.scheme)) << "</span> <bdi class=\"value\">";
    html.text(point.value) << "</bdi>";
    if (!point.scope.empty()) {
        html << " <span class=\"scope\">";
        html.text(point.scope) << "</span>";
    }
}

void draw_who(Html& html, const PageModel& model) {
    const auto names = names_of(model);
    html << "<header class=\"who\"><h1>";
    html.text(names.empty() ? phrase(model.language, Phrase::UnknownCustomer) : names.front()) << "</h1>";
    if (names.size() > 1) {
        html << "<p class=\"names\">";
        for (std::size_t i = 1; i < names.size(); ++i) {
            if (i > 1) html << ", ";
            html << "<bdi>";
            html.text(names[i]) << "</bdi>";
        }
        html << "</p>";
    }
    html << "<ul class=\"points\"";
    html.attribute("aria-label", phrase(model.language, Phrase::Points)) << ">";
    if (model.customer) {
        for (const auto& point : model.customer->points) {
            html << "<li>";
            draw_point(html, model.language, point.point);
            html << "</li>";
        }
    } else if (!model.point.empty()) {
        html << "<li><bdi class=\"value\">";
        html.text(model.point) << "</bdi></li>";
    }
    html << "</ul>";
    if (model.customer) {
        html << "<p class=\"since\">";
        html.text(phrase(model.language, Phrase::KnownSince)) << " ";
        draw_time(html, model.language, model.customer->created_at);
        html << "</p>";
    }
    html << "</header>";
}

void draw_hidden(Html& html, Html::Markup name, std::string_view value) {
    html << "<input type=\"hidden\"";
    html.attribute("name", name.text).attribute("value", value) << ">";
}

void draw_suggestion(Html& html, const PageModel& model, const store::Suggestion& suggestion) {
    html << "<li><p>";
    draw_point(html, model.language, suggestion.other.point);
    if (!suggestion.other.display.empty()) {
        html << " <bdi class=\"name\">";
        html.text(suggestion.other.display) << "</bdi>";
    }
    html << "</p><p class=\"why\">";
    html.text(phrase(model.language, Phrase::SuggestionText)) << " <bdi>";
    html.text(suggestion.mine.point.value) << "</bdi></p>";
    if (!model.form_token.empty()) {
        html << "<form method=\"post\" action=\"pop/links\">";
        draw_hidden(html, "point", model.point);
        draw_hidden(html, "ucid", model.ucid);
        draw_hidden(html, "lang", model.language_asked);
        draw_hidden(html, "mine", identity::to_text(suggestion.mine.point));
        draw_hidden(html, "other", identity::to_text(suggestion.other.point));
        draw_hidden(html, "token", model.form_token);
        html << "<button>";
        html.text(phrase(model.language, Phrase::LinkThem)) << "</button></form>";
    }
    html << "</li>";
}

void draw_suggestions(Html& html, const PageModel& model) {
    if (!model.customer || model.customer->suggestions.empty()) return;
    html << "<section class=\"suggestions\"><h2>";
    html.text(phrase(model.language, Phrase::Suggestions)) << "</h2><ul>";
    for (const auto& suggestion : model.customer->suggestions)
        draw_suggestion(html, model, suggestion);
    html << "</ul></section>";
}

void draw_history(Html& html, const PageModel& model) {
    draw_calls(html, model);
    draw_who(html, model);
    draw_suggestions(html, model);
    html << "<main><h2 class=\"off-screen\">";
    html.text(phrase(model.language, Phrase::Timeline)) << "</h2>";
    draw_conversations(html, model);
    html << "</main>";
}

}  // namespace

void draw_icon(Html& html, std::string_view name) {
    html << "<svg class=\"icon\" aria-hidden=\"true\"><use";
    html.attribute("href", "#i-" + std::string(name)) << "/></svg>";
}

void draw_time(Html& html, Language language, Instant at) {
    html << "<time";
    html.attribute("datetime", format_time(at)) << ">";
    html.text(time_text(language, at)) << "</time>";
}

std::string_view channel_icon(std::string_view channel, std::string_view provider) {
    using Row = std::pair<std::string_view, std::string_view>;
    static constexpr Row kIcons[] = {
        {"telegram", "telegram"}, {"whatsapp", "whatsapp"}, {"instagram", "photo"}, {"viber", "whatsapp"},
        {"tel", "voice"},         {"mailto", "email"},      {"voice", "voice"},     {"callback", "voice"},
        {"video", "video"},       {"email", "email"},       {"sms", "sms"},         {"chat", "chat"},
        {"webchat", "chat"},      {"messenger", "chat"},    {"facebook", "chat"},   {"social", "chat"},
        {"fax", "file"},          {"crm", "card"},          {"account", "card"},    {"visit", "card"}};
    for (const auto asked : {channel == "messenger" || channel.empty() ? provider : channel, channel}) {
        for (const auto& [name, icon] : kIcons) {
            if (name == asked) return icon;
        }
    }
    return "other";
}

std::string page_query(const PageModel& model) {
    std::string query;
    if (!model.point.empty()) query = "point=" + percent_encode(model.point);
    if (!model.ucid.empty()) query += (query.empty() ? "ucid=" : "&ucid=") + percent_encode(model.ucid);
    if (!model.language_asked.empty()) query += "&lang=" + percent_encode(model.language_asked);
    return query;
}

std::string render_history(const PageModel& model) {
    Html html;
    draw_history(html, model);
    return html.take();
}

std::string render_page(const PageModel& model) {
    const auto names = names_of(model);
    Html html;
    draw_head(html, {.language = model.language,
                     .title = !names.empty()        ? names.front()
                              : model.point.empty() ? phrase(model.language, Phrase::Title)
                                                    : std::string_view(model.point),
                     .version = model.version,
                     .root = {},
                     .live = true});
    html << "<body";
    if (model.newest) {
        html.attribute("data-feed", "pop/feed?" + page_query(model) + "&after=" + std::to_string(model.position));
    }
    html.attribute("data-history", "pop/timeline?" + page_query(model))
            .attribute("data-limit", std::to_string(model.limit))
            .attribute("data-reconnecting", phrase(model.language, Phrase::Reconnecting))
            .attribute("data-over", phrase(model.language, Phrase::SessionOver))
            .attribute("data-live", phrase(model.language, Phrase::Live))
            .attribute("data-news", phrase(model.language, Phrase::NewActivity))
        << ">";
    html.embedded(icon_sprite()) << "<p id=\"live\" role=\"status\" hidden></p><div id=\"history\">";
    draw_history(html, model);
    html << "</div></body></html>\n";
    return html.take();
}

std::string render_notice(const Notice& notice) {
    Html html;
    draw_head(html, {.language = notice.language,
                     .title = phrase(notice.language, notice.title),
                     .version = notice.version,
                     .root = notice.root,
                     .live = false});
    html << "<body><main class=\"notice\"><h1>";
    html.text(phrase(notice.language, notice.title)) << "</h1><p>";
    html.text(phrase(notice.language, notice.text)) << "</p>";
    if (!notice.detail.empty()) {
        html << "<p class=\"detail\"><bdi>";
        html.text(notice.detail) << "</bdi></p>";
    }
    html << "</main></body></html>\n";
    return html.take();
}

}  // namespace tandem::api
