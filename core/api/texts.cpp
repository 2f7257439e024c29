#include "core/api/texts.hpp"

#include "core/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace tandem::api {
namespace {

struct Pair {
    std::string_view en, ru;
    std::string_view in(Language language) const { return language == Language::Russian ? ru : en; }
};

// In the order of Phrase.
constexpr Pair kPhrases[] = {
    {"Customer history", "История клиента"},
    {"Unknown customer", "Неизвестный клиент"},
    {"No history yet", "Истории пока нет"},
    {"Nothing is known about this contact so far. New messages and calls will appear here by themselves.",
     "Об этом контакте пока ничего не известно. Новые сообщения и звонки появятся здесь сами."},
    {"There is nothing on this page.", "На этой странице ничего нет."},
    {"Known since", "Известен с"},
    {"Contacts", "Контакты"},
    {"Now", "Сейчас"},
    {"History", "История"},
    {"Possibly the same person", "Возможно, это тот же человек"},
    {"was seen together with", "встречается вместе с"},
    {"Link", "Связать"},
    {"Show older", "Показать более ранние"},
    {"Back to the newest", "К последним"},
    {"Show all", "Показать целиком"},
    {"Live", "Онлайн"},
    {"Reconnecting", "Восстанавливаем связь"},
    {"The session has ended. Open the page from your console again.",
     "Сеанс завершён. Откройте страницу из рабочего места ещё раз."},
    {"New activity", "Есть новое"},
    {"Message deleted", "Сообщение удалено"},
    {"edited", "изменено"},
    {"internal note", "внутренняя заметка"},
    {"Attachment", "Вложение"},
    {"Subject", "Тема"},
    {"Queue", "Очередь"},
    {"Talk", "Разговор"},
    {"min", "мин"},
    {"s", "с"},
    {"KB", "КБ"},
    {"This page needs a key", "Для этой страницы нужен ключ"},
    {"Open it from your console, which adds the key by itself. If this keeps happening, the browser may be blocking "
     "cookies of embedded pages; ask your administrator.",
     "Откройте её из рабочего места: ключ добавится сам. Если это повторяется, браузер может блокировать cookie "
     "встроенных страниц; обратитесь к администратору."},
    {"Not allowed", "Нет прав"},
    {"Your key does not allow this.", "Ваш ключ этого не разрешает."},
    {"This is not a contact", "Это не похоже на контакт"},
    {"The page was opened for", "Страница открыта для"},
    {"The page must be opened with a contact, for example ?point=tel:+74951234567.",
     "Страницу нужно открывать с контактом, например ?point=tel:+74951234567."},
    {"Not available at the moment", "Сейчас недоступно"},
    {"The history cannot be shown now. Try again in a moment.", "Историю сейчас не показать. Попробуйте чуть позже."},
    {"The form is too old. Open the page again.", "Форма устарела. Откройте страницу ещё раз."},
    {"Not found", "Не найдено"},
};
static_assert(std::size(kPhrases) == static_cast<std::size_t>(Phrase::kCount));

struct CountedRow {
    std::string_view en_one, en_other, ru_one, ru_few, ru_many;
};
// In the order of Counted.
constexpr CountedRow kCounted[] = {
    {"message", "messages", "сообщение", "сообщения", "сообщений"},
    {"contact", "contacts", "обращение", "обращения", "обращений"},
    {"earlier message", "earlier messages", "более раннее сообщение", "более ранних сообщения",
     "более ранних сообщений"},
    {"character", "characters", "знак", "знака", "знаков"},
};

// CLDR plural rules for Russian and whole numbers.
std::string_view russian_form(const CountedRow& row, std::uint64_t number) {
    const auto last = number % 10;
    const auto teens = number % 100 / 10 == 1;
    if (last == 1 && !teens) return row.ru_one;
    return last >= 2 && last <= 4 && !teens ? row.ru_few : row.ru_many;
}

struct Word {
    std::string_view vocabulary, word;
    Pair shown;
};
constexpr Word kWords[] = {
    {"channel", "voice", {"Call", "Звонок"}},
    {"channel", "video", {"Video call", "Видеозвонок"}},
    {"channel", "email", {"Mail", "Почта"}},
    {"channel", "sms", {"SMS", "SMS"}},
    {"channel", "chat", {"Chat", "Чат"}},
    {"channel", "messenger", {"Messenger", "Мессенджер"}},
    {"channel", "social", {"Social network", "Соцсеть"}},
    {"channel", "callback", {"Callback", "Обратный звонок"}},
    {"channel", "fax", {"Fax", "Факс"}},
    {"channel", "push", {"Push", "Push-уведомление"}},
    {"channel", "visit", {"Visit", "Визит"}},
    {"channel", "other", {"Other", "Другое"}},
    {"direction", "inbound", {"inbound", "входящий"}},
    {"direction", "outbound", {"outbound", "исходящий"}},
    {"direction", "internal", {"internal", "внутренний"}},
    {"author", "customer", {"Customer", "Клиент"}},
    {"author", "agent", {"Agent", "Оператор"}},
    {"author", "bot", {"Bot", "Бот"}},
    {"author", "ivr", {"Voice menu", "Голосовое меню"}},
    {"author", "supervisor", {"Supervisor", "Супервизор"}},
    {"author", "specialist", {"Specialist", "Специалист"}},
    {"author", "queue", {"Queue", "Очередь"}},
    {"author", "system", {"System", "Система"}},
    {"author", "third_party", {"Third party", "Третье лицо"}},
    {"delivery", "queued", {"queued", "в очереди"}},
    {"delivery", "sent", {"sent", "отправлено"}},
    {"delivery", "delivered", {"delivered", "доставлено"}},
    {"delivery", "read", {"read", "прочитано"}},
    {"delivery", "failed", {"not delivered", "не доставлено"}},
    {"delivery", "expired", {"expired", "истекло"}},
    {"delivery", "unknown", {"delivery unknown", "доставка неизвестна"}},
    {"state", "scheduled", {"scheduled", "запланировано"}},
    {"state", "new", {"new", "новое"}},
    {"state", "queued", {"in the queue", "в очереди"}},
    {"state", "offered", {"ringing", "вызов"}},
    {"state", "active", {"going on", "идёт"}},
    {"state", "held", {"on hold", "на удержании"}},
    {"state", "parked", {"parked", "отложено"}},
    {"state", "wrap_up", {"wrap-up", "постобработка"}},
    {"state", "closed", {"closed", "завершено"}},
    {"end", "completed", {"completed", "завершён"}},
    {"end", "abandoned_queue", {"gave up in the queue", "не дождался в очереди"}},
    {"end", "abandoned_ringing", {"gave up while ringing", "не дождался ответа"}},
    {"end", "abandoned_ivr", {"gave up in the menu", "отключился в меню"}},
    {"end", "no_answer", {"no answer", "нет ответа"}},
    {"end", "busy", {"busy", "занято"}},
    {"end", "rejected", {"rejected", "отклонён"}},
    {"end", "congestion", {"no lines", "нет линий"}},
    {"end", "failed", {"failed", "ошибка"}},
    {"end", "unreachable", {"unreachable", "недоступен"}},
    {"end", "transferred", {"transferred", "переведён"}},
    {"end", "timeout", {"timed out", "время вышло"}},
    {"end", "voicemail_left", {"voicemail", "оставлено голосовое сообщение"}},
    {"end", "voicemail_no_message", {"voicemail, empty", "автоответчик без сообщения"}},
    {"end", "machine", {"answering machine", "автоответчик"}},
    {"end", "self_served", {"self-served", "решено без оператора"}},
    {"end", "canceled", {"cancelled", "отменён"}},
    {"end", "bounced", {"bounced", "не доставлено"}},
    {"end", "spam", {"spam", "спам"}},
    {"end", "blocked", {"blocked", "заблокирован"}},
    {"attachment", "file", {"File", "Файл"}},
    {"attachment", "image", {"Picture", "Изображение"}},
    {"attachment", "audio", {"Audio", "Аудио"}},
    {"attachment", "video", {"Video", "Видео"}},
    {"attachment", "recording", {"Recording", "Запись разговора"}},
    {"attachment", "transcript", {"Transcript", "Расшифровка"}},
    {"attachment", "screen", {"Screen recording", "Запись экрана"}},
    {"attachment", "location", {"Location", "Местоположение"}},
    {"attachment", "contact_card", {"Contact card", "Визитка"}},
    {"provider", "telegram", {"Telegram", "Telegram"}},
    {"provider", "whatsapp", {"WhatsApp", "WhatsApp"}},
    {"provider", "messenger", {"Messenger", "Messenger"}},
    {"provider", "instagram", {"Instagram", "Instagram"}},
    {"provider", "viber", {"Viber", "Viber"}},
    {"provider", "twilio", {"Twilio", "Twilio"}},
    {"scheme", "tel", {"Phone", "Телефон"}},
    {"scheme", "mailto", {"Mail", "Почта"}},
    {"scheme", "whatsapp", {"WhatsApp", "WhatsApp"}},
    {"scheme", "telegram", {"Telegram", "Telegram"}},
    {"scheme", "viber", {"Viber", "Viber"}},
    {"scheme", "vk", {"VK", "ВКонтакте"}},
    {"scheme", "instagram", {"Instagram", "Instagram"}},
    {"scheme", "facebook", {"Facebook", "Facebook"}},
    {"scheme", "line", {"LINE", "LINE"}},
    {"scheme", "wechat", {"WeChat", "WeChat"}},
    {"scheme", "jiochat", {"JioChat", "JioChat"}},
    {"scheme", "slack", {"Slack", "Slack"}},
    {"scheme", "matrix", {"Matrix", "Matrix"}},
    {"scheme", "xmpp", {"XMPP", "XMPP"}},
    {"scheme", "rocketchat", {"Rocket.Chat", "Rocket.Chat"}},
    {"scheme", "webchat", {"Web chat", "Чат на сайте"}},
    {"scheme", "crm", {"CRM", "CRM"}},
    {"scheme", "account", {"Account", "Учётная запись"}},
};

constexpr Pair kMonths[] = {{"Jan", "янв"}, {"Feb", "фев"}, {"Mar", "мар"}, {"Apr", "апр"},
                            {"May", "мая"}, {"Jun", "июн"}, {"Jul", "июл"}, {"Aug", "авг"},
                            {"Sep", "сен"}, {"Oct", "окт"}, {"Nov", "ноя"}, {"Dec", "дек"}};

// Thousandths, so that no floating point is needed: "0.8" is 800. A broken weight counts as 0.
int weight_of(std::string_view parameters) {
    const auto at = parameters.find("q=");
    if (at == std::string_view::npos) return 1000;
    const auto text = trim_ascii(parameters.substr(at + 2));
    if (text.starts_with('1')) return 1000;
    if (!text.starts_with("0")) return 0;
    int weight = 0;
    int unit = 100;
    for (std::size_t i = 2; i < text.size() && i < 5 && text[i] >= '0' && text[i] <= '9'; ++i, unit /= 10) {
        weight += (text[i] - '0') * unit;
    }
    return weight;
}

}  // namespace

