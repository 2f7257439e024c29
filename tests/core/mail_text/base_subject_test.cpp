#include "core/mail/text/base_subject.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tandem::mail {
namespace {

struct Case {
    const char* subject;
    const char* base;
    const char* marks;  // r reply, f forward
};

constexpr Case kCases[] = {
    // RFC 5256 2.1
    {"Meeting", "Meeting", ""},
    {"Re: Meeting", "Meeting", "r"},
    {"RE:Meeting", "Meeting", "r"},
    {"re : Meeting", "Meeting", "r"},
    {"Fw: Meeting", "Meeting", "f"},
    {"FWD: Meeting", "Meeting", "f"},
    {"Re: Fwd: Re: Meeting", "Meeting", "rf"},
    {"Re[2]: Meeting", "Meeting", "r"},
    {"Meeting (fwd)", "Meeting", "f"},
    {"Meeting (fwd)  (FWD) ", "Meeting", "f"},
    {"[Fwd: Meeting]", "Meeting", "f"},
    {"[fwd: Re: [list] Meeting (fwd)]", "Meeting", "rf"},
    {"[list] Meeting", "Meeting", ""},
    {"[list] Re: [other] Meeting", "Meeting", "r"},
    {"[a] [b] Re: Meeting", "Meeting", "r"},
    {"Re: [list]", "[list]", "r"},
    {"[list]", "[list]", ""},
    {"  Meeting \t of\r\n  today ", "Meeting of today", ""},
    {"", "", ""},
    {"Re:", "", "r"},
    {"Re: Re: ", "", "r"},
    // Other languages, counters, wide colons
    {"AW: Vertrag", "Vertrag", "r"},
    {"Antw: Contract", "Contract", "r"},
    {"SV: SV: Kontrakt", "Kontrakt", "r"},
    {"VS: Sopimus", "Sopimus", "r"},
    {"VL: Sopimus", "Sopimus", "f"},
    {"WG: Vertrag", "Vertrag", "f"},
    {"TR: RE: Contrat", "Contrat", "rf"},
    {"RV: Contrato", "Contrato", "f"},
    {"R: Contratto", "Contratto", "r"},
    {"I: Contratto", "Contratto", "f"},
    {"RES: Contrato", "Contrato", "r"},
    {"Odp: Umowa", "Umowa", "r"},
    {"PD: Umowa", "Umowa", "f"},
    {"YNT: Sözleşme", "Sözleşme", "r"},
    {"Отв: Договор", "Договор", "r"},
    {"ОТВЕТ: Договор", "Договор", "r"},
    {"Пер: Договор", "Договор", "f"},
    {"Відп: Договір", "Договір", "r"},
    {"ΑΠ: Σύμβαση", "Σύμβαση", "r"},
    {"ΠΡΘ: Σύμβαση", "Σύμβαση", "f"},
    {"回复：合同", "合同", "r"},
    {"回复: 合同", "合同", "r"},
    {"转发：Re: 合同", "合同", "rf"},
    {"返信: 契約", "契約", "r"},
    {"Re(3): Meeting", "Meeting", "r"},
    {"Re^2: Meeting", "Meeting", "r"},
    {"Re*2: Meeting", "Meeting", "r"},
    // What only looks like a prefix
    {"Regarding: Meeting", "Regarding: Meeting", ""},
    {"Re Meeting: today", "Re Meeting: today", ""},
    {"Report: Re: numbers", "Report: Re: numbers", ""},
    {"Rent", "Rent", ""},
    {"re", "re", ""},
    {"Re(x): Meeting", "Re(x): Meeting", ""},
    {"Re(2: Meeting", "Re(2: Meeting", ""},
    {"[open Meeting", "[open Meeting", ""},
    {"(fwd)", "", "f"},
    {": Meeting", ": Meeting", ""},
    // Not UTF-8
    {"Re: caf\xE9", "caf\xEF\xBF\xBD", "r"},
};

TEST(BaseSubject, Table) {
    for (const auto& row : kCases) {
        const auto found = base_subject(row.subject);
        EXPECT_EQ(found.text, row.base) << row.subject;
        EXPECT_EQ(std::string(found.reply ? "r" : "") + (found.forward ? "f" : ""), row.marks) << row.subject;
    }
}

// What a base subject is stays what it is when it is taken again, whatever a hostile subject holds.
TEST(BaseSubject, OfABaseSubjectIsItself) {
    for (const std::string piece : {"Re: ", "[a] ", "[Fwd: ", "(fwd)", "[", "]", "Re[2]", "：", "x "}) {
        std::string subject;
        for (int i = 0; i < 2'000; ++i)
            subject += piece;
        const auto once = base_subject(subject);
        EXPECT_EQ(base_subject(once.text).text, once.text) << piece;
    }
}

}  // namespace
}  // namespace tandem::mail
