// What a pack compiles to: plain data, immutable after Pack::compile, read by receive.cpp and map.cpp. Private to the
// layer.
#pragma once

#include "core/data/arena.hpp"
#include "core/data/value.hpp"
#include "core/expr/expression.hpp"
#include "core/mapping/pack.hpp"
#include "core/mapping/template.hpp"
#include "core/mapping/verify.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::mapping {

// Which members of $request a set of expressions can look at, so that nobody builds the others.
using RequestMembers = std::uint16_t;
enum RequestMember : RequestMembers {
    kMethod = 1,
    kUrl = 2,
    kPath = 4,
    kQuery = 8,
    kHeaders = 16,
    kContentType = 32,
    kReceivedAt = 64,
    kPoll = 128,
    kPolledPage = 256,
};
inline constexpr RequestMembers kAllMembers = 511;

struct AnswerProgram {
    int status = 200;
    std::string content_type;
    std::optional<Code> type;  // instead of content_type
    std::optional<Code> body;
};

struct Challenge {
    Code when;
    std::optional<Code> accept;
    bool verify = false;  // `verify` must hold as well
    AnswerProgram answer;
    AnswerProgram refuse;
};

struct Guard {
    Code when;
    Verdict verdict = Verdict::Rejected;
    int status = 400;
    std::optional<Code> reason;
    std::optional<AnswerProgram> answer;
};

struct Table {
    std::string name;
    std::vector<data::Member> entries;  // sorted by key
};

struct Step {
    std::optional<std::size_t> slot;  // of a named step
    Code items;
};

enum class RuleKind : std::uint8_t { Snapshot, Receipt, Ignore, Quarantine };

struct Rule {
    std::string name;
    std::string path;
    std::optional<Code> when;
    std::vector<Binding> let;
    RuleKind kind = RuleKind::Snapshot;
    Template body;               // Snapshot and Receipt
    std::optional<Code> reason;  // Ignore and Quarantine
    bool go_on = false;
};

struct Group {
    std::string path;
    std::vector<Step> steps;  // empty: one item, the whole body
    std::vector<Binding> let;
    std::vector<Rule> rules;
    bool quarantine_unmatched = false;
};

struct AuthProgram {
    enum class Scheme : std::uint8_t { Basic, Bearer, Header, Query, OAuth2 };
    Scheme scheme = Scheme::Bearer;
    std::string secret;
    std::string name;
    std::string prefix;
    std::optional<Code> username;
};

using NamedCodes = std::vector<std::pair<std::string, Code>>;

struct SendErrorRule {
    Code when;
    ErrorKind kind = ErrorKind::Rejected;
    std::optional<Code> code, reason, retry_after;
};

enum class SignatureEncoding : std::uint8_t { Hex, UpperHex, Base64 };

// A digest over a text of the request that proves who we are: keyed if it has a secret.
struct SignatureProgram {
    std::string name;
    Algorithm algorithm = Algorithm::Sha256;
    SignatureEncoding encoding = SignatureEncoding::Hex;
    std::string secret;
    Code message;
};

// A request to the vendor: of a message, a poll, for a token, to try the credentials.
struct RequestProgram {
    std::vector<SignatureProgram> signatures;
    std::string method = "POST";
    std::optional<Code> url;
    NamedCodes query;
    NamedCodes headers;
    std::optional<AuthProgram> auth;
    std::optional<Template> json, xml;
    std::optional<NamedCodes> form, multipart;
    std::optional<Code> text;
    std::string content_type;
};

struct ResponseProgram {
    std::string decoder = "json";
    std::vector<Binding> let;  // names over the answer
    std::optional<Code> accepted, code, reason;
    std::vector<SendErrorRule> errors;
};

// The names that a message's request and response see besides the fixed ones, by their place behind them.
inline constexpr std::size_t kSendNames = 3;
inline constexpr std::string_view kSendNameTexts[kSendNames] = {"message", "callback_url", "now"};
inline constexpr std::size_t kMessage = kFixedSlots, kCallbackUrl = kFixedSlots + 1, kSentAt = kFixedSlots + 2;

struct QueryProgram {
    RequestProgram request;
    ResponseProgram response;
    std::optional<Code> found, ids, name_space;
};

struct SendRefusal {
    Code when;
    std::optional<Code> reason;
};

