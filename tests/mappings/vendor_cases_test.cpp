// The shared cases of ../shared/fixtures/{sms,chat}/cases*.jsonl for every provider that has a pack. What their origin
// asserts must hold, but for the differences in differences.tsv.
#include "core/base/time.hpp"
#include "core/data/json.hpp"
#include "core/mapping/verify.hpp"
#include "core/store/fold.hpp"
#include "tests/mappings/differences.hpp"
#include "tests/mappings/providers.hpp"
#include "tests/mappings/reading.hpp"
#include "tests/support/fixtures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>

namespace tandem::testing {
namespace {

using data::Value;

std::string text_at(Value object, std::string_view key) {
    const auto value = object.get(key);
    if (value.is_null()) return {};
    return value.is_string() ? std::string(value.as_string()) : data::to_json(value);
}

std::vector<Value> list_at(Value object, std::string_view key) {
    const auto list = object.get(key);
    if (!list.is_array()) return {};
    return {list.items().begin(), list.items().end()};
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts)
        out += (out.empty() ? "" : " ") + text;
    return out;
}

// "geo:1.200000,-1.300000" and "geo:1.2,-1.3" are one place.
std::string plain_place(const std::string& address) {
    double latitude = 0;
    double longitude = 0;
    if (std::sscanf(address.c_str(), "geo:%lf,%lf", &latitude, &longitude) != 2) return address;
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "geo:%.5f,%.5f", latitude, longitude);
    return out.data();
}

std::string same_instant(const std::string& time) {
    const auto at = parse_time(time);
    return at ? format_time(*at) : time;
}

// Documents of the parts that came so far, by provider and key, in order of their numbers.
using Parts = std::map<std::string, std::map<std::int64_t, std::string>>;

// One case and its verdicts, with the arena its values live in.
class Judge {
public:
    Judge(std::string provider, std::string number, Value line, Differences& differences, Parts& parts)
        : provider_(std::move(provider)),
          number_(std::move(number)),
          line_(line),
          differences_(differences),
          parts_(&parts) {}

    void run(const std::string& url, const Providers& providers) {
        Vendor vendor(providers.pack_of(provider_), providers.settings_of(provider_, line_.get("config")), country());
        if (!vendor.ready()) return;
        const auto method = text_at(line_, "method");
        const auto body = text_at(line_, "body");
        if (text_at(line_, "kind") == "poll") {
            reading_ = vendor.read_page(body, arena_);
            return;
        }
        mapping::Request request{.method = method, .url = url, .headers = {}, .body = body};
        for (const auto& header : line_.get("headers").members())
            request.headers.push_back({header.key, header.value.as_string()});
        std::string signed_url;
        if (const auto query = providers.signing_query_of(provider_);
            !query.empty() && text_at(line_, "auth") == "none") {
            signed_url = url + "?" + query;
            request.url = signed_url;
            const auto* entry = mapping::signing_entry(vendor.bound(), request);
            ASSERT_NE(entry, nullptr);
            const auto proof = mapping::sign_as_vendor(vendor.bound(), *entry, request);
            ASSERT_TRUE(proof && proof->where == mapping::Proof::Where::Query);
            signed_url += "&" + proof->name + "=" + proof->value;
            request.url = signed_url;
        }
        reading_ = vendor.read(request, arena_);
    }

    void chat() {
        const auto expect = line_.get("expect");
        same("http_status", text_at(expect, "http_status"), std::to_string(reading_.status));
        const auto outcome = chat_outcome(expect);
        same("verdict", outcome,
             outcome == "rejected" || reading_.verdict == "accepted" ? reading_.verdict : "nothing");
        if (text_at(line_, "method") == "GET" || reading_.reason == "handshake\n") return challenge(expect);
        messages(expect);
        if (message_expected(expect) && !reading_.messages.empty()) chat_message(expect, reading_.messages.front());
        for (const auto& event : list_at(expect, "events"))
            chat_event(event);
        statuses(list_at(expect, "statuses"));
        for (const auto& error : list_at(expect, "errors"))
            vendor_error("error", text_at(error, "code"), text_at(error, "message"));
    }

