#include "core/mail/document.hpp"

#include "core/base/text.hpp"
#include "core/mail/address.hpp"
#include "core/mail/attachments.hpp"
#include "core/mail/body.hpp"
#include "core/mail/charset.hpp"
#include "core/mail/header.hpp"
#include "core/mail/members.hpp"
#include "core/mail/mime.hpp"
#include "core/mail/trace.hpp"

#include <algorithm>
#include <map>

namespace tandem::mail {
namespace {

using data::Value;

class Writer {
public:
    Writer(const Mail& mail, const Limits& limits, data::Arena& arena, std::string_view within)
        : mail_(mail), limits_(limits), arena_(arena), within_(within), out_(arena, 48), problems_(mail.problems) {}

    Value run() {
        identity();
        people();
        trace();
        out_.add("headers", headers());
        text();
        out_.add("attachments", attachment_list(body_, limits_, within_, arena_));
        out_.texts("problems", problems_);
        return out_.object();
    }

private:
    std::string_view field(std::string_view name) const { return mail_.fields.value(name); }

    std::vector<std::string> ids(std::string_view name) const { return message_ids(field(name), limits_.addresses); }

    void identity() {
        auto own = ids("message-id");
        out_.text_or_null("message_id", own.empty() ? std::string_view() : own[0]);
        out_.texts("in_reply_to", ids("in-reply-to"));
        out_.texts("references", ids("references"));
        const auto date = field("date");
        out_.time("date", date.empty() ? std::nullopt : parse_date(date));
        out_.text_or_null("date_text", clean_line(to_utf8(date.substr(0, 200), {}, limits_.default_charset)));
        auto subject = decode_text(field("subject"), limits_.default_charset);
        subject.resize(cut_utf8(subject, limits_.header_value).size());
        out_.text("subject", subject);
    }

    Value addresses(std::string_view name) {
        data::ArenaList<Value> out(arena_);
        for (const auto& field : mail_.fields.list) {
            if (field.name != name) continue;
            for (const auto& it : parse_addresses(field.value, limits_.default_charset, limits_.addresses - out.size()))
                out.push_back(person(it));
            if (out.size() >= limits_.addresses) break;
        }
        return Value::array(out.items());
    }

    Value person(const Address& address) {
        Members out(arena_, 2);
        out.text_or_null("address", address.address);
        out.text_or_null("name", address.name);
        return out.object();
    }

    void people() {
        for (const std::string_view name : {"from", "sender", "to", "cc", "bcc"})
            out_.add(name, addresses(name));
        out_.add("reply_to", addresses("reply-to"));
    }

    void trace() {
        const auto* path = mail_.fields.first("return-path");
        out_.add("return_path", path == nullptr ? Value() : data::make_string(arena_, normal_address(*path)));
        std::vector<std::string> delivered;
        data::ArenaList<Value> hops(arena_);
        for (const auto& [name, value] : mail_.fields.list) {
            if (name == "delivered-to" || name == "x-original-to" || name == "envelope-to" || name == "x-envelope-to") {
                add_recipients(value, delivered);
            } else if (name == "received" && hops.size() < limits_.received) {
                const auto hop = read_received(value);
                Members out(arena_, 3);
                out.text_or_null("by", hop.by);
                out.text_or_null("from", hop.from);
                out.time("at", hop.at);
                hops.push_back(out.object());
            }
        }
        out_.texts("delivered_to", delivered);
        out_.add("received", Value::array(hops.items()));
    }

    void add_recipients(std::string_view value, std::vector<std::string>& out) const {
        for (auto& it : parse_addresses(value, limits_.default_charset, limits_.received)) {
            const bool fits = out.size() < limits_.received && !it.address.empty();
            if (fits && std::ranges::find(out, it.address) == out.end()) out.push_back(std::move(it.address));
        }
    }

    Value headers() {
        std::map<std::string, std::vector<std::string>> values;
        std::size_t count = 0;
        for (const auto& [name, value] : mail_.fields.list) {
            if (count++ == limits_.headers) {
                problems_.push_back("more than " + std::to_string(limits_.headers) + " header fields");
                break;
            }
            auto text = decode_text(std::string_view(value).substr(0, limits_.header_value), limits_.default_charset);
            values[sanitize_utf8(name.substr(0, 100))].push_back(std::move(text));
        }
        Members out(arena_, values.size());
        for (const auto& [name, list] : values)
            out.add(arena_.copy(name), out.list(list));
        return out.object();
    }

    void text() {
        body_ = read_body(mail_, limits_, problems_);
        out_.text("text", body_.text);
        constexpr std::string_view kFrom[] = {"none", "plain", "html"};
        out_.text("text_from", kFrom[static_cast<std::size_t>(body_.from)]);
        auto language = clean_line(to_utf8(field("content-language"), {}, {}));
        if (language.empty()) language = body_.language;
        language = language.substr(0, language.find_first_of(", "));
        out_.text_or_null("language", cut_utf8(language, 35));
    }

    const Mail& mail_;
    const Limits& limits_;
    data::Arena& arena_;
    std::string_view within_;
    Members out_;
    std::vector<std::string> problems_;
    Body body_;
};

}  // namespace

Value document(const Mail& mail, const Limits& limits, data::Arena& arena, std::string_view within) {
    return Writer(mail, limits, arena, within).run();
}

}  // namespace tandem::mail
