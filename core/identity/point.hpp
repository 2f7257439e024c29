// Contact points: normal forms, classes and computed ids (docs/architecture.md, "Identity"). Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"

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
// percent-encoded where they hold ':', '%' or control characters, so that parsing gives the point back.
std::string to_text(const Point& point);
// Reads to_text's form and what people type ("tel:+7 495 123-45-67", "+7 495 ...", "Alice@Example.com"), and normalises.
// ErrorKind::Rejected with a sentence when it is no valid point.
Result<Point> parse_point(std::string_view text, std::string_view region);

enum class PointClass { Personal, Strong, Ephemeral, Trunk, Shared, Placeholder };
std::string_view to_string(PointClass point_class);

// E.164 of a *valid* number (libphonenumber; parsing alone accepts short numbers). `region` is the ISO country for
// numbers without a prefix. ErrorKind::Rejected with the reason otherwise.
struct Phone {
    std::string e164;
    PointClass point_class = PointClass::Personal;  // Trunk for toll-free, shared-cost and UAN numbers
    std::string extension;
};
Result<Phone> normalise_phone(std::string_view raw, std::string_view region);

// NFC, lower case, domain to ASCII (UTS 46, IDNA 2008), trailing dot cut.
Result<std::string> normalise_mailbox(std::string_view raw);

// The normal form of a point that a pack produced, plus its class. Points that have no valid normal form (short codes,
// alphanumeric senders) keep their text under scheme `ext` with the region or account as scope, so nothing is lost.
struct NormalPoint {
    Point point;
    PointClass point_class;
};
NormalPoint normalise(std::string_view scheme, std::string_view scope, std::string_view value, std::string_view region);

// Keyed hash of (scheme US scope US value): HMAC-SHA-256, first 16 bytes, UUID version 8. The key stays outside the
// database and never changes (changing it re-keys every point).
PointId point_id(const Secret& key, const Point& point);

}  // namespace tandem::identity
