// What is asked about mails, what the server says of them, and the events that are made of it. Pure.
#pragma once

#include "connectors/imap/folders.hpp"
#include "connectors/imap/syntax.hpp"
#include "core/base/time.hpp"
#include "core/connector/connector.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::imap {

// One line of the list of mails.
struct MailInfo {
    Uid uid = 0;
    std::uint64_t size = 0;  // RFC822.SIZE: an estimate on some servers
    std::optional<Instant> internal_date{};
    bool draft = false;
    std::vector<std::string> labels{};  // Gmail's, raw
    std::string gmail_message_id{}, gmail_thread_id{};
};

// "UID FETCH <set> (…)": the list; with Gmail's own attributes.
std::string list_command(std::string_view uids, bool gmail);
// nullopt: no FETCH answer with a UID. Unknown attributes are passed over.
std::optional<MailInfo> read_info(const Response& response);

// The octets of a FETCH answer's BODY[…], with its UID.
struct Octets {
    Uid uid = 0;
    std::string text;
    bool cut = false;
};
std::optional<Octets> read_octets(Response& response);

std::string body_command(std::string_view uids);
std::string piece_command(Uid uid, std::uint64_t offset, std::uint64_t size);
std::string header_command(Uid uid);

// Mails that are fetched by one command. `infos` keeps its order.
std::vector<std::span<const MailInfo>> groups(std::span<const MailInfo> infos, std::size_t mails, std::uint64_t octets);

struct Origin {
    std::string mailbox;  // address
    const Folder* folder = nullptr;
    std::uint32_t uidvalidity = 0;
    Instant received_at{};
    const std::set<std::string, std::less<>>* own = nullptr;  // addresses of all mailboxes that are read, lower case
};
// The envelope tells which of the own addresses the mail's header names, so that the pack knows who is "us".
journal::Event mail_event(const Origin& origin, const MailInfo& info, std::string raw, bool truncated);

// The Message-ID field of a mail's first header lines, with its brackets; empty when there is none.
std::string message_id(std::string_view raw);

}  // namespace tandem::imap
