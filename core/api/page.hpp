// The agent's page as HTML. Pure: a model in, text out. Works without JavaScript except for live updates; everything
// that a person or a vendor wrote is escaped by Html.
#pragma once

#include "core/api/conversations.hpp"
#include "core/api/html.hpp"
#include "core/api/texts.hpp"
#include "core/store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::api {

struct PageModel {
    Language language = Language::English;
    std::string language_asked;  // value of ?lang=, kept in links; empty: by the browser
    std::string point;           // normal form, as text; empty: only a call is known
    std::string ucid;            // of the call that the console showed; empty: not told
    std::optional<store::CustomerView> customer;
    std::vector<Item> calls;                  // going on now, newest first; not among the conversations
    std::vector<Conversation> conversations;  // newest first
    std::optional<std::string> older;         // cursor of the next page
    bool newest = true;                       // the first page: the one that is kept live
    std::size_t limit = 50;
    std::string form_token;      // empty: the viewer may not accept suggestions
    std::uint64_t position = 0;  // of the feed when the page was read
    std::string version;         // of the static files
};

std::string render_page(const PageModel& model);
// What changes when something happens: the page without its frame.
std::string render_history(const PageModel& model);

// A page that says one thing: no key, no right, no such contact.
struct Notice {
    Language language = Language::English;
    Phrase title = Phrase::NotFoundTitle;
    Phrase text = Phrase::UnavailableText;
    std::string detail = {};  // shown as it is after the text, e.g. what was asked for
    std::string version = {};
    std::string root = {};  // from the address asked for to /: "" or "../"
};
std::string render_notice(const Notice& notice);

// Pieces shared by the files that draw the page.
void draw_calls(Html& html, const PageModel& model);
void draw_conversations(Html& html, const PageModel& model);
void draw_icon(Html& html, std::string_view name);
void draw_time(Html& html, Language language, Instant at);
std::string_view channel_icon(std::string_view channel, std::string_view provider);
// "point=...&ucid=...&lang=ru", encoded.
std::string page_query(const PageModel& model);

}  // namespace tandem::api
