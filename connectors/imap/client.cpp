#include "connectors/imap/client.hpp"

#include "core/async/timeout.hpp"
#include "core/base/text.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace tandem::imap {

using async::Task;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kFirstTries{20};  // of a start that waits for the first mailbox
constexpr std::uint64_t kMemory = 96ULL << 20;   // octets of mails on their way, of all mailboxes together

constexpr std::uint64_t kMediaAtOnce = 4;

std::set<std::string, std::less<>> own_addresses(const Config& config) {
    std::set<std::string, std::less<>> out;
    for (const auto& mailbox : config.mailboxes)
        out.insert(to_lower_ascii(mailbox.own_address()));
    return out;
}

}  // namespace

Client::Client(Config config, net::TlsContext tls, connector::Host& host)
    : config_(std::move(config)), tls_(std::move(tls)), host_(host) {}

Client::~Client() = default;

void Client::make_mailboxes() {
    // Tokens of the application are the same for all; a refresh token is one mailbox' own.
    std::shared_ptr<net::OAuth2> common;
    for (const MailboxConfig& one : config_.mailboxes) {
        std::shared_ptr<net::OAuth2> tokens;
        const bool as_all = one.oauth2 && config_.oauth2 && one.oauth2->token_url == config_.oauth2->token_url &&
                            one.oauth2->client_id == config_.oauth2->client_id &&
                            one.oauth2->refresh_token == config_.oauth2->refresh_token;
        if (one.oauth2)
            tokens =
                as_all && common ? common : std::make_shared<net::OAuth2>(*one.oauth2, host_.http(), host_.clock());
        if (as_all) common = tokens;
        mailboxes_.push_back(std::make_unique<Mailbox>(*shared_, one, std::move(tokens)));
    }
}

Task<Result<void>> Client::start() {
    const auto strand = co_await boost::asio::this_coro::executor;
    group_ = std::make_unique<async::TaskGroup>(strand, [this](std::exception_ptr error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& caught) {
            host_.failed(transient(std::string("imap: ") + caught.what()));
        }
    });
    shared_.reset(new Shared{.config = config_,
                             .tls = tls_,
                             .host = host_,
                             .spawn = [this](Task<void> task) { group_->spawn(std::move(task)); },
                             .own = own_addresses(config_),
                             .board = Board(host_, config_.mailboxes.size()),
                             .logins = Pace(config_.logins),
                             .memory = Room(kMemory),
                             .old_places = Room(static_cast<std::uint64_t>(config_.backfill_at_once)),
                             .media_places = Room(kMediaAtOnce),
                             .changed = {}});
    make_mailboxes();
    for (const auto& mailbox : mailboxes_)
        group_->spawn(mailbox->run());
    const auto deadline = SteadyClock::now() + kFirstTries;
    while (!shared_->board.decided() && SteadyClock::now() < deadline)
        co_await shared_->changed.wait_until(deadline);
    if (shared_->board.any_well()) co_return Result<void>();
    co_return fail(shared_->board.trouble_of_all().value_or(transient("no mailbox could be opened in time")));
}

Task<void> Client::stop() {
    if (group_ == nullptr) co_return;
    group_->cancel();
    co_await group_->join();
    mailboxes_.clear();
    group_.reset();
    shared_.reset();
}

Task<Result<connector::MediaBytes>> Client::fetch(connector::MediaWanted wanted) {
    const auto place = parse_part_url(wanted.url);
    if (!place) co_return fail(rejected("this is no part of a mail", "url"));
    const auto mailbox = std::ranges::find_if(
        mailboxes_, [&](const auto& one) { return one->config().own_address() == place->mailbox; });
    if (mailbox == mailboxes_.end()) co_return fail(not_found("no such mailbox"));
    auto bytes = co_await async::with_timeout((*mailbox)->fetch(*place, wanted.max_bytes), wanted.timeout);
    if (!bytes) co_return fail(transient("the server did not send the part in time"));
    co_return std::move(*bytes);
}

}  // namespace tandem::imap
