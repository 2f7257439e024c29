#include "tests/core/mail/expectations.hpp"

#include "core/base/text.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <vector>

namespace tandem::testing {
namespace {

using data::Value;

// Keys about the store, the outbox, or the structure of the mail, which documents do not show; each is proven elsewhere
// or has no counterpart.
constexpr std::array<std::string_view, 21> kElsewhere = {"parts",
                                                         "child_parts",
                                                         "first_child_parts",
                                                         "child_types",
                                                         "charset",
                                                         "html",
                                                         "direction",
                                                         "interaction",
                                                         "thread",
                                                         "agent",
                                                         "reply_references",
                                                         "reply_subject",
                                                         "parses",
                                                         "attachments_recursive",
                                                         "attachment_count_recursive",
                                                         "text_suite",
                                                         "attachment3_md5",
                                                         "resent_from",
                                                         "resent_to",
                                                         "resent_message_id",
                                                         "multipart"};

std::string squeezed(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (blank && (out.empty() || out.back() == ' ')) continue;
        out += blank ? ' ' : c;
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}

std::string text_of(Value value) {
    return value.is_string() ? std::string(value.as_string()) : value.is_null() ? std::string() : data::to_json(value);
}

Comparison same(bool equal, Value ours) {
    return {equal ? Compared::Equal : Compared::Different, data::to_json(ours)};
}

Comparison addresses(std::string_view key, Value stated, Value document) {
    std::string wanted;
    std::string ours;
    for (const auto& it : stated.items())
        wanted += to_lower_ascii(it.as_string()) + " ";
    for (const auto& it : document.get(key).items())
        ours += to_lower_ascii(text_of(it.get("address"))) + " ";
    return {wanted == ours ? Compared::Equal : Compared::Different, squeezed(ours)};
}

Comparison first_name(std::string_view list, Value stated, Value document) {
    const auto people = document.get(list);
    const auto ours = people.size() > 0 ? people.items()[0].get("name") : Value();
    return same(ours == stated, ours);
}

// Only the given keys count.
bool fits(Value wanted, Value attachment) {
    return std::ranges::all_of(wanted.members(), [&](const data::Member& member) {
        const auto& [key, value] = member;
        if (key == "name") return text_of(attachment.get("filename")) == text_of(value);
        if (key == "name_starts") return text_of(attachment.get("filename")).starts_with(value.as_string());
        if (key == "type") return attachment.get("media_type") == value;
        if (key == "size") return attachment.get("size_bytes") == value;
        return key == "disposition" && attachment.get("inline").as_bool() == (value.as_string() == "inline");
    });
}

Comparison attachments(Value stated, Value document) {
    const auto ours = document.get("attachments");
    bool equal = ours.size() == stated.size();
    for (std::size_t i = 0; equal && i < ours.size(); ++i)
        equal = fits(stated.items()[i], ours.items()[i]);
    std::string shown;
    for (const auto& it : ours.items())
        shown += text_of(it.get("media_type")) + " " + text_of(it.get("filename")) + " " +
                 text_of(it.get("size_bytes")) + "; ";
    return {equal ? Compared::Equal : Compared::Different, squeezed(shown)};
}

Comparison contains_attachments(Value stated, Value document) {
    const auto ours = document.get("attachments").items();
    const bool equal = std::ranges::all_of(stated.items(), [&](Value wanted) {
        return std::ranges::any_of(ours, [&](Value it) { return fits(wanted, it); });
    });
    return same(equal, document.get("attachments"));
}

Comparison report(Value stated, Value document) {
    const auto kind = text_of(document.get("kind"));
    const auto wanted = stated.as_string();
    const bool delivery = kind == "bounce" || kind == "delivery_report";
    const bool equal = wanted == "delivery-status"            ? delivery
                       : wanted == "disposition-notification" ? kind == "read_receipt"
                                                              : kind == "feedback";
    return {equal ? Compared::Equal : Compared::Different, kind};
}

Comparison one_report(Value stated, Value document) {
    const std::map<std::string_view, std::string_view> names = {
        {"final_recipient", "recipient"}, {"disposition", "diagnostic"}, {"feedback_type", "action"}};
    const auto reports = document.get("reports").items();
    const auto about = document.get("report_of");
    const auto fits_report = [&](Value ours) {
        return std::ranges::all_of(stated.members(), [&](const data::Member& member) {
            if (member.key == "reporting_mta") return true;  // who wrote the report is not of the document
            auto wanted = text_of(member.value);
            if (member.key == "original_message_id") return text_of(about.get("message_id")) == wanted;
            if (member.key == "original_mail_from") return "<" + text_of(about.get("from")) + ">" == wanted;
            const auto name = names.contains(member.key) ? names.at(member.key) : member.key;
            return iequals_ascii(text_of(ours.get(name)), wanted);
        });
    };
    return same(std::ranges::any_of(reports, fits_report), document.get("reports"));
}

// Statuses in their order; 5.0.9xx is Sisimai's own code for "the mail states none".
Comparison bounces(Value stated, Value document) {
    std::vector<std::string> wanted;
    std::vector<std::string> ours;
    for (const auto& it : stated.items()) {
        const auto status = text_of(it.get("status"));
        if (text_of(it.get("reason")) != "vacation") wanted.push_back(status.contains(".0.9") ? "" : status);
    }
    if (text_of(document.get("kind")) == "bounce" || text_of(document.get("kind")) == "delivery_report") {
        for (const auto& it : document.get("reports").items())
            ours.push_back(text_of(it.get("status")));
    }
    const bool equal =
        wanted.size() == ours.size() &&
        std::ranges::equal(wanted, ours, [](const auto& a, const auto& b) { return a.empty() || a == b; });
    std::string shown = text_of(document.get("kind")) + ":";
    for (const auto& it : ours)
        shown += " " + (it.empty() ? "-" : it);
    return {equal ? Compared::Equal : Compared::Different, shown};
}

Comparison calendar(Value stated, Value document) {
    const auto events = document.get("calendar").items();
    const auto fits_event = [&](Value event) {
        return std::ranges::all_of(stated.members(), [&](const data::Member& member) {
            if (member.key != "partstat") return iequals_ascii(text_of(event.get(member.key)), text_of(member.value));
            return std::ranges::any_of(event.get("attendees").items(), [&](Value it) {
                return iequals_ascii(text_of(it.get("status")), text_of(member.value));
            });
        });
    };
    return same(std::ranges::any_of(events, fits_event), document.get("calendar"));
}

Comparison content_type(Value stated, Value document) {
    const auto ours = document.get("headers").get("content-type");
    const bool equal = ours.size() > 0 && to_lower_ascii(ours.items()[0].as_string()).starts_with(stated.as_string());
    return same(equal, ours);
}

Comparison tnef(Value stated, Value document) {
    const auto ours = document.get("attachments").items();
    const bool all = std::ranges::all_of(stated.items(), [&](Value name) {
        return std::ranges::any_of(ours, [&](Value it) { return it.get("filename") == name; });
    });
    return same(all && document.get("tnef").as_bool(), document.get("attachments"));
}

Comparison enclosed(Value stated, Value document) {
    const auto about = document.get("report_of");
    const bool there =
        std::ranges::any_of(document.get("attachments").items(), [&](Value it) { return it.get("subject") == stated; });
    return same(there || (about.is_object() && about.get("subject") == stated), document.get("attachments"));
}

Comparison journal_envelope(Value stated, Value document) {
    const auto ours = document.get("journal");
    if (!ours.is_object()) return same(false, ours);
    const auto wanted = stated.get("recipients");
    bool equal = ours.get("sender") == stated.get("sender") && ours.get("recipients").size() == wanted.size();
    for (std::size_t i = 0; equal && i < wanted.size(); ++i) {
        const auto a = wanted.items()[i];
        const auto b = ours.get("recipients").items()[i];
        equal = a.get("addr") == b.get("address") && a.get("as") == b.get("role") &&
                a.get("expanded_from") == b.get("expanded_from");
    }
    return same(equal, ours.get("recipients"));
}

Comparison journal_inner(Value stated, Value document) {
    const auto ours = document.get("journal").get("message");
    const bool equal = std::ranges::all_of(
        stated.members(), [&](const data::Member& member) { return ours.get(member.key) == member.value; });
    return same(equal, ours);
}

using Text = bool (*)(std::string_view ours, std::string_view stated);

Comparison text(std::string_view member, Value stated, Value document, Text fits_text) {
    const auto ours = text_of(document.get(member));
    const bool equal = fits_text(squeezed(ours), squeezed(text_of(stated)));
    return {equal ? Compared::Equal : Compared::Different, squeezed(ours).substr(0, 120)};
}

constexpr Text kEqual = [](std::string_view ours, std::string_view stated) { return ours == stated; };
constexpr Text kStarts = [](std::string_view ours, std::string_view stated) { return ours.starts_with(stated); };
constexpr Text kContains = [](std::string_view ours, std::string_view stated) { return ours.contains(stated); };

using Comparer = std::function<Comparison(Value stated, Value document)>;

Comparer member(std::string_view name) {
    return [name](Value stated, Value document) { return same(document.get(name) == stated, document.get(name)); };
}
Comparer texts(std::string_view name, Text how) {
    return [name, how](Value stated, Value document) { return text(name, stated, document, how); };
}
Comparer people(std::string_view name) {
    return [name](Value stated, Value document) { return addresses(name, stated, document); };
}

const std::map<std::string_view, Comparer>& comparers() {
    static const std::map<std::string_view, Comparer> all = {
        {"subject", texts("subject", kEqual)},
        {"subject_decoded", texts("subject", kEqual)},
        {"from", people("from")},
        {"to", people("to")},
        {"cc", people("cc")},
        {"bcc", people("bcc")},
        {"reply_to", people("reply_to")},
        {"from_name", [](Value stated, Value document) { return first_name("from", stated, document); }},
        {"to_name", [](Value stated, Value document) { return first_name("to", stated, document); }},
        {"date", member("date")},
        {"message_id", member("message_id")},
        {"in_reply_to", member("in_reply_to")},
        {"references", member("references")},
        {"envelope_from", member("return_path")},
        {"text", texts("text", kEqual)},
        {"html_text", texts("text", kEqual)},
        {"text_declared", texts("text", kEqual)},
        {"text_starts", texts("text", kStarts)},
        {"text_flowed_starts", texts("text", kStarts)},
        {"text_contains", texts("text", kContains)},
        {"text_unflowed", texts("text", kContains)},
        {"text_inside", texts("text", kContains)},
        {"text_absent",
         [](Value, Value document) {
             const auto from = text_of(document.get("text_from"));
             return Comparison{from != "plain" ? Compared::Equal : Compared::Different, from};
         }},
        {"reply", texts("reply_text", kEqual)},
        {"reply_starts", texts("reply_text", kStarts)},
        {"attachments", attachments},
        {"attachments_jmap", attachments},
        {"attachments_contain", contains_attachments},
        {"attachment_count",
         [](Value stated, Value document) {
             const auto count = Value::integer(static_cast<std::int64_t>(document.get("attachments").size()));
             return same(count == stated, count);
         }},
        {"report", report},
        {"bounced",
         [](Value stated, Value document) {
             const auto kind = text_of(document.get("kind"));
             return Comparison{(kind == "bounce") == stated.as_bool() ? Compared::Equal : Compared::Different, kind};
         }},
        {"dsn", one_report},
        {"mdn", one_report},
        {"arf", one_report},
        {"bounces", bounces},
        {"calendar", calendar},
        {"content_type", content_type},
        {"automatic", member("automatic")},
        {"opaque", member("opaque")},
        {"kind",
         [](Value stated, Value document) {
             const bool equal = stated.as_string() == "journal_report" && text_of(document.get("kind")) == "journal";
             return same(equal, document.get("kind"));
         }},
        {"envelope", journal_envelope},
        {"inner", journal_inner},
        {"tnef_attachments", tnef},
        {"enclosed_subject", enclosed},
    };
    return all;
}

}  // namespace

Comparison compare_stated(std::string_view key, Value stated, Value document) {
    if (std::ranges::find(kElsewhere, key) != kElsewhere.end()) return {Compared::NotOfDocument, {}};
    const auto found = comparers().find(key);
    if (found == comparers().end()) return {Compared::Different, "no comparison is written for this key"};
    return found->second(stated, document);
}

}  // namespace tandem::testing
