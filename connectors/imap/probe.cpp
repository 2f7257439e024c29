#include "connectors/imap/client.hpp"
#include "connectors/imap/conditions.hpp"
#include "core/async/task_group.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <utility>

namespace tandem::imap {

using async::Task;

namespace {

// A check of a thousand mailboxes would look like an attack.
constexpr std::size_t kMaxTried = 10;

Task<Result<Chosen>> look(std::shared_ptr<Connection> line, FolderWishes wishes) {
    auto answer =
        co_await line->request(std::string(list_all_command(line->can("SPECIAL-USE") && line->can("LIST-EXTENDED"))));
    if (!answer) co_return fail(std::move(answer.error()));
    if (!answer->ok()) co_return fail(refusal(answer->result, "LIST"));
    std::vector<Listed> listed;
    for (const Response& one : answer->data)
        if (auto folder = read_list(one)) listed.push_back(std::move(*folder));
    wishes.gmail = line->can("X-GM-EXT-1");
    co_return choose_folders(listed, wishes);
}

Task<Result<Chosen>> try_mailbox(const Config& config,
                                 const MailboxConfig& mailbox,
                                 net::TlsContext tls,
                                 const net::HttpClient* http,
                                 const Clock& clock,
                                 Connection::Spawn spawn) {
    Secret token;
    if (mailbox.oauth2) {
        net::OAuth2 tokens(*mailbox.oauth2, http, clock);
        auto got = co_await tokens.token();
        if (!got) co_return fail(std::move(got.error()));
        token = std::move(*got);
    }
    auto line = co_await Connection::open({.host = mailbox.host,
                                           .port = config.port_of(mailbox),
                                           .certificate_name = config.certificate_name(mailbox),
                                           .tls = std::move(tls),
                                           .session = session_options(config, mailbox, std::move(token)),
                                           .limit = config.login_limit},
                                          std::move(spawn));
    if (!line) co_return fail(std::move(line.error()));
    auto chosen = co_await look(*line, config.wishes_of(mailbox));
    (*line)->shut();
    co_return chosen;
}

std::string described(const std::string& mailbox, const Chosen& chosen) {
    std::string out = mailbox + " reads ";
    for (std::size_t i = 0; i < chosen.folders.size() && i < 10; ++i)
        out += fmt::format("{}{} ({})", i == 0 ? "" : ", ", chosen.folders[i].name, to_string(chosen.folders[i].role));
    if (chosen.folders.size() > 10) out += fmt::format(" and {} more", chosen.folders.size() - 10);
    return out + (chosen.sent_found ? "" : "; no folder of sent mail");
}

}  // namespace

Task<Result<std::string>> probe(Config config, net::TlsContext tls, const net::HttpClient* http, const Clock& clock) {
    const auto strand = co_await boost::asio::this_coro::executor;
    async::TaskGroup group(strand, [](std::exception_ptr) {});
    const Connection::Spawn spawn = [&group](Task<void> task) { group.spawn(std::move(task)); };
    std::string said;
    std::optional<Error> error;
    for (std::size_t i = 0; i < config.mailboxes.size() && i < kMaxTried && !error; ++i) {
        const MailboxConfig& mailbox = config.mailboxes[i];
        auto chosen = co_await try_mailbox(config, mailbox, tls, http, clock, spawn);
        if (chosen) {
            said += (said.empty() ? "" : "; ") + described(mailbox.own_address(), *chosen);
        } else {
            error = std::move(chosen.error()).with_context(mailbox.own_address());
        }
    }
    group.cancel();
    co_await group.join();
    if (error) co_return fail(std::move(*error));
    if (config.mailboxes.size() > kMaxTried)
        said += fmt::format("; {} more were not tried", config.mailboxes.size() - kMaxTried);
    co_return said;
}

}  // namespace tandem::imap
