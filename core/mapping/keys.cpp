#include "core/mapping/keys.hpp"

#include "core/mapping/formats.hpp"
#include "core/mapping/verify.hpp"

#include <array>

namespace tandem::mapping {

namespace {

constexpr std::array<std::string_view, 7> kSettingTypes = {"string", "url",     "secret", "integer",
                                                           "number", "boolean", "list"};
constexpr std::array<std::string_view, 7> kDecoders = {"json", "form", "multipart", "xml", "csv", "text", "auto"};
constexpr std::array<std::string_view, 8> kReceiveDecoders = {"json", "form", "multipart", "xml",
                                                              "csv",  "text", "auto",      "mail"};
constexpr std::array<std::string_view, 2> kGuardVerdicts = {"rejected", "ignored"};
constexpr std::array<std::string_view, 2> kUnmatched = {"ignored", "quarantined"};
constexpr std::array<std::string_view, 3> kJwtAlgorithms = {"HS256", "HS384", "HS512"};
constexpr std::array<std::string_view, 2> kEncodings = {"hex", "base64"};
constexpr std::array<std::string_view, 3> kSignatureEncodings = {"hex", "HEX", "base64"};
constexpr std::array<std::string_view, 5> kAuthSchemes = {"basic", "bearer", "header", "query", "oauth2"};
constexpr std::array<std::string_view, 2> kTokenAuth = {"basic", "body"};
constexpr std::array<std::string_view, 2> kGrants = {"client_credentials", "password"};
constexpr std::array<std::string_view, 2> kBackfillOrders = {"newest", "oldest"};
constexpr std::array<std::string_view, 3> kSendMethods = {"POST", "PUT", "GET"};

constexpr Key kAnswer[] = {
    {.name = "status", .shape = Shape::Integer, .help = "HTTP status, default 200", .minimum = 200, .maximum = 599},
    {.name = "type", .shape = Shape::Text, .help = "Content-Type; an expression when it begins with $"},
    {.name = "body", .shape = Shape::Expression, .help = "a text is sent as it is, anything else as JSON"},
};
constexpr KeyTable kAnswerKeys{"answer", kAnswer};

constexpr Key kSetting[] = {
    {.name = "type", .shape = Shape::Word, .help = "type of the value", .required = true, .words = kSettingTypes},
    {.name = "required", .shape = Shape::Boolean, .help = "the user must give it"},
    {.name = "default", .shape = Shape::Data, .help = "value when the user gives none"},
    {.name = "help", .shape = Shape::Text, .help = "one sentence for the user"},
    {.name = "values", .shape = Shape::Texts, .help = "the texts allowed (type string)"},
    {.name = "format",
     .shape = Shape::Word,
     .help = "what texts must look like: addresses as mailbox_in takes them, or a pattern (RE2)",
     .words = kFormatNames},
};
constexpr KeyTable kSettingKeys{"setting", kSetting};

constexpr Key kChallenge[] = {
    {.name = "when", .shape = Shape::Expression, .help = "which requests are handshakes", .required = true},
    {.name = "accept", .shape = Shape::Expression, .help = "must be true for `answer`; absent: always"},
    {.name = "verify", .shape = Shape::Boolean, .help = "`verify` of the pack must hold as well"},
    {.name = "answer", .shape = Shape::Object, .help = "to a handshake", .required = true, .table = &kAnswerKeys},
    {.name = "refuse", .shape = Shape::Object, .help = "when not accepted, default 403", .table = &kAnswerKeys},
};
constexpr KeyTable kChallengeKeys{"challenge", kChallenge};

constexpr Key kVerify[] = {
    {.name = "scheme",
     .shape = Shape::Word,
     .help = "how requests prove their origin",
     .required = true,
     .words = kSchemeNames},
    {.name = "when", .shape = Shape::Expression, .help = "the entry does not exist for other requests"},
    {.name = "secret", .shape = Shape::Text, .help = "name of a setting of type secret"},
    {.name = "optional", .shape = Shape::Boolean, .help = "without the setting, requests pass unverified"},
    {.name = "header", .shape = Shape::Text, .help = "header of the signature or token"},
    {.name = "query", .shape = Shape::Text, .help = "query parameter of the signature or token"},
    {.name = "field", .shape = Shape::Expression, .help = "where it stands in the decoded body"},
    {.name = "prefix", .shape = Shape::Text, .help = "text before the signature or token"},
    {.name = "separator", .shape = Shape::Text, .help = "between the signatures of a list"},
    {.name = "algorithm", .shape = Shape::Word, .help = "of the digest, default sha256", .words = kAlgorithmNames},
    {.name = "encoding", .shape = Shape::Word, .help = "of the digest, default hex", .words = kEncodings},
    {.name = "message", .shape = Shape::Parts, .help = "parts that are signed, default [body]"},
    {.name = "timestamp", .shape = Shape::Place, .help = "where the Unix seconds stand that are signed"},
    {.name = "tolerance",
     .shape = Shape::Integer,
     .help = "seconds the timestamp may be away; of jwt: slack for exp and nbf",
     .minimum = 1,
     .maximum = 86400},
    {.name = "algorithms", .shape = Shape::Words, .help = "of jwt, default [HS256]", .words = kJwtAlgorithms},
    {.name = "claims", .shape = Shape::Claims, .help = "of jwt: name: what it must be"},
    {.name = "require", .shape = Shape::Texts, .help = "of jwt: claims that must be there besides"},
    {.name = "max_age", .shape = Shape::Integer, .help = "of jwt: seconds since iat", .minimum = 1},
    {.name = "username", .shape = Shape::Expression, .help = "of basic; absent: any"},
};
constexpr KeyTable kVerifyKeys{"verify", kVerify};

constexpr Key kGuard[] = {
    {.name = "when", .shape = Shape::Expression, .help = "which requests it ends", .required = true},
    {.name = "verdict", .shape = Shape::Word, .help = "rejected (default) or ignored", .words = kGuardVerdicts},
    {.name = "status", .shape = Shape::Integer, .help = "of a rejection, default 400", .minimum = 200, .maximum = 599},
    {.name = "reason", .shape = Shape::Expression, .help = "for logs and counters; no personal data"},
    {.name = "answer", .shape = Shape::Object, .help = "instead of the usual answer", .table = &kAnswerKeys},
};
constexpr KeyTable kGuardKeys{"guard", kGuard};

constexpr Key kRule[] = {
    {.name = "name", .shape = Shape::Text, .help = "shown in reasons and counters", .required = true},
    {.name = "when", .shape = Shape::Expression, .help = "which items it takes; absent: all"},
    {.name = "let", .shape = Shape::Names, .help = "names for this rule"},
    {.name = "snapshot", .shape = Shape::Template, .help = "template of an interaction"},
    {.name = "receipt", .shape = Shape::Template, .help = "template of a delivery status"},
    {.name = "ignore", .shape = Shape::Expression, .help = "the item is not kept; the value is the reason"},
    {.name = "quarantine", .shape = Shape::Expression, .help = "the item cannot be used; the value says why"},
    {.name = "continue", .shape = Shape::Boolean, .help = "later rules are tried on the item as well"},
};
constexpr KeyTable kRuleKeys{"rule", kRule};

constexpr Key kRecord[] = {
    {.name = "each", .shape = Shape::Each, .help = "the items; absent: the whole body is one"},
    {.name = "let", .shape = Shape::Names, .help = "names for every item"},
    {.name = "rules",
     .shape = Shape::Objects,
     .help = "the first that applies makes the record",
     .required = true,
     .table = &kRuleKeys},
    {.name = "unmatched", .shape = Shape::Word, .help = "an item without a rule, default ignored", .words = kUnmatched},
};
constexpr KeyTable kRecordKeys{"record", kRecord};

constexpr Key kReceive[] = {
    {.name = "methods", .shape = Shape::Texts, .help = "HTTP methods, default [POST]"},
    {.name = "keep_headers", .shape = Shape::Texts, .help = "headers that records may read later"},
    {.name = "secret_query", .shape = Shape::Texts, .help = "query parameters that must not be stored"},
    {.name = "challenge", .shape = Shape::Objects, .help = "handshakes, answered at once", .table = &kChallengeKeys},
    {.name = "verify", .shape = Shape::Objects, .help = "one of them must hold", .table = &kVerifyKeys},
    {.name = "decode", .shape = Shape::Word, .help = "format of the body, default json", .words = kReceiveDecoders},
    {.name = "charset", .shape = Shape::Text, .help = "of forms, texts and mails that name none, default utf-8"},
    {.name = "guards", .shape = Shape::Objects, .help = "judged before anything is stored", .table = &kGuardKeys},
    {.name = "answer", .shape = Shape::Object, .help = "to accepted and ignored requests", .table = &kAnswerKeys},
    {.name = "let", .shape = Shape::Names, .help = "names for the whole body"},
    {.name = "records",
     .shape = Shape::Objects,
     .help = "what the body holds",
     .required = true,
     .table = &kRecordKeys},
};
constexpr KeyTable kReceiveKeys{"receive", kReceive};

constexpr Key kAuth[] = {
    {.name = "scheme",
     .shape = Shape::Word,
     .help = "how we prove who we are",
     .required = true,
     .words = kAuthSchemes},
    {.name = "secret", .shape = Shape::Text, .help = "name of a setting of type secret; oauth2 needs none"},
    {.name = "username", .shape = Shape::Expression, .help = "of basic"},
    {.name = "name", .shape = Shape::Text, .help = "of the header or query parameter"},
    {.name = "prefix", .shape = Shape::Text, .help = "text before the secret in a header"},
};
constexpr KeyTable kAuthKeys{"auth", kAuth};

constexpr Key kSignature[] = {
    {.name = "algorithm", .shape = Shape::Word, .help = "default sha256", .words = kAlgorithmNames},
    {.name = "encoding", .shape = Shape::Word, .help = "default hex", .words = kSignatureEncodings},
    {.name = "secret", .shape = Shape::Text, .help = "secret setting that is the key; absent: a plain digest"},
    {.name = "message",
     .shape = Shape::Expression,
     .help = "the text that is digested; may hold secret('setting')",
     .required = true},
};
constexpr KeyTable kSignatureKeys{"signature", kSignature};

constexpr Key kSendRequest[] = {
    {.name = "method", .shape = Shape::Word, .help = "default POST", .words = kSendMethods},
    {.name = "url", .shape = Shape::Expression, .help = "without query"},
    {.name = "query", .shape = Shape::Names, .help = "query parameters; null leaves one out, a list repeats it"},
    {.name = "headers", .shape = Shape::Names, .help = "headers; null leaves one out"},
    {.name = "auth", .shape = Shape::Object, .help = "credentials", .table = &kAuthKeys},
    {.name = "signatures",
     .shape = Shape::Map,
     .help = "digests, put in their places by signature('name')",
     .table = &kSignatureKeys},
    {.name = "json", .shape = Shape::OpenTemplate, .help = "body: a template, sent as JSON"},
    {.name = "form", .shape = Shape::Names, .help = "body: form fields; null leaves one out, a list repeats it"},
    {.name = "xml", .shape = Shape::OpenTemplate, .help = "body: a template with one root, `@name` for attributes"},
    {.name = "multipart",
     .shape = Shape::Names,
     .help = "body: fields as in `form`; an object of filename, content_type and text is sent as a file"},
    {.name = "text", .shape = Shape::Expression, .help = "body: a text as it is, with `type`"},
    {.name = "type", .shape = Shape::Text, .help = "Content-Type of `text`"},
};
constexpr KeyTable kSendRequestKeys{"send_request", kSendRequest};

constexpr Key kSendError[] = {
    {.name = "when", .shape = Shape::Expression, .help = "which answers it describes", .required = true},
    {.name = "kind", .shape = Shape::Word, .help = "what can be done about it", .required = true, .words = kSendErrors},
    {.name = "code", .shape = Shape::Expression, .help = "the vendor's code, instead of the usual one"},
    {.name = "reason", .shape = Shape::Expression, .help = "the vendor's words, instead of the usual ones"},
    {.name = "retry_after", .shape = Shape::Expression, .help = "seconds to wait; default the header Retry-After"},
};
constexpr KeyTable kSendErrorKeys{"send_error", kSendError};

constexpr Key kSendResponse[] = {
    {.name = "decode", .shape = Shape::Word, .help = "format of the answer, default json", .words = kDecoders},
    {.name = "let", .shape = Shape::Names, .help = "names over the answer"},
    {.name = "accepted", .shape = Shape::Expression, .help = "the vendor took the message; default status 2xx"},
    {.name = "ids", .shape = Shape::Expression, .help = "what the vendor calls the message, or a list for its parts"},
    {.name = "namespace", .shape = Shape::Expression, .help = "of these ids, as in the receipts", .required = true},
    {.name = "code", .shape = Shape::Expression, .help = "the vendor's error code"},
    {.name = "reason", .shape = Shape::Expression, .help = "the vendor's words about an error"},
    {.name = "errors",
     .shape = Shape::Objects,
     .help = "the first that fits says what happened",
     .table = &kSendErrorKeys},
};
constexpr KeyTable kSendResponseKeys{"send_response", kSendResponse};

constexpr Key kQueryResponse[] = {
    {.name = "decode", .shape = Shape::Word, .help = "format of the answer, default json", .words = kDecoders},
    {.name = "let", .shape = Shape::Names, .help = "names over the answer"},
    {.name = "accepted",
     .shape = Shape::Expression,
     .help = "the vendor has answered the question; default status 2xx"},
    {.name = "found",
     .shape = Shape::Expression,
     .help = "it has the message; false: it never saw it",
     .required = true},
    {.name = "ids", .shape = Shape::Expression, .help = "what it calls the message"},
    {.name = "namespace", .shape = Shape::Expression, .help = "of these ids", .required = true},
    {.name = "code", .shape = Shape::Expression, .help = "the vendor's error code"},
    {.name = "reason", .shape = Shape::Expression, .help = "the vendor's words about an error"},
    {.name = "errors",
     .shape = Shape::Objects,
     .help = "answers that tell nothing about the message",
     .table = &kSendErrorKeys},
};
constexpr KeyTable kQueryResponseKeys{"query_response", kQueryResponse};

constexpr Key kQuery[] = {
    {.name = "request", .shape = Shape::Object, .help = "the question", .required = true, .table = &kSendRequestKeys},
    {.name = "response",
     .shape = Shape::Object,
     .help = "what the answer means",
     .required = true,
     .table = &kQueryResponseKeys},
};
constexpr KeyTable kQueryKeys{"send_query", kQuery};

constexpr Key kChoice[] = {
    {.name = "when", .shape = Shape::Expression, .help = "for which messages; absent: all"},
    {.name = "request", .shape = Shape::Object, .help = "what goes out", .required = true, .table = &kSendRequestKeys},
};
constexpr KeyTable kChoiceKeys{"send_choice", kChoice};

constexpr Key kRefusal[] = {
    {.name = "when", .shape = Shape::Expression, .help = "which messages cannot be sent", .required = true},
    {.name = "reason", .shape = Shape::Expression, .help = "why, for the caller of the API", .required = true},
};
constexpr KeyTable kRefusalKeys{"send_refusal", kRefusal};

constexpr Key kReference[] = {
    {.name = "namespace", .shape = Shape::Expression, .help = "name space of these names", .required = true},
    {.name = "external_id", .shape = Shape::Expression, .help = "of the message; null: it has none", .required = true},
};
constexpr KeyTable kReferenceKeys{"send_reference", kReference};

constexpr Key kSend[] = {
    {.name = "channel",
     .shape = Shape::Data,
     .help = "channel of what is sent, or one for each scheme of `to`",
     .required = true},
    {.name = "provider", .shape = Shape::Text, .help = "provider of what is sent; default the pack's name"},
    {.name = "to", .shape = Shape::Texts, .help = "schemes of the contact points it can write to", .required = true},
    {.name = "max_text", .shape = Shape::Integer, .help = "longest text, in characters", .minimum = 1},
    {.name = "split", .shape = Shape::Boolean, .help = "a longer text goes out in parts, one request for each"},
    {.name = "max_media", .shape = Shape::Integer, .help = "most attachments, default 0", .minimum = 0},
    {.name = "caption",
     .shape = Shape::Integer,
     .help =
         "a request holds one file and that many characters of text with it; the rest goes out in requests of its own",
     .minimum = 0},
    {.name = "needs", .shape = Shape::Texts, .help = "settings that receiving can do without and sending cannot"},
    {.name = "refuse", .shape = Shape::Objects, .help = "messages that cannot be sent", .table = &kRefusalKeys},
    {.name = "repeatable",
     .shape = Shape::Boolean,
     .help = "the vendor knows a request with the same $message.id again"},
    {.name = "reference",
     .shape = Shape::Object,
     .help =
         "our own name of the message that the vendor repeats in its receipts or echoes: settles an unknown outcome",
     .table = &kReferenceKeys},
    {.name = "let", .shape = Shape::Names, .help = "names for request and response"},
    {.name = "request",
     .shape = Shape::Object,
     .help = "what goes out; without `response` only `json`, a document for the connector",
     .table = &kSendRequestKeys},
    {.name = "requests",
     .shape = Shape::Objects,
     .help = "instead of `request`: the first whose `when` holds",
     .table = &kChoiceKeys},
    {.name = "query",
     .shape = Shape::Object,
     .help = "how the vendor is asked about a message whose outcome is unknown",
     .table = &kQueryKeys},
    {.name = "response",
     .shape = Shape::Object,
     .help = "what comes back; absent: the connector speaks a protocol of its own",
     .table = &kSendResponseKeys},
};
constexpr KeyTable kSendKeys{"send", kSend};

constexpr Key kCallResponse[] = {
    {.name = "decode", .shape = Shape::Word, .help = "format of the answer, default json", .words = kDecoders},
    {.name = "let", .shape = Shape::Names, .help = "names over the answer"},
    {.name = "accepted", .shape = Shape::Expression, .help = "the answer is good; default status 2xx"},
    {.name = "code", .shape = Shape::Expression, .help = "the vendor's error code"},
    {.name = "reason", .shape = Shape::Expression, .help = "the vendor's words about an error"},
    {.name = "errors",
     .shape = Shape::Objects,
     .help = "the first that fits says what happened",
     .table = &kSendErrorKeys},
};
constexpr KeyTable kCallResponseKeys{"call_response", kCallResponse};

constexpr Key kWindow[] = {
    {.name = "overlap", .shape = Shape::Text, .help = "how far a window reaches back into the one before, default 0s"},
    {.name = "first", .shape = Shape::Text, .help = "how far back the first window begins, default 1d"},
    {.name = "longest", .shape = Shape::Text, .help = "the longest window that the vendor takes, default any"},
};
constexpr KeyTable kWindowKeys{"poll_window", kWindow};

constexpr Key kBackfill[] = {
    {.name = "days", .shape = Shape::Expression, .help = "how far back; 0 or null: not at all", .required = true},
    {.name = "step", .shape = Shape::Text, .help = "length of one window, default 1d"},
    {.name = "order",
     .shape = Shape::Word,
     .help = "which window comes first, default newest",
     .words = kBackfillOrders},
};
constexpr KeyTable kBackfillKeys{"poll_backfill", kBackfill};

constexpr Key kBudget[] = {
    {.name = "requests", .shape = Shape::Integer, .help = "per minute, default 60", .minimum = 1, .maximum = 6'000},
    {.name = "pages",
     .shape = Shape::Integer,
     .help = "of one run before it pauses, default 20",
     .minimum = 1,
     .maximum = 10'000},
};
constexpr KeyTable kBudgetKeys{"poll_budget", kBudget};

constexpr Key kPollKeysList[] = {
    {.name = "name", .shape = Shape::Text, .help = "names its cursor and $request.poll", .required = true},
    {.name = "when", .shape = Shape::Expression, .help = "over $settings: whether this instance polls; absent: always"},
    {.name = "every", .shape = Shape::Text, .help = "pause between runs; 0s for long polling", .required = true},
    {.name = "timeout", .shape = Shape::Text, .help = "of one request, default 30s; longer than a long poll takes"},
    {.name = "budget", .shape = Shape::Object, .help = "how much it may ask", .table = &kBudgetKeys},
    {.name = "window", .shape = Shape::Object, .help = "a run asks for $since to $until", .table = &kWindowKeys},
    {.name = "backfill",
     .shape = Shape::Object,
     .help = "asks for the past, window by window",
     .table = &kBackfillKeys},
    {.name = "let", .shape = Shape::Names, .help = "names for request and response"},
    {.name = "request", .shape = Shape::Object, .help = "what goes out", .required = true, .table = &kSendRequestKeys},
    {.name = "response", .shape = Shape::Object, .help = "what comes back", .table = &kCallResponseKeys},
    {.name = "keep", .shape = Shape::Expression, .help = "whether the page holds anything; absent: always"},
    {.name = "next", .shape = Shape::Expression, .help = "$page of the next request; null ends the run"},
    {.name = "cursor", .shape = Shape::Expression, .help = "$cursor from now on; null leaves it"},
    {.name = "more", .shape = Shape::Expression, .help = "true: the next run begins at once"},
    {.name = "records",
     .shape = Shape::Objects,
     .help = "what a page holds; absent: as in `receive`",
     .table = &kRecordKeys},
};
constexpr KeyTable kPollKeys{"poll", kPollKeysList};

constexpr Key kTokenResponse[] = {
    {.name = "decode", .shape = Shape::Word, .help = "format of the answer, default json", .words = kDecoders},
    {.name = "accepted", .shape = Shape::Expression, .help = "the answer is good; default status 2xx"},
    {.name = "token", .shape = Shape::Expression, .help = "default body.access_token"},
    {.name = "expires_in", .shape = Shape::Expression, .help = "seconds, default body.expires_in"},
    {.name = "code", .shape = Shape::Expression, .help = "the error code, default body.error"},
    {.name = "reason", .shape = Shape::Expression, .help = "the words about an error, default body.error_description"},
    {.name = "errors",
     .shape = Shape::Objects,
     .help = "the first that fits says what happened",
     .table = &kSendErrorKeys},
};
constexpr KeyTable kTokenResponseKeys{"token_response", kTokenResponse};

constexpr Key kOAuth2[] = {
    {.name = "token_url", .shape = Shape::Expression, .help = "where a token is asked for"},
    {.name = "request",
     .shape = Shape::Object,
     .help = "instead of token_url, client_id …: the whole request for a token",
     .table = &kSendRequestKeys},
    {.name = "grant", .shape = Shape::Word, .help = "default client_credentials", .words = kGrants},
    {.name = "client_id", .shape = Shape::Expression, .help = "who we are"},
    {.name = "secret", .shape = Shape::Text, .help = "name of the secret setting with the client's secret"},
    {.name = "auth", .shape = Shape::Word, .help = "where id and secret go, default basic", .words = kTokenAuth},
    {.name = "scope", .shape = Shape::Expression, .help = "null leaves it out"},
    {.name = "parameters", .shape = Shape::Names, .help = "further form fields; null leaves one out"},
    {.name = "response", .shape = Shape::Object, .help = "what comes back", .table = &kTokenResponseKeys},
};
constexpr KeyTable kOAuth2Keys{"oauth2", kOAuth2};

constexpr Key kProbe[] = {
    {.name = "let", .shape = Shape::Names, .help = "names for request and response"},
    {.name = "request",
     .shape = Shape::Object,
     .help = "a call that changes nothing",
     .required = true,
     .table = &kSendRequestKeys},
    {.name = "response", .shape = Shape::Object, .help = "what comes back", .table = &kCallResponseKeys},
    {.name = "shows", .shape = Shape::Expression, .help = "a text for people, e.g. the name of the account"},
};
constexpr KeyTable kProbeKeys{"probe", kProbe};

constexpr Key kMediaResponse[] = {
    {.name = "decode", .shape = Shape::Word, .help = "format of the answer, default json", .words = kDecoders},
    {.name = "accepted", .shape = Shape::Expression, .help = "the answer is good; default status 2xx"},
    {.name = "url", .shape = Shape::Expression, .help = "where the file is", .required = true},
    {.name = "code", .shape = Shape::Expression, .help = "the vendor's error code"},
    {.name = "reason", .shape = Shape::Expression, .help = "the vendor's words about an error"},
    {.name = "errors",
     .shape = Shape::Objects,
     .help = "the first that fits says what happened",
     .table = &kSendErrorKeys},
};
constexpr KeyTable kMediaResponseKeys{"media_response", kMediaResponse};

constexpr Key kMediaResolve[] = {
    {.name = "request",
     .shape = Shape::Object,
     .help = "asks for the address",
     .required = true,
     .table = &kSendRequestKeys},
    {.name = "response",
     .shape = Shape::Object,
     .help = "what comes back",
     .required = true,
     .table = &kMediaResponseKeys},
};
constexpr KeyTable kMediaResolveKeys{"media_resolve", kMediaResolve};

constexpr Key kMedia[] = {
    {.name = "hosts",
     .shape = Shape::Expression,
     .help = "a text or a list: host, *.domain or origin that the credentials may go to"},
    {.name = "auth", .shape = Shape::Object, .help = "credentials, for `hosts` only", .table = &kAuthKeys},
    {.name = "headers", .shape = Shape::Names, .help = "headers, for `hosts` only; null leaves one out"},
    {.name = "prefix",
     .shape = Shape::Text,
     .help = "of an attachment's `url` that is no address; the rest is $media.id"},
    {.name = "let", .shape = Shape::Names, .help = "names for all expressions but `hosts`"},
    {.name = "url", .shape = Shape::Expression, .help = "the address of such a file"},
    {.name = "resolve",
     .shape = Shape::Object,
     .help = "a call that gives the address of such a file",
     .table = &kMediaResolveKeys},
};
constexpr KeyTable kMediaKeys{"media", kMedia};

constexpr Key kPack[] = {
    {.name = "pack", .shape = Shape::Text, .help = "name used in the configuration", .required = true},
    {.name = "version",
     .shape = Shape::Integer,
     .help = "raise it when the mapping changes",
     .required = true,
     .minimum = 0,
     .maximum = 255},
    {.name = "title", .shape = Shape::Text, .help = "name for people"},
    {.name = "description", .shape = Shape::Text, .help = "one paragraph for people"},
    {.name = "settings", .shape = Shape::Map, .help = "what the user may set", .table = &kSettingKeys},
    {.name = "tables", .shape = Shape::Tables, .help = "for lookup()"},
    {.name = "receive", .shape = Shape::Object, .help = "what the vendor posts", .table = &kReceiveKeys},
    {.name = "send", .shape = Shape::Object, .help = "how a message goes out", .table = &kSendKeys},
    {.name = "oauth2", .shape = Shape::Object, .help = "where tokens come from", .table = &kOAuth2Keys},
    {.name = "poll", .shape = Shape::Objects, .help = "what we ask the vendor for", .table = &kPollKeys},
    {.name = "probe",
     .shape = Shape::Object,
     .help = "a harmless call for `tandem check --connect`",
     .table = &kProbeKeys},
    {.name = "media", .shape = Shape::Object, .help = "files of attachments are fetched", .table = &kMediaKeys},
};

}  // namespace

const KeyTable kPackKeys{"pack", kPack};

}  // namespace tandem::mapping
