// The keys of a pack's test file.
#include "core/mapping/keys.hpp"

#include <array>
#include <string_view>

namespace tandem::mapping {

namespace {

constexpr std::array<std::string_view, 3> kVerdicts = {"accepted", "ignored", "rejected"};
constexpr std::array<std::string_view, 2> kRecordTypes = {"snapshot", "receipt"};

constexpr Key kTestRequest[] = {
    {.name = "method", .shape = Shape::Text, .help = "default POST"},
    {.name = "url", .shape = Shape::Text, .help = "public URL"},
    {.name = "headers", .shape = Shape::Data, .help = "name: value"},
    {.name = "body", .shape = Shape::Text, .help = "exact text"},
    {.name = "json", .shape = Shape::Data, .help = "body as JSON"},
    {.name = "form", .shape = Shape::Data, .help = "body as a form: name: text or list of texts"},
};
constexpr KeyTable kTestRequestKeys{"request", kTestRequest};

constexpr Key kExpectedRecord[] = {
    {.name = "type", .shape = Shape::Word, .help = "snapshot or receipt", .required = true, .words = kRecordTypes},
    {.name = "snapshot", .shape = Shape::Data, .help = "the keys that matter"},
    {.name = "receipt", .shape = Shape::Data, .help = "the keys that matter"},
};
constexpr KeyTable kExpectedRecordKeys{"expected_record", kExpectedRecord};

constexpr Key kExpect[] = {
    {.name = "verdict", .shape = Shape::Word, .help = "of the request", .words = kVerdicts},
    {.name = "status", .shape = Shape::Integer, .help = "HTTP status", .minimum = 100, .maximum = 599},
    {.name = "answer", .shape = Shape::Text, .help = "exact body of the answer"},
    {.name = "records", .shape = Shape::Objects, .help = "all of them, in order", .table = &kExpectedRecordKeys},
    {.name = "ignored", .shape = Shape::Integer, .help = "number of ignored records", .minimum = 0},
    {.name = "errors", .shape = Shape::Integer, .help = "number of records for quarantine", .minimum = 0},
    {.name = "reason", .shape = Shape::Text, .help = "part of a reason"},
};
constexpr KeyTable kExpectKeys{"expect", kExpect};

constexpr Key kTestCase[] = {
    {.name = "name", .shape = Shape::Text, .help = "what the case shows", .required = true},
    {.name = "settings", .shape = Shape::Data, .help = "added to those of the file"},
    {.name = "request",
     .shape = Shape::Object,
     .help = "what the vendor posts",
     .required = true,
     .table = &kTestRequestKeys},
    {.name = "received_at", .shape = Shape::Text, .help = "instead of the file's"},
    {.name = "sign", .shape = Shape::Boolean, .help = "adds the signature that the pack asks for"},
    {.name = "expect", .shape = Shape::Object, .help = "what must come out", .required = true, .table = &kExpectKeys},
};
constexpr KeyTable kTestCaseKeys{"case", kTestCase};

constexpr Key kExpectedRequest[] = {
    {.name = "method", .shape = Shape::Text, .help = "of HTTP"},
    {.name = "url", .shape = Shape::Text, .help = "with its query"},
    {.name = "headers", .shape = Shape::Data, .help = "those that matter; null: must be absent"},
    {.name = "body", .shape = Shape::Text, .help = "exact text"},
    {.name = "json", .shape = Shape::Data, .help = "the whole body as JSON"},
    {.name = "form", .shape = Shape::Data, .help = "the whole body as a form: name: text or list of texts"},
    {.name = "xml", .shape = Shape::Data, .help = "the whole body as XML, as `decode: xml` shows it"},
    {.name = "multipart", .shape = Shape::Data, .help = "the whole body as multipart/form-data"},
};
constexpr KeyTable kExpectedRequestKeys{"expected_request", kExpectedRequest};

constexpr Key kExpectedOutcome[] = {
    {.name = "ids", .shape = Shape::Texts, .help = "all of them, in order; none: the vendor gave none"},
    {.name = "namespace", .shape = Shape::Text, .help = "of the ids"},
    {.name = "error", .shape = Shape::Word, .help = "kind of error", .words = kSendErrors},
    {.name = "code", .shape = Shape::Text, .help = "the vendor's code"},
    {.name = "reason", .shape = Shape::Text, .help = "part of the vendor's words"},
    {.name = "retry_after", .shape = Shape::Integer, .help = "seconds"},
};
constexpr KeyTable kExpectedOutcomeKeys{"expected_outcome", kExpectedOutcome};

constexpr Key kSendAnswer[] = {
    {.name = "status", .shape = Shape::Integer, .help = "default 200", .minimum = 100, .maximum = 599},
    {.name = "headers", .shape = Shape::Data, .help = "name: value"},
    {.name = "body", .shape = Shape::Text, .help = "exact text"},
    {.name = "json", .shape = Shape::Data, .help = "body as JSON"},
    {.name = "expect",
     .shape = Shape::Object,
     .help = "what it means",
     .required = true,
     .table = &kExpectedOutcomeKeys},
};
constexpr KeyTable kSendAnswerKeys{"send_answer", kSendAnswer};

constexpr Key kExpectedResolution[] = {
    {.name = "found", .shape = Shape::Boolean, .help = "the vendor has the message"},
    {.name = "ids", .shape = Shape::Texts, .help = "all of them, in order"},
    {.name = "namespace", .shape = Shape::Text, .help = "of the ids"},
    {.name = "error", .shape = Shape::Word, .help = "kind of error: the outcome stays unknown", .words = kSendErrors},
};
constexpr KeyTable kExpectedResolutionKeys{"expected_resolution", kExpectedResolution};

constexpr Key kQueryAnswer[] = {
    {.name = "status", .shape = Shape::Integer, .help = "default 200", .minimum = 100, .maximum = 599},
    {.name = "headers", .shape = Shape::Data, .help = "name: value"},
    {.name = "body", .shape = Shape::Text, .help = "exact text"},
    {.name = "json", .shape = Shape::Data, .help = "body as JSON"},
    {.name = "expect",
     .shape = Shape::Object,
     .help = "what it means",
     .required = true,
     .table = &kExpectedResolutionKeys},
};
constexpr KeyTable kQueryAnswerKeys{"query_answer", kQueryAnswer};

constexpr Key kQueryCase[] = {
    {.name = "request", .shape = Shape::Object, .help = "what must be asked", .table = &kExpectedRequestKeys},
    {.name = "answers", .shape = Shape::Objects, .help = "what the vendor may say", .table = &kQueryAnswerKeys},
};
constexpr KeyTable kQueryCaseKeys{"query_case", kQueryCase};

constexpr Key kSendCase[] = {
    {.name = "name", .shape = Shape::Text, .help = "what the case shows", .required = true},
    {.name = "settings", .shape = Shape::Data, .help = "added to those of the file"},
    {.name = "message",
     .shape = Shape::Data,
     .help = "what is sent: to, subject, text, thread, reply_to, answered, media, at",
     .required = true},
    {.name = "part", .shape = Shape::Integer, .help = "of a text that is split, from 1; default 1", .minimum = 1},
    {.name = "parts", .shape = Shape::Integer, .help = "number of parts expected", .minimum = 1},
    {.name = "request", .shape = Shape::Object, .help = "what must go out", .table = &kExpectedRequestKeys},
    {.name = "refused", .shape = Shape::Text, .help = "part of the reason why no request can be made"},
    {.name = "reference",
     .shape = Shape::Text,
     .help = "namespace and external_id of `reference`, with a space between"},
    {.name = "answers", .shape = Shape::Objects, .help = "what the vendor may say to it", .table = &kSendAnswerKeys},
    {.name = "query",
     .shape = Shape::Object,
     .help = "the question about it, if its outcome is unknown",
     .table = &kQueryCaseKeys},
};
constexpr KeyTable kSendCaseKeys{"send_case", kSendCase};

constexpr Key kPollAnswer[] = {
    {.name = "status", .shape = Shape::Integer, .help = "default 200", .minimum = 100, .maximum = 599},
    {.name = "headers", .shape = Shape::Data, .help = "name: value"},
    {.name = "body", .shape = Shape::Text, .help = "exact text"},
    {.name = "json", .shape = Shape::Data, .help = "body as JSON"},
};
constexpr KeyTable kPollAnswerKeys{"poll_answer", kPollAnswer};

constexpr Key kExpectedPage[] = {
    {.name = "error", .shape = Shape::Word, .help = "kind of error", .words = kSendErrors},
    {.name = "code", .shape = Shape::Text, .help = "the vendor's code"},
    {.name = "reason", .shape = Shape::Text, .help = "part of the vendor's words"},
    {.name = "retry_after", .shape = Shape::Integer, .help = "seconds"},
    {.name = "keep", .shape = Shape::Boolean, .help = "whether the page is stored"},
    {.name = "more", .shape = Shape::Boolean, .help = "whether it is asked again at once"},
    {.name = "next", .shape = Shape::Data, .help = "the next page; null: there is none"},
    {.name = "cursor", .shape = Shape::Data, .help = "the new cursor; null: none"},
    {.name = "records", .shape = Shape::Objects, .help = "all of them, in order", .table = &kExpectedRecordKeys},
    {.name = "ignored", .shape = Shape::Integer, .help = "number of ignored records", .minimum = 0},
    {.name = "errors", .shape = Shape::Integer, .help = "number of records for quarantine", .minimum = 0},
};
constexpr KeyTable kExpectedPageKeys{"expected_page", kExpectedPage};

constexpr Key kPollCase[] = {
    {.name = "name", .shape = Shape::Text, .help = "what the case shows", .required = true},
    {.name = "settings", .shape = Shape::Data, .help = "added to those of the file"},
    {.name = "poll", .shape = Shape::Text, .help = "its name; default the first"},
    {.name = "cursor", .shape = Shape::Data, .help = "$cursor"},
    {.name = "page", .shape = Shape::Data, .help = "$page"},
    {.name = "found", .shape = Shape::Data, .help = "$found"},
    {.name = "since", .shape = Shape::Text, .help = "$since"},
    {.name = "until", .shape = Shape::Text, .help = "$until"},
    {.name = "received_at", .shape = Shape::Text, .help = "$now, instead of the file's"},
    {.name = "request", .shape = Shape::Object, .help = "what must go out", .table = &kExpectedRequestKeys},
    {.name = "refused", .shape = Shape::Text, .help = "part of the reason why no request can be made"},
    {.name = "answer", .shape = Shape::Object, .help = "what the vendor says", .table = &kPollAnswerKeys},
    {.name = "expect", .shape = Shape::Object, .help = "what it means", .table = &kExpectedPageKeys},
};
constexpr KeyTable kPollCaseKeys{"poll_case", kPollCase};

constexpr Key kMediaCase[] = {
    {.name = "name", .shape = Shape::Text, .help = "what the case shows", .required = true},
    {.name = "settings", .shape = Shape::Data, .help = "added to those of the file"},
    {.name = "url", .shape = Shape::Text, .help = "of the attachment", .required = true},
    {.name = "kind", .shape = Shape::Text, .help = "of the attachment, default file"},
    {.name = "media_type", .shape = Shape::Text, .help = "of the attachment"},
    {.name = "filename", .shape = Shape::Text, .help = "of the attachment"},
    {.name = "resolve",
     .shape = Shape::Object,
     .help = "the call that must go out first",
     .table = &kExpectedRequestKeys},
    {.name = "answer", .shape = Shape::Object, .help = "what the vendor says to it", .table = &kPollAnswerKeys},
    {.name = "request", .shape = Shape::Object, .help = "what must go out", .table = &kExpectedRequestKeys},
    {.name = "credentials", .shape = Shape::Boolean, .help = "whether the request may hold them"},
    {.name = "refused", .shape = Shape::Text, .help = "part of the reason why nothing is fetched"},
};
constexpr KeyTable kMediaCaseKeys{"media_case", kMediaCase};

constexpr Key kMailCase[] = {
    {.name = "name", .shape = Shape::Text, .help = "what the case shows", .required = true},
    {.name = "settings", .shape = Shape::Data, .help = "added to those of the file"},
    {.name = "mail", .shape = Shape::Text, .help = "the mail; line ends become CRLF", .required = true},
    {.name = "envelope", .shape = Shape::Data, .help = "$envelope: mailbox, folder, role, internal_date, …"},
    {.name = "received_at", .shape = Shape::Text, .help = "instead of the file's"},
    {.name = "expect",
     .shape = Shape::Object,
     .help = "what must come out: records, ignored, errors, reason",
     .required = true,
     .table = &kExpectKeys},
};
constexpr KeyTable kMailCaseKeys{"mail_case", kMailCase};

constexpr Key kTestFile[] = {
    {.name = "settings", .shape = Shape::Data, .help = "for all cases"},
    {.name = "instance", .shape = Shape::Text, .help = "default test"},
    {.name = "region", .shape = Shape::Text, .help = "default RU"},
    {.name = "url", .shape = Shape::Text, .help = "default https://gw.example.test/hooks/<instance>"},
    {.name = "received_at", .shape = Shape::Text, .help = "default 2026-11-20T12:00:00Z"},
    {.name = "headers", .shape = Shape::Data, .help = "for all cases"},
    {.name = "cases", .shape = Shape::Objects, .help = "run one by one", .table = &kTestCaseKeys},
    {.name = "send", .shape = Shape::Objects, .help = "messages that go out", .table = &kSendCaseKeys},
    {.name = "poll", .shape = Shape::Objects, .help = "pages that were asked for", .table = &kPollCaseKeys},
    {.name = "media", .shape = Shape::Objects, .help = "files that are fetched", .table = &kMediaCaseKeys},
    {.name = "mails", .shape = Shape::Objects, .help = "mails of a connector", .table = &kMailCaseKeys},
};

}  // namespace

const KeyTable kTestFileKeys{"tests", kTestFile};

}  // namespace tandem::mapping
