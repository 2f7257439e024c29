#include "connectors/smtp/instance.hpp"

#include "connectors/smtp/kept_mail.hpp"
#include "core/async/backoff.hpp"
#include "core/async/wait.hpp"
#include "core/mail/decode.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace tandem::smtp {

using async::Task;

namespace {

constexpr std::size_t kMaxMailsAtOnce = 64;  // of one microsecond
constexpr std::chrono::milliseconds kFirstRetry{250};
constexpr std::chrono::milliseconds kLastRetry{30'000};

}  // namespace

Result<TlsContexts> load_contexts(const Config& config) {
    TlsContexts out;
    if (config.submission && config.submission->tls != TlsMode::None) {
        auto client = net::load_client_tls(config.submission->tls_ca, net::TlsProtocol::Unnamed);
        if (!client) return fail(std::move(client.error()));
        out.submission = std::move(*client);
    }
    if (config.journal && config.journal->tls != JournalTls::None) {
        auto server = net::load_tls({.certificate = config.journal->certificate, .key = config.journal->key});
        if (!server) return fail(std::move(server.error()));
        out.journal = std::move(*server);
        if (!config.journal->client_ca.empty()) {
            auto asked = net::ask_for_client_certificates(out.journal, config.journal->client_ca);
            if (!asked) return fail(std::move(asked.error()));
        }
    }
    return out;
}

SmtpInstance::SmtpInstance(Config config, TlsContexts tls, connector::Host& host) : host_(host), standing_(host) {
    const std::string own = config.submission ? config.submission->from : std::string();
    if (config.submission)
        submitter_.emplace(std::move(*config.submission), std::move(tls.submission), host, standing_);
    if (config.journal) sink_.emplace(std::move(*config.journal), own, std::move(tls.journal), host);
}

Task<Result<void>> SmtpInstance::start() {
    const auto strand = co_await boost::asio::this_coro::executor;
    group_ = std::make_unique<async::TaskGroup>(strand, [this](std::exception_ptr error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& caught) {
            host_.failed(transient(std::string("smtp: ") + caught.what()));
        }
    });
    if (submitter_) submitter_->start(*group_);
    if (!sink_) co_return Result<void>();
    auto opened = sink_->open(strand);
    if (opened) {
        sink_->start(*group_);
    } else if (submitter_) {
        standing_.journal(std::move(opened.error()));
        group_->spawn(open_later(strand));
    } else {
        co_return opened;
    }
    co_return Result<void>();
}

// Somebody else has the port: mails go out meanwhile.
Task<void> SmtpInstance::open_later(async::Executor strand) {
    async::Backoff backoff({.first = kFirstRetry, .limit = kLastRetry});
    async::Jitter jitter;
    for (;;) {
        co_await async::sleep_for(backoff.next(jitter.next()));
        auto opened = sink_->open(strand);
        standing_.journal(opened ? std::nullopt : std::optional(std::move(opened.error())));
        if (opened) co_return sink_->start(*group_);
        host_.count("listen_failures");
    }
}

Task<Result<std::vector<connector::SentId>>> SmtpInstance::send(connector::Outgoing outgoing) {
    if (!submitter_) co_return fail(config_error("this instance has no `submission`"));
    co_return co_await submitter_->send(std::move(outgoing));
}

Task<Result<connector::MediaBytes>> SmtpInstance::fetch(connector::MediaWanted wanted) {
    const auto place = parse_kept_url(wanted.url);
    if (!place) co_return fail(rejected("not the address of a file in a mail that was taken", "not_our_file"));
    auto mails = co_await host_.recall({.content_type = std::string(kMailType),
                                        .since = place->received_at,
                                        .until = place->received_at,
                                        .limit = kMaxMailsAtOnce});
    if (!mails) co_return fail(std::move(mails.error()));
    for (const auto& mail : *mails) {
        if (digest_of(mail.raw) != place->digest) continue;
        auto bytes = mail::part_bytes(mail.raw, place->part);
        if (!bytes) co_return fail(not_found("the mail has no such part"));
        if (bytes->size() > wanted.max_bytes) co_return fail(rejected("the file is too large", "too_large"));
        co_return connector::MediaBytes{.media_type = {}, .body = std::move(*bytes)};
    }
    co_return fail(not_found("the journal does not keep the mail any more"));
}

Task<void> SmtpInstance::stop() {
    if (sink_) co_await sink_->close();
    if (submitter_) submitter_->close();
    if (group_ == nullptr) co_return;
    group_->cancel();
    co_await group_->join();
    group_.reset();
}

}  // namespace tandem::smtp
