// Name spaces of the protocol and its extensions.
#pragma once

#include <string_view>

namespace tandem::xmpp::ns {

inline constexpr std::string_view kStream = "http://etherx.jabber.org/streams";
inline constexpr std::string_view kClient = "jabber:client";
inline constexpr std::string_view kComponent = "jabber:component:accept";  // XEP-0114
inline constexpr std::string_view kStreamErrors = "urn:ietf:params:xml:ns:xmpp-streams";
inline constexpr std::string_view kTls = "urn:ietf:params:xml:ns:xmpp-tls";
inline constexpr std::string_view kSasl = "urn:ietf:params:xml:ns:xmpp-sasl";
inline constexpr std::string_view kBind = "urn:ietf:params:xml:ns:xmpp-bind";
inline constexpr std::string_view kStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas";
inline constexpr std::string_view kSm = "urn:xmpp:sm:3";                             // XEP-0198
inline constexpr std::string_view kPing = "urn:xmpp:ping";                           // XEP-0199
inline constexpr std::string_view kDisco = "http://jabber.org/protocol/disco#info";  // XEP-0030
inline constexpr std::string_view kCarbons = "urn:xmpp:carbons:2";                   // XEP-0280
inline constexpr std::string_view kForward = "urn:xmpp:forward:0";                   // XEP-0297
inline constexpr std::string_view kMam = "urn:xmpp:mam:2";                           // XEP-0313
inline constexpr std::string_view kRsm = "http://jabber.org/protocol/rsm";           // XEP-0059
inline constexpr std::string_view kForm = "jabber:x:data";                           // XEP-0004
inline constexpr std::string_view kSid = "urn:xmpp:sid:0";                           // XEP-0359
inline constexpr std::string_view kDelay = "urn:xmpp:delay";                         // XEP-0203
inline constexpr std::string_view kReceipts = "urn:xmpp:receipts";                   // XEP-0184
inline constexpr std::string_view kMarkers = "urn:xmpp:chat-markers:0";              // XEP-0333
inline constexpr std::string_view kCorrect = "urn:xmpp:message-correct:0";           // XEP-0308
inline constexpr std::string_view kRetract = "urn:xmpp:message-retract:1";           // XEP-0424 0.4
inline constexpr std::string_view kOldRetract = "urn:xmpp:message-retract:0";        // XEP-0424 before 0.4
inline constexpr std::string_view kFasten = "urn:xmpp:fasten:0";                     // XEP-0422
inline constexpr std::string_view kReply = "urn:xmpp:reply:0";                       // XEP-0461
inline constexpr std::string_view kOob = "jabber:x:oob";                             // XEP-0066
inline constexpr std::string_view kHints = "urn:xmpp:hints";                         // XEP-0334

}  // namespace tandem::xmpp::ns
