// Contact points: normal forms, classes and computed ids (docs/architecture.md, "Identity"). Every function is
// thread-safe and depends on its arguments only.
#pragma once

#include "core/base/ids.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::identity {

// A normalised address of a customer. `scope` is empty unless ids of the scheme are only valid under one bot, page,
// business account, site or CRM.
struct Point {
    std::string scheme;  // tel, mailto, whatsapp, telegram, viber, crm ...
    std::string scope;
    std::string value;

    friend auto operator<=>(const Point&, const Point&) = default;
};

// "tel:+74951234567", "telegram:support_bot:3527065": scheme, then scope if it has one, then value; scope and value
// percent-encoded where they hold ':', '%', '?' (it begins the fields of a mailto URL), spaces or control characters,
// so that parsing gives the point back.
std::string to_text(const Point& point);

// Reads to_text's form and what people type ("tel:+7 495 123-45-67", "+7 495 ...", "Alice@Example.com"), and
// normalises. A space stands for the plus that a URL decoder took away where no space can be meant. ErrorKind::Rejected
// with a sentence when it is no valid point.
Result<Point> parse_point(std::string_view text, std::string_view region);

enum class PointClass { Personal, Strong, Ephemeral, Trunk, Shared, Placeholder };
std::string_view to_string(PointClass point_class);                  // "personal" ...
std::optional<PointClass> parse_point_class(std::string_view text);  // to_string's words

// E.164 of a *valid* number (libphonenumber; parsing alone accepts short numbers).
struct Phone {
    std::string e164;
    PointClass point_class =
        PointClass::Personal;  // Trunk for numbers no person calls from: toll-free, shared-cost ...
    std::string extension;
};
// `region` is the ISO country for numbers without a prefix; when it is empty, digits without a plus are taken as
// international (how most SMS providers send them: in region DE "4915123456789" would be another valid number).
// Retired prefixes that messengers still send are brought up to date. ErrorKind::Rejected with the reason otherwise.
Result<Phone> normalise_phone(std::string_view raw, std::string_view region);

// Whether `region` is a country (ISO 3166, two capital letters) with telephone numbers: in any other one
// normalise_phone() finds no number without a prefix valid.
bool is_phone_region(std::string_view region);

// NFC, lower case, domain to ASCII (UTS 46, IDNA 2008), trailing dot cut; no plus-tag or dot removal, which are private
// rules of providers. ErrorKind::Rejected, code one of no_at, local_part, domain, domain_no_dot.
Result<std::string> normalise_mailbox(std::string_view raw);

struct NormalPoint {
    Point point;
    PointClass point_class = PointClass::Personal;
};
// The normal form of a point that a pack produced, plus its class. Points that have no valid normal form (short codes,
// alphanumeric senders, local numbers) keep their text under scheme `ext`, scope = the given scope, else the region or
// the scheme, so nothing is lost. A withheld or empty address gives scheme `anon` with an *empty value*: the caller
// puts the interaction's external id there, because every withheld call is its own point.
NormalPoint normalise(std::string_view scheme, std::string_view scope, std::string_view value, std::string_view region);

// The telephone that a sip user or a whatsapp id is by its form: one more point of the same party.
std::optional<NormalPoint> offered_phone(const Point& point);

// Points an installation knows about; they override the class that the form of a point suggests.
struct PointRules {
    std::vector<Point> trunks;  // company switchboards and other numbers many people call from
    std::vector<Point> shared;  // mailboxes of families, secretaries, partners
    std::vector<Point> own;     // the contact centre's own numbers and mailboxes: count as trunks
};
// Reads texts in parse_point's forms. ErrorKind::Config names the list and the text that is no point.
struct PointRuleTexts {
    std::vector<std::string> trunks, shared, own;
};
Result<PointRules> read_point_rules(const PointRuleTexts& texts, std::string_view region);
// The lists must be sorted (read_point_rules sorts).
PointClass class_of(const NormalPoint& point, const PointRules& rules);

// Keyed hash of (scheme US scope US value): HMAC-SHA-256, first 16 bytes, UUID version 8. The key stays outside the
// database and never changes (changing it re-keys every point).
PointId point_id(const Secret& key, const Point& point);

}  // namespace tandem::identity
