#include "connectors/imap/board.hpp"
#include "connectors/imap/client.hpp"
#include "connectors/imap/conditions.hpp"
#include "core/async/task_group.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <set>
#include <utility>

namespace tandem::imap {

using async::Task;

namespace {

// A check of a thousand mailboxes would look like an attack.
constexpr std::size_t kMaxTried = 10;

std::string names(const std::vector<Listed>& listed) {
    std::string out = "the server has ";
    for (std::size_t i = 0; i < listed.size() && i < 10; ++i)
        out += (i == 0 ? "" : ", ") + listed[i].name;
    if (listed.size() > 10) out += fmt::format(" and {} more", listed.size() - 10);
    return listed.empty() ? "the server has none" : out;
}

Task<Result<Chosen>> look(std::shared_ptr<Connection> line, FolderWishes wishes) {
    auto answer =
        co_await line->request(std::string(list_all_command(line->can("SPECIAL-USE") && line->can("LIST-EXTENDED"))));
    if (!answer) co_return fail(std::move(answer.error()));
    if (!answer->ok()) co_return fail(refusal(answer->result, "LIST"));
    std::vector<Listed> listed;
    for (const Response& one : answer->data)
        if (auto folder = read_list(one)) listed.push_back(std::move(*folder));
    wishes.gmail = line->can("X-GM-EXT-1");
    Chosen chosen = choose_folders(listed, wishes);
    if (chosen.folders.empty()) co_return fail(config_error("include and exclude leave no folder; " + names(listed)));
    co_return chosen;
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

// What became of the mailboxes that were tried.
struct Tried {
    std::vector<std::string> good;
    std::vector<std::string> bad;
    std::optional<ErrorKind> kind;  // of the first bad one
    std::set<std::pair<std::string, std::uint16_t>> not_reached;
    std::size_t left_out = 0;

    Result<std::string> result() const {
        const std::string left = left_out == 0 ? "" : fmt::format("; {} more were not tried", left_out);
        if (!kind) return fmt::format("{}{}", fmt::join(good, "; "), left);
        std::string text = some_of(bad) + left;
        if (!good.empty()) text += fmt::format("; {} can be read", good.size());
        return fail(Error{.kind = *kind, .text = std::move(text), .retry_after = std::nullopt, .code = {}});
    }
};

}  // namespace

Task<Result<std::string>> probe(Config config, net::TlsContext tls, const net::HttpClient* http, const Clock& clock) {
    const auto strand = co_await boost::asio::this_coro::executor;
    async::TaskGroup group(strand, [](std::exception_ptr) {});
    const Connection::Spawn spawn = [&group](Task<void> task) { group.spawn(std::move(task)); };
    Tried tried;
    for (std::size_t i = 0; i < config.mailboxes.size(); ++i) {
        const MailboxConfig& mailbox = config.mailboxes[i];
        const std::pair server(mailbox.host, config.port_of(mailbox));
        if (i >= kMaxTried || tried.not_reached.contains(server)) {
            ++tried.left_out;
            continue;
        }
        auto chosen = co_await try_mailbox(config, mailbox, tls, http, clock, spawn);
        if (chosen) {
            tried.good.push_back(described(mailbox.own_address(), *chosen));
            continue;
        }
        if (chosen.error().kind == ErrorKind::Transient) tried.not_reached.insert(server);
        if (!tried.kind) tried.kind = chosen.error().kind;
        tried.bad.push_back(mailbox.own_address() + ": " + chosen.error().text);
    }
    group.cancel();
    co_await group.join();
    co_return tried.result();
}

}  // namespace tandem::imap
