#include "connectors/imap/folders.hpp"

#include "connectors/imap/syntax.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace tandem::imap {

namespace {

// In lower case, Cyrillic included: see lower().
constexpr std::array<std::string_view, 24> kSentNames{"sent",
                                                      "sent items",
                                                      "sent messages",
                                                      "sent mail",
                                                      "sent-mail",
                                                      "gesendet",
                                                      "gesendete elemente",
                                                      "gesendete objekte",
                                                      "envoyés",
                                                      "éléments envoyés",
                                                      "messages envoyés",
                                                      "enviados",
                                                      "elementos enviados",
                                                      "itens enviados",
                                                      "posta inviata",
                                                      "verzonden",
                                                      "verzonden items",
                                                      "wysłane",
                                                      "elementy wysłane",
                                                      "skickat",
                                                      "отправленные",
                                                      "надіслані",
                                                      "已发送邮件",
                                                      "送信済み"};
constexpr std::array<std::string_view, 4> kArchiveNames{"archive", "archiv", "archives", "архив"};
constexpr std::array<std::string_view, 5> kDraftNames{"drafts", "entwürfe", "brouillons", "borradores", "черновики"};
constexpr std::array<std::string_view, 8> kJunkNames{"junk",      "junk email", "spam",  "junk-e-mail",
                                                     "bulk mail", "спам",       "trash", "deleted items"};
constexpr std::array<std::string_view, 4> kTrashNames{"gelöschte elemente", "papierkorb", "корзина", "удаленные"};

// Letters of ASCII, Latin-1 and Cyrillic; enough for the tables above.
std::string lower(std::string_view text) {
    std::string out = to_lower_ascii(text);
    for (std::size_t i = 0; i + 1 < out.size(); ++i) {
        const auto lead = static_cast<unsigned char>(out[i]);
        auto next = static_cast<unsigned char>(out[i + 1]);
        if (lead == 0xC3 && next >= 0x80 && next <= 0x9E && next != 0x97) {
            out[i + 1] = static_cast<char>(next + 0x20);
        } else if (lead == 0xD0 && next >= 0x90 && next <= 0x9F) {
            out[i + 1] = static_cast<char>(next + 0x20);
        } else if (lead == 0xD0 && next >= 0xA0 && next <= 0xAF) {
            out[i] = static_cast<char>(0xD1);
            out[i + 1] = static_cast<char>(next - 0x20);
        }
    }
    return out;
}

template <std::size_t Size>
bool in(const std::array<std::string_view, Size>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

std::string leaf(const Listed& folder) {
    const auto at = folder.separator.empty() ? std::string::npos : folder.name.rfind(folder.separator);
    return lower(at == std::string::npos ? folder.name : folder.name.substr(at + folder.separator.size()));
}

bool named(const std::vector<std::string>& names, const Listed& folder) {
    return std::ranges::any_of(names, [&](const std::string& name) {
        return name == folder.name || name == folder.raw || lower(name) == lower(folder.name);
    });
}

bool is_inbox(const Listed& folder) {
    return iequals_ascii(folder.raw, "INBOX");
}

bool selectable(const Listed& folder) {
    return !folder.has("\\noselect") && !folder.has("\\nonexistent");
}

bool unwanted(const Listed& folder) {
    for (const std::string_view attribute : {"\\drafts", "\\junk", "\\trash", "\\all", "\\flagged", "\\important"})
        if (folder.has(attribute)) return true;
    const std::string name = leaf(folder);
    return in(kDraftNames, name) || in(kJunkNames, name) || in(kTrashNames, name);
}

bool any_match(const std::vector<std::string>& patterns, const Listed& folder) {
    return std::ranges::any_of(patterns, [&](const std::string& one) { return matches(one, folder.name); });
}

// The one with the attribute, else the one with a usual name.
const Listed* find_sent(std::span<const Listed> listed) {
    for (const Listed& one : listed)
        if (selectable(one) && one.has("\\sent")) return &one;
    const Listed* found = nullptr;
    for (const Listed& one : listed) {
        if (!selectable(one) || !in(kSentNames, leaf(one))) continue;
        if (found == nullptr || one.name.size() < found->name.size()) found = &one;
    }
    return found;
}

Role role_of(const Listed& folder, const FolderWishes& wishes, const Listed* sent) {
    if (named(wishes.journal, folder)) return Role::Journal;
    if (wishes.sent.empty() ? &folder == sent : named(wishes.sent, folder)) return Role::Sent;
    if (is_inbox(folder)) return Role::Inbox;
    if (folder.has("\\archive") || folder.has("\\all") || in(kArchiveNames, leaf(folder))) return Role::Archive;
    return Role::Other;
}

}  // namespace

std::string_view to_string(Role role) {
    switch (role) {
        case Role::Inbox:
            return "inbox";
        case Role::Sent:
            return "sent";
        case Role::Archive:
            return "archive";
        case Role::Other:
            return "other";
        case Role::Journal:
            return "journal";
    }
    return "";
}

bool Listed::has(std::string_view attribute) const {
    return std::ranges::find(attributes, attribute) != attributes.end();
}

std::string_view list_all_command(bool marked) {
    return marked ? R"(LIST "" "*" RETURN (SPECIAL-USE))" : R"(LIST "" "*")";
}

std::optional<Listed> read_list(const Response& response) {
    if (response.word != "LIST" || response.values.size() < 3) return std::nullopt;
    const Value& name = response.values[2];
    if (response.values[0].kind != Value::Kind::List || !name.is_text() || name.text.empty()) return std::nullopt;
    Listed out{
        .raw = name.text, .name = folder_name(name.text), .separator = response.values[1].text, .attributes = {}};
    for (const Value& one : response.values[0].items)
        out.attributes.push_back(to_lower_ascii(one.text));
    return out;
}

FolderNumbers read_numbers(const Answer& answer) {
    FolderNumbers out;
    for (const Response& one : answer.data) {
        const std::string word = one.code_word();
        const auto value = parse_number(one.code_rest());
        if (!value) continue;
        const auto small = static_cast<std::uint32_t>(std::min<std::uint64_t>(*value, UINT32_MAX));
        if (word == "UIDVALIDITY") out.uidvalidity = small;
        if (word == "UIDNEXT") out.uid_next = small;
        if (word == "HIGHESTMODSEQ") out.modseq = *value;
    }
    return out;
}

// Linear but for the steps back to the last star.
bool matches(std::string_view pattern_text, std::string_view name_text) {
    const std::string pattern = lower(pattern_text);
    const std::string name = lower(name_text);
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string::npos;
    std::size_t mark = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string::npos) {
            p = star + 1;
            n = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

Chosen choose_folders(std::span<const Listed> listed, const FolderWishes& wishes) {
    const Listed* const sent = find_sent(listed);
    const bool one_for_all =
        wishes.gmail && std::ranges::any_of(listed, [](const Listed& one) { return one.has("\\all"); });
    Chosen out{.folders = {}, .sent_found = one_for_all};
    for (const Listed& one : listed) {
        if (!selectable(one)) continue;
        if (std::ranges::any_of(out.folders, [&](const Folder& known) { return known.raw == one.raw; })) continue;
        const Role role = role_of(one, wishes, sent);
        const bool known_role = role == Role::Inbox || role == Role::Sent || role == Role::Journal;
        bool wanted = any_match(wishes.include, one) && (known_role || !unwanted(one));
        if (one_for_all) wanted = one.has("\\all");
        if (!wanted || any_match(wishes.exclude, one)) continue;
        out.sent_found |= role == Role::Sent;
        out.folders.push_back({.raw = one.raw, .name = one.name, .role = role});
    }
    std::ranges::sort(out.folders, {}, [](const Folder& one) {
        const int rank = one.role == Role::Inbox ? 0 : one.role == Role::Sent ? 1 : 2;
        return std::make_tuple(rank, one.name);
    });
    return out;
}

}  // namespace tandem::imap