    void sms() {
        const auto expect = line_.get("expect");
        const auto kind = text_at(line_, "kind");
        if (kind == "poll") return poll(expect);
        if (!expect.get("http_status_in_source_suite").is_null()) {
            same("http_status", text_at(expect, "http_status_in_source_suite"), std::to_string(reading_.status));
        }
        only_if_given("reply_body", expect, reading_.answer);
        if (kind == "part") return part(expect);
        same("verdict", kind == "ignored" || kind == "rejected" ? kind : "accepted", reading_.verdict);
        messages(expect);
        if (kind == "inbound" && !reading_.messages.empty()) sms_message(expect, reading_.messages.front());
        statuses(list_at(expect, "statuses"));
        for (const auto& error : list_at(expect, "vendor_errors"))
            vendor_error("error", text_at(error, "code"), text_at(error, "text"));
        for (const auto& event : list_at(expect, "events"))
            sms_event(event);
    }

private:
    // What a vendor answers when it is asked for messages or for the state of one.
    void poll(Value expect) {
        const auto theirs = list_at(expect, "messages");
        same("messages", std::to_string(theirs.size()), std::to_string(reading_.messages.size()));
        for (std::size_t i = 0; i < std::min(theirs.size(), reading_.messages.size()); ++i) {
            message_fields(theirs[i], reading_.messages[i]);
            point("from", "tel:" + text_at(theirs[i], "from"), reading_.messages[i].points);
            only_if_given("to", theirs[i], reading_.messages[i].line);
        }
        statuses(expect.get("status").is_null() ? list_at(expect, "statuses") : std::vector<Value>{expect});
    }

    // As the store joins them: every part that came makes the message fuller, the last one whole.
    void part(Value expect) {
        ASSERT_EQ(reading_.messages.size(), 1U) << reading_.reason;
        point("from", "tel:" + text_at(expect, "from"), reading_.messages.front().points);
        const auto snapshot = data::parse_json(document(), arena_);
        ASSERT_TRUE(snapshot);
        const auto part = snapshot->get("part");
        ASSERT_TRUE(part.is_object()) << document();
        auto& come = (*parts_)[provider_ + " " + text_at(part, "key")];
        come[part.get("number").as_int()] = document();
        std::vector<store::SlotDocument> slots;
        for (const auto& [slot, text] : come)
            slots.push_back({slot, text});
        const auto folded = data::parse_json(store::fold_slots(slots), arena_);
        ASSERT_TRUE(folded);
        const bool whole = static_cast<std::int64_t>(come.size()) == part.get("total").as_int();
        const auto text = text_at(folded->get("messages").items().front(), "body");
        EXPECT_EQ(text == text_at(expect, "text_when_complete"), whole) << text;
        EXPECT_EQ(folded->get("attributes").get("incomplete").is_null(), whole);
    }

    std::string country() const {
        const auto country = text_at(line_.get("config"), "country");
        return country.empty() ? "RU" : country;
    }

    void same(std::string_view field, const std::string& theirs, const std::string& ours) {
        if (theirs == ours || differences_.explain(provider_, number_, field, theirs, ours)) return;
        ADD_FAILURE() << provider_ << " case " << number_ << " (" << text_at(line_, "name") << "): " << field
                      << "\n  theirs: " << theirs << "\n  ours:   " << ours << "\n  " << reading_.verdict << " "
                      << reading_.status << ": " << reading_.reason << document();
    }

    std::string document() const { return reading_.documents.empty() ? "" : reading_.documents.front(); }

    // The suite speaks of answers, not of verdicts.
    std::string chat_outcome(Value expect) const {
        const auto auth = text_at(line_, "auth");
        if (auth == "invalid" || auth == "missing") return "rejected";
        if (text_at(line_, "method") == "GET") return auth == "valid" ? "accepted" : "rejected";
        const bool something =
            message_expected(expect) || !list_at(expect, "events").empty() || !list_at(expect, "statuses").empty();
        return something ? "accepted" : "nothing";
    }

    void challenge(Value expect) {
        if (text_at(line_, "auth") == "valid") only_if_given("body_contains", expect, reading_.answer);
    }

    // A message of nothing but a picture has no text.
    static bool message_expected(Value expect) {
        return std::ranges::any_of(std::array{"text", "from", "urn"},
                                   [&](const char* key) { return !expect.get(key).is_null(); });
    }

