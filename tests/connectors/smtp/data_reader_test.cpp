#include "connectors/smtp/data_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tandem::smtp {
namespace {

struct Row {
    std::string octets;
    std::string content;
    std::string rest;  // behind the end; "…" when it does not end
};

Row read(std::string_view octets, std::size_t piece) {
    DataReader reader;
    Row out{std::string(octets), {}, "…"};
    for (std::size_t at = 0; at < octets.size() && !reader.done(); at += piece) {
        const std::string_view part = octets.substr(at, piece);
        const std::size_t taken = reader.feed(part, out.content);
        if (reader.done()) out.rest = octets.substr(at + taken);
    }
    return out;
}

TEST(DataReader, OnlyDotBetweenLineEndsEndsAMail) {
    const Row rows[] = {
        {".\r\n", "", ""},
        {"a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n"},
        {"..a\r\n...\r\n.\r\n", ".a\r\n..\r\n", ""},
        {".a\r\n.\r\n", "a\r\n", ""},
        {"\r\n.\r\n", "\r\n", ""},
        // What others take for an end (SMTP smuggling, CVE-2023-51764 and its kin).
        {"a\n.\r\nMAIL FROM:<x@y>\r\n.\r\n", "a\n.\r\nMAIL FROM:<x@y>\r\n", ""},
        {"a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", ""},
        {"a\n.\nb\r\n.\r\n", "a\n.\nb\r\n", ""},
        {"a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n", ""},
        {"a\r.\rb\r\n.\r\n", "a\r.\rb\r\n", ""},
        {"a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", ""},
        {"a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n", ""},
        {"a\r\r\n.\r\n", "a\r\r\n", ""},
        {std::string("a\r\n\0.\r\n.\r\n", 10), std::string("a\r\n\0.\r\n", 7), ""},
        {"a\r\n.", "a\r\n", "…"},
        {"a\r\n.\r", "a\r\n", "…"},
        {"a\r\n", "a\r\n", "…"},
    };
    for (const Row& row : rows) {
        for (std::size_t piece = 1; piece < 70; ++piece) {
            const Row seen = read(row.octets, piece);
            ASSERT_EQ(seen.content, row.content) << row.octets << " in pieces of " << piece;
            ASSERT_EQ(seen.rest, row.rest) << row.octets << " in pieces of " << piece;
        }
    }
}

}  // namespace
}  // namespace tandem::smtp
