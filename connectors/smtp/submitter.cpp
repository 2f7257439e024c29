#include "connectors/smtp/submitter.hpp"

#include "connectors/smtp/files.hpp"

#include <algorithm>
#include <utility>

namespace tandem::smtp {

using async::Task;
using connector::SentId;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kPatience{2};      // of a mail whose domain has no room
constexpr std::chrono::seconds kLeastForMail{5};  // with less time left nothing is begun

DomainLimitOptions domain_options(const SubmissionConfig& config) {
    return {.at_once = static_cast<std::size_t>(config.domain_at_once),
            .per_minute = static_cast<std::size_t>(config.domain_per_minute)};
}

}  // namespace

Submitter::Submitter(SubmissionConfig config, net::TlsContext tls, connector::Host& host, Standing& standing)
    : config_(std::move(config)),
      host_(host),
      standing_(standing),
      tokens_(config_.oauth2 ? std::optional<net::OAuth2>(std::in_place, *config_.oauth2, host.http(), host.clock())
                             : std::nullopt),
      pool_(config_, std::move(tls), tokens_ ? &*tokens_ : nullptr),
      domains_(domain_options(config_)) {}

void Submitter::start(async::TaskGroup& group) {
    group.spawn(pool_.tidy());
}

Task<Result<std::vector<SentId>>> Submitter::send(connector::Outgoing outgoing) {
    const Time deadline = SteadyClock::now() + config_.send_timeout;
    if (host_.sender() == nullptr) co_return fail(config_error("the pack has no `send`"));
    const auto made = host_.sender()->request(outgoing);
    if (!made) co_return fail(made.error());
    const auto document = read_document(made->body);
    if (!document) co_return fail(document.error());
    auto draft = co_await this->draft(*document, outgoing.id, deadline);
    if (!draft) co_return fail(std::move(draft.error()));
    auto composed = mail::compose(*draft);
    if (!composed) co_return fail(std::move(composed.error()));
    if (std::cmp_greater(composed->octets.size(), config_.max_size.count))
        co_return fail(rejected("the mail is larger than max_size", "too_large"));

    Transaction transaction{.sender = document->automatic ? "" : config_.from,
                            .recipients = document->to,
                            .copies = {},
                            .id = outgoing.id,
                            .international = composed->international,
                            .octets = std::move(composed->octets),
                            .deadline = deadline};
    const std::string domain = document->to.front().substr(document->to.front().rfind('@') + 1);
    if (auto entered = co_await enter_domain(domain, deadline); !entered) co_return fail(std::move(entered.error()));
    const std::shared_ptr<void> leave(nullptr, [&](void*) {
        domains_.release(domain);
        left_domain_.notify_all();
    });
    if (!config_.copy_to.empty()) transaction.copies.push_back(config_.copy_to);
    const auto sent = co_await deliver(std::move(transaction));
    if (!sent) co_return fail(sent.error());
    co_return std::vector<SentId>{{document->name_space, draft->message_id}};
}

Task<Result<mail::Draft>> Submitter::draft(const Document& document, std::string id, Time deadline) {
    mail::Draft out = draft_of(document, config_, id, host_.clock().now());
    auto files = co_await fetch_files(host_.http(), document.files, static_cast<std::uint64_t>(config_.max_size.count),
                                      deadline - kLeastForMail);
    if (!files) co_return fail(std::move(files.error()));
    out.files = std::move(*files);
    co_return out;
}

// Whose domain has no room waits a little, then makes room for others: the outbox asks again.
Task<Result<void>> Submitter::enter_domain(const std::string& domain, Time deadline) {
    const Time patience = std::min(SteadyClock::now() + kPatience, deadline - kLeastForMail);
    for (;;) {
        const auto wait = domains_.take(domain, SteadyClock::now());
        if (wait.count() == 0) co_return Result<void>();
        if (SteadyClock::now() + wait > patience) {
            host_.count("domain_waits");
            Error error = full("the limit of mails to " + domain + " is reached");
            error.retry_after = wait;
            co_return fail(std::move(error));
        }
        co_await left_domain_.wait_for(wait);
    }
}

Task<Result<std::string>> Submitter::deliver(Transaction transaction) {
    for (bool fresh = false;; fresh = true) {
        auto lease = co_await pool_.take(fresh, transaction.deadline - kLeastForMail);
        if (!lease) {
            if (lease.error().kind != ErrorKind::Full) tell(&lease.error());
            co_return fail(std::move(lease.error()));
        }
        tell(nullptr);
        if (SteadyClock::now() + kLeastForMail > transaction.deadline)
            co_return fail(transient("there is no time left to send the mail now"));
        auto outcome = co_await (*lease)->deliver(transaction);
        if (const auto refused = (*lease)->refused_copies(); refused > 0) host_.count("copies_refused", {}, refused);
        const bool stale =
            !outcome && lease->used() && !(*lease)->ready() && !fresh &&
            (outcome.error().kind == ErrorKind::Transient || outcome.error().kind == ErrorKind::Throttled);
        // The server had ended the connection since the last mail: this one is not yet there.
        if (!stale) co_return outcome;
    }
}

// About the server, not about one mail.
void Submitter::tell(const Error* error) {
    standing_.submission(error == nullptr ? std::nullopt : std::optional(*error));
}

}  // namespace tandem::smtp
