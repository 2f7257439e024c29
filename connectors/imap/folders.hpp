// Which folders of a mailbox are read, and what they are (RFC 6154 SPECIAL-USE, names in many languages). Pure.
#pragma once

#include "connectors/imap/session.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::imap {

enum class Role { Inbox, Sent, Archive, Other, Journal };
std::string_view to_string(Role role);

// One line of a LIST answer.
struct Listed {
    std::string raw;   // as the server writes it
    std::string name;  // decoded
    std::string separator;
    std::vector<std::string> attributes;  // in lower case, with their backslash

    bool has(std::string_view attribute) const;
};
// `marked`: the server has to be asked for the attributes of RFC 6154.
std::string_view list_all_command(bool marked);
std::optional<Listed> read_list(const Response& response);

struct FolderWishes {
    std::vector<std::string> sent{};  // names; empty: found by attribute or name
    std::vector<std::string> journal{};
    std::vector<std::string> include{"*"};  // patterns with * and ?, without regard to case
    std::vector<std::string> exclude{};
    bool gmail = false;  // all mail is in \All, and folders are labels
};

struct Folder {
    std::string raw{};
    std::string name{};
    Role role = Role::Other;
};

struct Chosen {
    std::vector<Folder> folders;  // the Inbox first, then Sent, then the others by name
    bool sent_found = false;
};
Chosen choose_folders(std::span<const Listed> listed, const FolderWishes& wishes);

// What the answer to EXAMINE says of a folder; 0: not said.
struct FolderNumbers {
    std::uint32_t uidvalidity = 0;
    std::uint32_t uid_next = 0;
    std::uint64_t modseq = 0;
};
FolderNumbers read_numbers(const Answer& answer);

bool matches(std::string_view pattern, std::string_view name);

}  // namespace tandem::imap