std::string_view code(Language language) {
    return language == Language::Russian ? "ru" : "en";
}

Language choose_language(std::string_view accept_language) {
    auto best = Language::English;
    int best_weight = 0;
    while (!accept_language.empty()) {
        const auto end = std::min(accept_language.find(','), accept_language.size());
        const auto item = trim_ascii(accept_language.substr(0, end));
        accept_language.remove_prefix(std::min(end + 1, accept_language.size()));
        const auto semicolon = std::min(item.find(';'), item.size());
        const auto tag = to_lower_ascii(trim_ascii(item.substr(0, semicolon)));
        const bool russian = tag == "ru" || tag.starts_with("ru-");
        const bool english = tag == "en" || tag.starts_with("en-") || tag == "*";
        const int weight = weight_of(item.substr(semicolon));
        if ((!russian && !english) || weight <= best_weight) continue;
        best = russian ? Language::Russian : Language::English;
        best_weight = weight;
    }
    return best;
}

Language parse_language(std::string_view language, Language otherwise) {
    if (language == "ru") return Language::Russian;
    return language == "en" ? Language::English : otherwise;
}

std::string_view phrase(Language language, Phrase phrase) {
    return kPhrases[static_cast<std::size_t>(phrase)].in(language);
}

std::string counted(Language language, Counted what, std::uint64_t number) {
    const auto& row = kCounted[static_cast<std::size_t>(what)];
    const auto form =
        language == Language::Russian ? russian_form(row, number) : (number == 1 ? row.en_one : row.en_other);
    return fmt::format("{} {}", number, form);
}

std::string_view word(Language language, std::string_view vocabulary, std::string_view word) {
    for (const auto& row : kWords) {
        if (row.vocabulary == vocabulary && row.word == word) return row.shown.in(language);
    }
    return word;
}

std::string time_text(Language language, Instant at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
    return fmt::format("{} {} {}, {:02}:{:02} UTC", static_cast<unsigned>(date.day()),
                       kMonths[static_cast<unsigned>(date.month()) - 1].in(language), static_cast<int>(date.year()),
                       time.hours().count(), time.minutes().count());
}

std::string duration_text(Language language, std::chrono::milliseconds duration) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(duration).count();
    const auto second_word = phrase(language, Phrase::Seconds);
    if (seconds < 60) return fmt::format("{} {}", seconds, second_word);
    return fmt::format("{} {} {} {}", seconds / 60, phrase(language, Phrase::Minutes), seconds % 60, second_word);
}

std::string size_text(Language language, std::uint64_t bytes) {
    return fmt::format("{} {}", (bytes + 1023) / 1024, phrase(language, Phrase::Size));
}

}  // namespace tandem::api
