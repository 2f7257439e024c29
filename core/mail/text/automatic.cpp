#include "core/mail/text/automatic.hpp"

#include "core/base/text.hpp"
#include "core/mail/text/unicode.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tandem::mail {
namespace {

// Beginnings of subjects, case folded. They stand before a colon, a dash or the end: "Out of office next week" is
// written by people.
constexpr auto kSubjects = std::to_array<std::string_view>({
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "autoresponse",
    "out of office",
    "out of the office",
    "out of office autoreply",
    "vacation reply",
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesenheit",
    "abwesend",
    "réponse automatique",
    "absence du bureau",
    "respuesta automática",
    "fuera de la oficina",
    "risposta automatica",
    "fuori sede",
    "resposta automática",
    "ausência temporária",
    "automatisch antwoord",
    "afwezig",
    "autosvar",
    "automatiskt svar",
    "automatisk svar",
    "automaattinen vastaus",
    "odpowiedź automatyczna",
    "automatická odpověď",
    "automatická odpoveď",
    "automatikus válasz",
    "otomatik yanıt",
    "автоматический ответ",
    "автоответ",
    "автоматична відповідь",
    "автовідповідь",
    "自动回复",
    "自動回覆",
    "自動返信",
    "自動応答",
    "자동 회신",
});

std::optional<std::string_view> find(HeaderView headers, std::string_view name) {
    const auto found = std::ranges::find(headers, name, &HeaderView::value_type::first);
    return found == headers.end() ? std::nullopt : std::optional(trim_ascii(found->second));
}

bool has(HeaderView headers, std::string_view name) {
    return find(headers, name).has_value();
}

// The keyword of a header with parameters: "auto-replied; owner-email=…".
std::string keyword(std::string_view value) {
    return to_lower_ascii(trim_ascii(value.substr(0, value.find_first_of(";( \t"))));
}

bool subject_says_so(HeaderView headers) {
    const auto subject = find(headers, "subject");
    if (!subject) return false;
    const std::string folded = fold_case(collapse_blanks(subject->substr(0, 200)));
    return std::ranges::any_of(kSubjects, [&](std::string_view beginning) {
        if (!folded.starts_with(beginning)) return false;
        const auto rest = trim_ascii(std::string_view(folded).substr(beginning.size()));
        return rest.empty() || rest.starts_with(':') || rest.starts_with("：") || rest.starts_with('-');
    });
}

bool is_null_path(std::string_view value) {
    return value.empty() || value == "<>";
}

bool answers_by_itself(HeaderView headers) {
    for (const auto name : {"x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from"}) {
        if (const auto value = find(headers, name); value && !iequals_ascii(*value, "no")) return true;
    }
    const auto precedence = find(headers, "precedence");
    return precedence && iequals_ascii(*precedence, "auto_reply");
}

bool is_list(HeaderView headers) {
    if (has(headers, "list-id") || has(headers, "list-unsubscribe")) return true;
    const auto precedence = find(headers, "precedence");
    return precedence && (iequals_ascii(*precedence, "bulk") || iequals_ascii(*precedence, "list") ||
                          iequals_ascii(*precedence, "junk"));
}

// The address that servers write bounces from.
bool from_the_server(HeaderView headers) {
    const auto from = find(headers, "from");
    return from && to_lower_ascii(from->substr(0, 500)).contains("mailer-daemon@");
}

}  // namespace

std::string_view to_string(Automatic automatic) {
    switch (automatic) {
        case Automatic::AutoReply:
            return "auto-reply";
        case Automatic::List:
            return "list";
        case Automatic::Machine:
            return "machine";
    }
    return "machine";
}

std::optional<Automatic> automatic(HeaderView headers) {
    const std::string submitted = keyword(find(headers, "auto-submitted").value_or(""));
    if (submitted == "no") return std::nullopt;
    if (submitted == "auto-replied" || answers_by_itself(headers)) return Automatic::AutoReply;
    if (subject_says_so(headers)) return Automatic::AutoReply;
    if (is_list(headers)) return Automatic::List;
    const auto path = find(headers, "return-path");
    if (!submitted.empty() || (path && is_null_path(*path)) || from_the_server(headers)) return Automatic::Machine;
    return std::nullopt;
}

}  // namespace tandem::mail
