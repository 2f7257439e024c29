#include "core/mail/head.hpp"

#include "core/base/text.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/header.hpp"
#include "core/mail/mime.hpp"

#include <algorithm>
#include <map>

namespace tandem::mail {
namespace {

using data::Value;

class Reader {
public:
    Reader(const Mail& mail, const Limits& limits) : mail_(mail), limits_(limits) {}

    Head run(std::vector<std::string>& problems) {
        const auto own = ids("message-id");
        if (!own.empty()) out_.message_id = own[0];
        out_.in_reply_to = ids("in-reply-to");
        out_.references = ids("references");
        const auto date = field("date");
        if (!date.empty()) out_.date = parse_date(date.substr(0, 200));
        out_.date_text = clean_line(to_utf8(date.substr(0, 200), {}, limits_.default_charset));
        out_.subject = decode_text(field("subject").substr(0, 8 * limits_.header_value), limits_.default_charset);
        out_.subject.resize(cut_utf8(out_.subject, limits_.header_value).size());
        out_.base = base_subject(out_.subject);
        people();
        trace();
        out_.language = clean_line(to_utf8(field("content-language"), {}, {}));
        headers(problems);
        return std::move(out_);
    }

private:
    std::string_view field(std::string_view name) const { return mail_.fields.value(name); }
    std::vector<std::string> ids(std::string_view name) const { return message_ids(field(name), limits_.ids); }

    std::vector<Address> addresses(std::string_view name) const {
        std::vector<Address> out;
        for (const auto& [key, value] : mail_.fields.list) {
            if (key != name || out.size() >= limits_.addresses) continue;
            std::ranges::move(parse_addresses(value, limits_.default_charset, limits_.addresses - out.size()),
                              std::back_inserter(out));
        }
        return out;
    }

    void people() {
        out_.from = addresses("from");
        out_.sender = addresses("sender");
        out_.reply_to = addresses("reply-to");
        out_.to = addresses("to");
        out_.cc = addresses("cc");
        out_.bcc = addresses("bcc");
        for (const auto* list : {&out_.to, &out_.cc}) {
            for (const auto& it : *list)
                out_.recipients.push_back(it.address);
        }
    }

    void trace() {
        if (const auto* path = mail_.fields.first("return-path")) {
            out_.return_path = normal_address(without_comments(*path));
        }
        for (const auto& [name, value] : mail_.fields.list) {
            if (name == "delivered-to" || name == "x-original-to" || name == "envelope-to" || name == "x-envelope-to") {
                add_delivered(value);
            } else if (name == "received" && out_.received.size() < limits_.received) {
                out_.received.push_back(read_received(value));
            }
        }
    }

    void add_delivered(std::string_view value) {
        for (auto& it : parse_addresses(value, limits_.default_charset, limits_.received)) {
            const bool fits = out_.delivered_to.size() < limits_.received && !it.address.empty();
            if (fits && std::ranges::find(out_.delivered_to, it.address) == out_.delivered_to.end()) {
                out_.delivered_to.push_back(std::move(it.address));
            }
        }
    }

    void headers(std::vector<std::string>& problems) {
        for (const auto& [name, value] : mail_.fields.list) {
            if (out_.headers.size() == limits_.headers) {
                problems.push_back("only " + std::to_string(limits_.headers) + " header fields are shown");
                return;
            }
            auto text = decode_text(std::string_view(value).substr(0, limits_.header_value), limits_.default_charset);
            out_.headers.emplace_back(sanitize_utf8(name.substr(0, 100)), std::move(text));
        }
    }

    const Mail& mail_;
    const Limits& limits_;
    Head out_;
};

Value people(const std::vector<Address>& list, data::Arena& arena) {
    data::ArenaList<Value> out(arena, list.size());
    for (const auto& it : list) {
        Members members(arena, 2);
        members.text_or_null("address", it.address);
        members.text_or_null("name", it.name);
        out.push_back(members.object());
    }
    return Value::array(out.items());
}

Value hops(const std::vector<Hop>& list, data::Arena& arena) {
    data::ArenaList<Value> out(arena, list.size());
    for (const auto& it : list) {
        Members members(arena, 3);
        members.text_or_null("by", it.by);
        members.text_or_null("from", it.from);
        members.time("at", it.at);
        out.push_back(members.object());
    }
    return Value::array(out.items());
}

Value by_name(const std::vector<std::pair<std::string, std::string>>& headers, data::Arena& arena) {
    std::map<std::string_view, std::vector<std::string>> values;
    for (const auto& [name, value] : headers)
        values[name].push_back(value);
    Members out(arena, values.size());
    for (const auto& [name, list] : values)
        out.add(arena.copy(name), out.list(list));
    return out.object();
}

}  // namespace

Head read_head(const Mail& mail, const Limits& limits, std::vector<std::string>& problems) {
    return Reader(mail, limits).run(problems);
}

void add_head(const Head& head, Members& out) {
    auto& arena = out.arena();
    out.text_or_null("message_id", head.message_id);
    out.texts("in_reply_to", head.in_reply_to);
    out.texts("references", head.references);
    out.time("date", head.date);
    out.text_or_null("date_text", head.date_text);
    out.text("subject", head.subject);
    out.text("base_subject", head.base.text);
    out.flag("reply_prefix", head.base.reply);
    out.flag("forward_prefix", head.base.forward);
    out.add("from", people(head.from, arena));
    out.add("sender", people(head.sender, arena));
    out.add("reply_to", people(head.reply_to, arena));
    out.add("to", people(head.to, arena));
    out.add("cc", people(head.cc, arena));
    out.add("bcc", people(head.bcc, arena));
    out.add("return_path", head.return_path ? data::make_string(arena, *head.return_path) : Value());
    out.texts("delivered_to", head.delivered_to);
    out.add("received", hops(head.received, arena));
    out.add("headers", by_name(head.headers, arena));
}

}  // namespace tandem::mail