    // Repeats in one request must be equal, and count once.
    void messages(Value expect) {
        std::map<std::string, std::string> seen;
        for (const auto& message : reading_.messages) {
            const auto [at, first] = seen.emplace(message.external_id, message.text);
            if (!first) {
                same("repeat", at->second, message.text);
            }
        }
        same("messages", message_expected(expect) ? "1" : "0", std::to_string(seen.size()));
    }

    void point(const std::string& field, const std::string& wanted, const std::vector<std::string>& points) {
        same(field, wanted, std::ranges::find(points, wanted) != points.end() ? wanted : joined(points));
    }

    void only_if_given(std::string_view field, Value expect, const std::string& ours) {
        if (!expect.get(field).is_null()) same(field, text_at(expect, field), ours);
    }

    void message_fields(Value expect, const ReadMessage& message) {
        only_if_given("text", expect, message.text);
        only_if_given("external_id", expect, message.external_id);
        if (!expect.get("time").is_null()) {
            same("time", same_instant(text_at(expect, "time")), same_instant(message.time));
        }
        if (expect.get("attachments").is_null()) return;
        std::vector<std::string> theirs;
        std::vector<std::string> ours;
        for (const auto& attachment : list_at(expect, "attachments"))
            theirs.push_back(plain_place(std::string(attachment.as_string())));
        for (const auto& attachment : message.attachments)
            ours.push_back(plain_place(attachment));
        same("attachments", joined(theirs), joined(ours));
    }

    void chat_message(Value expect, const ReadMessage& message) {
        message_fields(expect, message);
        const auto urn = text_at(expect, "urn");
        point("sender", urn.substr(0, urn.find('#')), message.points);
        only_if_given("sender_username", expect, message.username);
        only_if_given("sender_name", expect, message.name);
        only_if_given("payload", expect, message.payload);
        if (!expect.get("extra_identity").is_null()) {
            point("extra_identity", text_at(expect, "extra_identity"), message.points);
        }
    }

    void sms_message(Value expect, const ReadMessage& message) {
        message_fields(expect, message);
        const auto scheme = text_at(expect, "from_scheme");
        point("from", (scheme.empty() ? "tel" : scheme) + ":" + text_at(expect, "from"), message.points);
        only_if_given("to", expect, message.line);
    }

    // What the suite calls an event is a dated fact in a snapshot or a pressed button.
    void chat_event(Value event) {
        static const std::map<std::string, std::string, std::less<>> kTypes = {
            {"stop_contact", "consent.withdrawn"},
            {"welcome_message", "conversation.started"},
        };
        const auto type = text_at(event, "type");
        std::vector<std::string> points;
        std::string time;
        if (!reading_.events.empty()) {
            const auto& ours = reading_.events.front();
            points = ours.points;
            time = ours.time;
            const auto known = kTypes.find(type);
            if (known != kTypes.end()) same("event", known->second, ours.type);
        } else if (!reading_.messages.empty()) {
            points = reading_.messages.front().points;
            time = reading_.messages.front().time;
        }
        const auto scheme = provider_ == "messenger" ? "facebook" : provider_;
        point("event_sender", scheme + ":" + text_at(event, "sender_id"), points);
        if (!event.get("time").is_null()) same("event_time", same_instant(text_at(event, "time")), same_instant(time));
        event_extra(event.get("extra"));
    }

    void event_extra(Value extra) {
        static const std::map<std::string, std::string, std::less<>> kNames = {{"referrer_id", "ref"}};
        if (!extra.is_object()) return;
        Value referral;
        for (const auto& document : reading_.documents) {
            const auto snapshot = data::parse_json(document, arena_);
            ASSERT_TRUE(snapshot);
            referral = snapshot->get("visitor").get("referral");
        }
        for (const auto& member : extra.members()) {
            const std::string key(member.key);
            const auto wanted = std::string(member.value.as_string());
            const auto name = kNames.contains(key) ? kNames.find(key)->second : key;
            const bool message = key == "title" || key == "payload";
            const auto ours = !message                    ? text_at(referral, name)
                              : reading_.messages.empty() ? ""
                              : key == "title"            ? reading_.messages.front().text
                                                          : reading_.messages.front().payload;
            same("extra." + key, wanted, ours);
        }
    }

    void sms_event(Value event) {
        same("events", "1", std::to_string(reading_.events.size()));
        if (reading_.events.empty()) return;
        same("event", "consent.withdrawn", reading_.events.front().type);
        point("event_sender", "tel:" + text_at(event, "address"), reading_.events.front().points);
    }

