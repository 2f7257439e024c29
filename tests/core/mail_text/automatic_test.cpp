#include "core/mail/text/automatic.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mail {
namespace {

struct Case {
    const char* headers;  // one a line, "name: value"
    const char* expected;
};

constexpr Case kCases[] = {
    {"subject: Hello", ""},
    {"auto-submitted: no\nsubject: Automatic reply: away\nreturn-path: <>", ""},
    {"auto-submitted: auto-replied", "auto-reply"},
    {"auto-submitted: Auto-Replied; owner-email=\"a@b.test\"", "auto-reply"},
    {"auto-submitted: auto-replied (vacation)", "auto-reply"},
    {"auto-submitted: auto-generated", "machine"},
    {"auto-submitted: auto-notified; owner-email=\"a@b.test\"", "machine"},
    {"auto-submitted: auto-generated\nsubject: Automatic reply: Payment", "auto-reply"},
    {"auto-submitted: auto-generated\nlist-id: <news.b.test>", "list"},
    {"x-autoreply: yes", "auto-reply"},
    {"x-autoreply: no", ""},
    {"x-autorespond: away", "auto-reply"},
    {"precedence: auto_reply", "auto-reply"},
    {"precedence: Bulk", "list"},
    {"precedence: junk\nsubject: Out of Office: back on Monday", "auto-reply"},
    {"precedence: first-class", ""},
    {"list-id: News <news.b.test>", "list"},
    {"list-unsubscribe: <mailto:u@b.test>", "list"},
    {"return-path: <>", "machine"},
    {"return-path:", "machine"},
    {"return-path: <a@b.test>", ""},
    {"return-path: <>\nlist-id: <news.b.test>", "list"},
    {"from: Mail Delivery System <MAILER-DAEMON@mx.b.test>", "machine"},
    {"x-auto-response-suppress: All", ""},
    {"subject: Auto reply: Nyaan", "auto-reply"},
    {"subject: AUTOMATIC  REPLY: x", "auto-reply"},
    {"subject: Abwesenheitsnotiz: Urlaub", "auto-reply"},
    {"subject: Réponse automatique : Contrat", "auto-reply"},
    {"subject: Автоответ", "auto-reply"},
    {"subject: АВТОМАТИЧЕСКИЙ ОТВЕТ: счёт", "auto-reply"},
    {"subject: 自动回复：你好", "auto-reply"},
    {"subject: Out of office next week", ""},
    {"subject: Re: Automatic reply: Payment", ""},
    {"subject: Auto: insurance", ""},
};

TEST(Automatic, Table) {
    for (const auto& row : kCases) {
        std::vector<std::string> lines;
        std::istringstream in(row.headers);
        for (std::string line; std::getline(in, line);)
            lines.push_back(line);
        std::vector<std::pair<std::string_view, std::string_view>> headers;
        for (const std::string_view line : lines)
            headers.emplace_back(line.substr(0, line.find(':')), line.substr(line.find(':') + 1));
        const auto found = automatic(headers);
        EXPECT_EQ(found ? to_string(*found) : "", row.expected) << row.headers;
    }
}

}  // namespace
}  // namespace tandem::mail