struct SendProgram {
    std::string channel;                                        // empty: by scheme only
    std::vector<std::pair<std::string, std::string>> channels;  // by scheme of the recipient
    std::string provider;
    std::vector<std::string> to;
    std::int64_t max_text = INT64_MAX;
    bool split = false;
    std::int64_t max_media = 0;
    std::int64_t caption = -1;  // characters of text beside a file; negative: any, and all files in one request
    bool repeatable = false;
    bool by_http = true;             // false: a connector's own protocol carries what `json` makes
    std::vector<std::string> needs;  // settings
    std::vector<SendRefusal> refusals;
    std::vector<Binding> let;
    std::vector<std::pair<std::optional<Code>, RequestProgram>> requests;  // the first whose condition holds
    ResponseProgram response;
    std::optional<Code> ids, name_space;
    std::optional<Code> reference, reference_space;
    std::optional<QueryProgram> query;
};

// The names that a poll's request and response see besides the fixed ones, by their place behind them.
enum PollName : std::size_t { kCursor, kPage, kNow, kSince, kUntil, kFound, kPollNames };
inline constexpr std::string_view kPollNameTexts[kPollNames] = {"cursor", "page", "now", "since", "until", "found"};

struct PollProgram {
    std::string name;
    std::string path;
    std::chrono::milliseconds every{0};
    std::chrono::milliseconds timeout{0};
    std::chrono::milliseconds overlap{-1};  // of windows of time; negative: it has none
    std::chrono::milliseconds first{0};     // how far back the first window begins
    std::chrono::milliseconds longest{0};   // window; 0: any
    std::int64_t requests = 0;              // per minute
    std::int64_t pages = 0;                 // of one run
    std::optional<Code> when;
    std::vector<Binding> let;
    RequestProgram request;
    ResponseProgram response;
    std::optional<Code> keep, next, cursor, more;
    std::optional<Code> backfill_days;
    std::chrono::milliseconds backfill_step{0};
    bool backfill = false;
    bool backfill_oldest_first = false;
    bool own_groups = false;  // else those of `receive`
    std::vector<Group> groups;
};

struct OAuth2Program {
    RequestProgram request;
    ResponseProgram response;
    std::optional<Code> token, expires_in;
};

// The names that the section media sees besides the fixed ones, by their place behind them. $place is where the file
// is, for the request that we write ourselves.
enum MediaName : std::size_t { kMediaItem, kMediaPlace, kMediaNames };
inline constexpr std::string_view kMediaNameTexts[kMediaNames] = {"media", "place"};

struct MediaProgram {
    std::vector<std::string> secrets;  // all that its requests need
    std::string prefix;
    std::optional<Code> hosts;
    std::vector<Binding> let;
    std::optional<Code> url;
    std::optional<RequestProgram> lookup;
    ResponseProgram answer;     // of the lookup
    std::optional<Code> place;  // in that answer
    RequestProgram download;    // from a host that may have credentials
    RequestProgram plain;       // from any other
};

struct ProbeProgram {
    std::vector<Binding> let;
    RequestProgram request;
    ResponseProgram response;
    std::optional<Code> shows;
};

class Program {
public:
    data::Arena arena;  // constants of tables and templates
    std::string name;
    int version = 0;
    std::string title;
    std::string description;
    std::vector<SettingInfo> settings;
    std::vector<data::Value> defaults;  // one for each setting, null if it has none
    std::vector<Table> tables;

    std::vector<std::string> methods;
    std::vector<std::string> keep_headers;  // lower case
    std::vector<std::string> secret_query;
    std::vector<Challenge> challenges;
    std::vector<Verification> verifications;
    std::string decoder = "json";  // a name of data::decode(), or mail
    std::string charset;           // of bodies that name none, empty: UTF-8
    std::vector<Guard> guards;
    AnswerProgram answer;
    std::vector<Binding> let;
    std::vector<Group> groups;
    std::optional<SendProgram> send;
    std::vector<PollProgram> polls;
    std::optional<OAuth2Program> oauth2;
    std::optional<ProbeProgram> probe;
    std::optional<MediaProgram> media;

    std::size_t slots = kFixedSlots;       // values that evaluation needs at most
    RequestMembers challenge_members = 0;  // of $request, in `when` of challenges
    RequestMembers guard_members = 0;      // in guards and the answer
    RequestMembers map_members = 0;        // in everything map() evaluates
    bool let_before = false;               // guards or answers use names of `let`
    bool uses_envelope = false;            // something looks at $envelope

    const Table* find_table(std::string_view table) const;
    const PollProgram* find_poll(std::string_view poll) const;
};

}  // namespace tandem::mapping
