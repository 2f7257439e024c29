#include "connectors/imap/mail.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tandem::imap {

namespace {

constexpr std::size_t kMaxLabels = 100;
constexpr std::size_t kMaxHeader = 256 * 1024;

void read_flags(const Value& flags, MailInfo& info) {
    for (const Value& one : flags.items)
        if (iequals_ascii(one.text, "\\Draft")) info.draft = true;
}

void read_labels(const Value& labels, MailInfo& info) {
    for (const Value& one : labels.items) {
        if (info.labels.size() < kMaxLabels) info.labels.push_back(one.text);
        if (iequals_ascii(one.text, "\\Draft")) info.draft = true;
    }
}

void read_attribute(const std::string& name, const Value& value, MailInfo& info) {
    if (name == "uid") {
        info.uid = static_cast<Uid>(std::min<std::uint64_t>(value.number().value_or(0), UINT32_MAX));
    } else if (name == "rfc822.size") {
        info.size = value.number().value_or(0);
    } else if (name == "internaldate") {
        info.internal_date = parse_date_time(value.text);
    } else if (name == "flags") {
        read_flags(value, info);
    } else if (name == "x-gm-labels") {
        read_labels(value, info);
    } else if (name == "x-gm-msgid") {
        info.gmail_message_id = value.text;
    } else if (name == "x-gm-thrid") {
        info.gmail_thread_id = value.text;
    }
}

// Name and value of each attribute of a FETCH answer.
template <class Each>
void each_attribute(Response& response, const Each& each) {
    if (response.word != "FETCH" || response.values.empty()) return;
    auto& items = response.values.front().items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2)
        each(to_lower_ascii(items[i].text), items[i + 1]);
}

// Gmail's labels say which of the usual folders a mail would be in.
Role role_of(const Origin& origin, const MailInfo& info) {
    for (const std::string& label : info.labels) {
        if (iequals_ascii(label, "\\Sent")) return Role::Sent;
    }
    for (const std::string& label : info.labels) {
        if (iequals_ascii(label, "\\Inbox")) return Role::Inbox;
    }
    return origin.folder->role;
}

void add_text(std::string& json, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    json += fmt::format(",\"{}\":", key);
    data::write_json_string(value, json);
}

}  // namespace

std::string list_command(std::string_view uids, bool gmail) {
    return fmt::format("UID FETCH {} (UID FLAGS INTERNALDATE RFC822.SIZE{})", uids,
                       gmail ? " X-GM-LABELS X-GM-MSGID X-GM-THRID" : "");
}

std::optional<MailInfo> read_info(const Response& response) {
    if (response.word != "FETCH" || response.values.empty()) return std::nullopt;
    MailInfo info;
    const auto& items = response.values.front().items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2)
        read_attribute(to_lower_ascii(items[i].text), items[i + 1], info);
    return info.uid == 0 ? std::nullopt : std::optional(std::move(info));
}

std::optional<Octets> read_octets(Response& response) {
    Octets out;
    bool found = false;
    each_attribute(response, [&](const std::string& name, Value& value) {
        if (name == "uid") out.uid = static_cast<Uid>(value.number().value_or(0));
        if (!name.starts_with("body[") || value.kind == Value::Kind::List || value.kind == Value::Kind::Nil) return;
        found = true;
        out.text = std::move(value.text);
        out.cut = value.cut;
    });
    return found && out.uid != 0 ? std::optional(std::move(out)) : std::nullopt;
}

std::string body_command(std::string_view uids) {
    return fmt::format("UID FETCH {} (UID BODY.PEEK[])", uids);
}

std::string piece_command(Uid uid, std::uint64_t offset, std::uint64_t size) {
    return fmt::format("UID FETCH {} (UID BODY.PEEK[]<{}.{}>)", uid, offset, size);
}

std::string header_command(Uid uid) {
    return fmt::format("UID FETCH {} (UID BODY.PEEK[HEADER])", uid);
}

