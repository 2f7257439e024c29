// The words of the agent's page in its languages. Pure.
#pragma once

#include "core/base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::api {

enum class Language { English, Russian };
std::string_view code(Language language);  // "en", "ru"

// The best of our languages for an Accept-Language header (RFC 9110, 12.5.4); English when it names none of them.
Language choose_language(std::string_view accept_language);
// "ru", "en" or nothing: then `otherwise`.
Language parse_language(std::string_view code, Language otherwise);

enum class Phrase {
    Title,
    UnknownCustomer,
    NoHistory,
    NoHistoryHint,
    NoMessagesHere,
    KnownSince,
    Points,
    Now,
    Timeline,
    Suggestions,
    SuggestionText,
    LinkThem,
    Older,
    Newest,
    ShowAll,
    Live,
    Reconnecting,
    SessionOver,
    NewActivity,
    Deleted,
    Edited,
    InternalNote,
    Attachment,
    Subject,
    Queue,
    Talk,
    Minutes,
    Seconds,
    Size,
    SignInTitle,
    SignInText,
    ForbiddenTitle,
    ForbiddenText,
    BadPointTitle,
    BadPointText,
    MissingPointText,
    UnavailableTitle,
    UnavailableText,
    FormOldText,
    NotFoundTitle,
    kCount,
};
std::string_view phrase(Language language, Phrase phrase);

enum class Counted { Messages, Contacts, EarlierMessages, Characters };
// "21 сообщение", "2 messages".
std::string counted(Language language, Counted what, std::uint64_t number);

// Words of the schema's vocabularies; a word without translation is shown as it is.
std::string_view word(Language language, std::string_view vocabulary, std::string_view word);

// "20 Nov 2026, 13:05 UTC", "20 ноя 2026, 13:05 UTC": what is shown until the browser puts it into its own zone.
std::string time_text(Language language, Instant at);
std::string duration_text(Language language, std::chrono::milliseconds duration);
std::string size_text(Language language, std::uint64_t bytes);

}  // namespace tandem::api