    void statuses(const std::vector<Value>& theirs) {
        same("statuses", std::to_string(theirs.size()), std::to_string(reading_.statuses.size()));
        for (std::size_t i = 0; i < std::min(theirs.size(), reading_.statuses.size()); ++i) {
            const auto& ours = reading_.statuses[i];
            same("status", text_at(theirs[i], "status"), ours.status);
            only_if_given("external_id", theirs[i], ours.external_id);
            only_if_given("to", theirs[i], ours.recipient);
            only_if_given("code", theirs[i], ours.code);
            if (const auto time = text_at(theirs[i], "time"); !time.empty()) {
                same("time", same_instant(time), same_instant(ours.time));
            }
            // Vendors without an id of their own report with ours.
            const bool by_ours = ours.external_id == text_at(theirs[i], "our_message_id");
            only_if_given("our_message_id", theirs[i], by_ours ? ours.external_id : "");
        }
    }

    void vendor_error(const std::string& field, const std::string& code, const std::string& text) {
        std::string ours = reading_.reason;
        for (const auto& status : reading_.statuses) {
            if (status.code == code && status.reason == text) return;
            ours += status.code + " " + status.reason;
        }
        const auto wanted = code + " " + text;
        same(field, wanted, ours.contains(code) && ours.contains(text) ? wanted : ours);
    }

    std::string provider_;
    std::string number_;
    Value line_;
    Differences& differences_;
    Parts* parts_;
    data::Arena arena_;
    Reading reading_;
};

// "... handlers/twiml/handlers_test.go case 57"
std::string number_of(Value line) {
    if (const auto number = line.get("case_no"); !number.is_null()) return data::to_json(number);
    const auto source = text_at(line, "source");
    return source.substr(source.rfind(' ') + 1);
}

struct Suite {
    std::string_view folder;
    std::string_view provider_key;
    std::size_t least;  // cases of our providers that the files are known to hold
    std::vector<std::string_view> files = {"cases.jsonl"};
};

class Runner {
public:
    explicit Runner(const Suite& suite)
        : suite_(suite), differences_(std::string(TANDEM_SOURCE_DIR) + "/tests/mappings/differences.tsv") {}

    void run(const std::filesystem::path& file) {
        std::istringstream lines(read_file(file));
        const bool numbered = file.stem() == "cases";
        int row = 0;
        for (std::string text; std::getline(lines, text);) {
            auto line = data::parse_json(text, arena_);
            ASSERT_TRUE(line) << line.error().text;
            ++row;
            judge(*line, numbered ? number_of(*line) : "extra:" + std::to_string(row));
        }
    }

    void finish() {
        std::cout << suite_.folder << ": " << count_ << " of " << all_ << " cases judged\n";
        EXPECT_GE(count_, suite_.least);
        EXPECT_EQ(differences_.unused(providers_), "") << "rows of differences.tsv that no case needs";
    }

private:
    void judge(Value line, const std::string& number) {
        ++all_;
        const auto provider = text_at(line, suite_.provider_key);
        if (packs_.pack_of(provider).empty()) return;
        providers_.insert(provider);
        ++count_;
        const auto base = text_at(line, "base_url");
        Judge judge(provider, number, line, differences_, parts_);
        judge.run((base.empty() ? "https://gw.example.test" : base) + text_at(line, "path"), packs_);
        if (suite_.folder == "sms") {
            judge.sms();
        } else {
            judge.chat();
        }
    }

    const Suite& suite_;
    Differences differences_;
    const Providers packs_;
    std::set<std::string> providers_;
    Parts parts_;
    std::size_t all_ = 0;
    std::size_t count_ = 0;
    data::Arena arena_;
};

void run(const Suite& suite) {
    const auto folder = fixtures(std::string(suite.folder));
    if (!folder) return;
    Runner runner(suite);
    for (const auto file : suite.files)
        runner.run(*folder / file);
    runner.finish();
}

TEST(VendorCases, Sms) {
    run({"sms", "provider", 220, {"cases.jsonl", "cases_extra.jsonl"}});
}

TEST(VendorCases, Chat) {
    run({"chat", "platform", 91});
}

}  // namespace
}  // namespace tandem::testing