std::vector<std::span<const MailInfo>> groups(std::span<const MailInfo> infos,
                                              std::size_t mails,
                                              std::uint64_t octets) {
    std::vector<std::span<const MailInfo>> out;
    std::size_t first = 0;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < infos.size(); ++i) {
        if (i > first && (i - first >= mails || sum + infos[i].size > octets)) {
            out.push_back(infos.subspan(first, i - first));
            first = i;
            sum = 0;
        }
        sum += infos[i].size;
    }
    if (first < infos.size()) out.push_back(infos.subspan(first));
    return out;
}

namespace {

std::string_view header_of(std::string_view raw) {
    const auto end = std::min(raw.find("\r\n\r\n"), raw.find("\n\n"));
    return raw.substr(0, std::min(end, kMaxHeader));
}

// Sorted; what stands around an at sign is looked up, as addresses are written.
std::set<std::string> named_in(std::string_view header, const std::set<std::string, std::less<>>& own) {
    constexpr std::string_view kAround = " \t\r\n<>,;:()[]\"'";
    std::set<std::string> out;
    for (auto at = header.find('@'); at != std::string_view::npos; at = header.find('@', at + 1)) {
        const auto before = header.find_last_of(kAround, at);
        const auto begin = before == std::string_view::npos ? 0 : before + 1;
        const auto end = std::min(header.find_first_of(kAround, at), header.size());
        const auto found = own.find(to_lower_ascii(header.substr(begin, end - begin)));
        if (found != own.end()) out.insert(*found);
    }
    return out;
}

void add_list(std::string& json, std::string_view name, const std::set<std::string>& texts) {
    if (texts.empty()) return;
    json += fmt::format(",\"{}\":[", name);
    for (const auto& text : texts) {
        if (json.back() != '[') json += ',';
        data::write_json_string(text, json);
    }
    json += ']';
}

}  // namespace

journal::Event mail_event(const Origin& origin, const MailInfo& info, std::string raw, bool truncated) {
    std::string json = "{\"mailbox\":";
    data::write_json_string(origin.mailbox, json);
    add_text(json, "folder", origin.folder->name);
    json += fmt::format(R"(,"role":"{}","uid":{},"uidvalidity":{})", to_string(role_of(origin, info)), info.uid,
                        origin.uidvalidity);
    if (info.internal_date) add_text(json, "internal_date", format_time(*info.internal_date));
    json += fmt::format(R"(,"size":{},"truncated":{})", std::max<std::uint64_t>(info.size, raw.size()), truncated);
    for (std::size_t i = 0; i < info.labels.size(); ++i) {
        json += i == 0 ? ",\"labels\":[" : ",";
        data::write_json_string(folder_name(info.labels[i]), json);
        if (i + 1 == info.labels.size()) json += ']';
    }
    if (origin.own != nullptr) add_list(json, "own", named_in(header_of(raw), *origin.own));
    add_text(json, "gmail_message_id", info.gmail_message_id);
    add_text(json, "gmail_thread_id", info.gmail_thread_id);
    json += '}';
    journal::Event event;
    event.vendor_id = message_id(raw);
    event.received_at = origin.received_at;
    event.content_type = "message/rfc822";
    event.envelope = std::move(json);
    event.raw = std::move(raw);
    return event;
}

std::string message_id(std::string_view raw) {
    static constexpr std::string_view kName = "message-id:";
    static constexpr std::size_t kMaxLength = 500;
    raw = raw.substr(0, kMaxHeader);
    while (!raw.empty()) {
        const auto end = std::min(raw.find('\n'), raw.size());
        std::string_view line = raw.substr(0, end);
        if (trim_ascii(line).empty()) return {};
        if (iequals_ascii(line.substr(0, kName.size()), kName)) {
            // Its value may stand on the next line.
            std::string_view rest = raw.substr(kName.size(), kMaxLength + 10);
            const auto open = rest.find('<');
            const auto close = rest.find('>');
            if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
            if (!trim_ascii(rest.substr(0, open)).empty() || close - open > kMaxLength) return {};
            return sanitize_utf8(rest.substr(open, close - open + 1));
        }
        raw.remove_prefix(std::min(end + 1, raw.size()));
    }
    return {};
}

}  // namespace tandem::imap
