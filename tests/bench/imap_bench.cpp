// What an idle mailbox costs, and how fast old mail is imported, against a Dovecot of its own.
//   imap_bench idle 1000      resident memory per mailbox over TLS in IDLE; then the time from a delivery to the host
//   imap_bench import 20000   mails per second of one mailbox, and the same mails read by one plain FETCH
#include "connectors/imap/client.hpp"
#include "tests/connectors/imap/agent.hpp"
#include "tests/connectors/imap/dovecot.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/loop_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using namespace tandem::imap;
using Clock = std::chrono::steady_clock;

class Host final : public tandem::test::TimelyHost {
public:
    tandem::async::Task<tandem::Result<void>> emit(tandem::connector::Batch batch) override {
        mails += batch.events.size();
        co_return tandem::Result<void>();
    }
    std::atomic<std::size_t> mails{0};
};

double resident_kilobytes() {
    std::ifstream in("/proc/self/statm");
    double size = 0;
    double resident = 0;
    in >> size >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1024;
}

double seconds_since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

std::string user(std::size_t number) {
    return "user" + std::to_string(number) + "@example.test";
}

struct Bench {
    test::Dovecot dovecot;
    tandem::test::LoopThread loop{1};
    tandem::async::Executor strand = loop.io().strand();
    Host host;
    std::unique_ptr<Client> client;

    Config config(std::size_t mailboxes) const {
        Config out;
        out.tls_ca = dovecot.certificate();
        out.logins = 100;
        out.backfill = 0ms;
        for (std::size_t i = 0; i < mailboxes; ++i)
            out.mailboxes.push_back({.user = user(i),
                                     .password = tandem::Secret("secret"),
                                     .host = "127.0.0.1",
                                     .port = dovecot.tls_port(),
                                     .include = {"*"}});
        return out;
    }
    template <class T>
    T run(tandem::async::Task<T> task) {
        return boost::asio::co_spawn(strand, std::move(task), boost::asio::use_future).get();
    }
    void begin(Config wanted) {
        auto tls = tls_context(wanted);
        client = std::make_unique<Client>(std::move(wanted), tls.value(), host);
        if (auto begun = run(client->start()); !begun) std::printf("start: %s\n", begun.error().text.c_str());
    }
    std::uint64_t logins() {
        const auto count = [](Host& of) -> tandem::async::Task<std::uint64_t> { co_return of.counters["logins:good"]; };
        return run(count(host));
    }
};

void idle(std::size_t mailboxes) {
    Bench bench;
    const double before = resident_kilobytes();
    const auto begun = Clock::now();
    bench.begin(bench.config(mailboxes));
    while (bench.logins() < mailboxes)
        std::this_thread::sleep_for(100ms);
    std::this_thread::sleep_for(3s);  // folders are opened after the login; what that took is given back
    const double after = resident_kilobytes();
    std::printf("%zu mailboxes in %.1f s: %.1f KB resident each\n", mailboxes, seconds_since(begun),
                (after - before) / static_cast<double>(mailboxes));
    for (std::size_t i = 0; i < 5; ++i) {
        test::Agent agent(bench.dovecot.port(), user(i * mailboxes / 5));
        const auto sent = Clock::now();
        const std::size_t seen = bench.host.mails;
        agent.append("INBOX", test::mail("m" + std::to_string(i)));
        while (bench.host.mails == seen)
            std::this_thread::yield();
        std::printf("delivery to host: %.0f ms\n", seconds_since(sent) * 1'000);
    }
    bench.run(bench.client->stop());
}

void import_old(std::size_t mails) {
    Bench bench;
    test::Agent agent(bench.dovecot.port(), user(0));
    const std::string text(3'000, 'x');
    for (std::size_t i = 0; i < mails; ++i)
        agent.append("INBOX", test::mail("m" + std::to_string(i), text));
    auto config = bench.config(1);
    config.backfill = 24h;
    config.backfill_rate = 0;
    const auto begun = Clock::now();
    bench.begin(std::move(config));
    while (bench.host.mails < mails)
        std::this_thread::sleep_for(5ms);
    const double took = seconds_since(begun);
    bench.run(bench.client->stop());
    agent.command("EXAMINE INBOX");
    const auto plain = Clock::now();
    const std::size_t octets = agent.command("UID FETCH 1:* (BODY.PEEK[])").size();
    const double alone = seconds_since(plain);
    std::printf("%zu mails: imported %.0f/s; one plain FETCH %.0f/s (%.1f MB)\n", mails,
                static_cast<double>(mails) / took, static_cast<double>(mails) / alone,
                static_cast<double>(octets) / 1e6);
}

}  // namespace

int main(int count, char** words) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    const std::string_view what = count > 1 ? words[1] : "idle";
    const std::size_t number = count > 2 ? std::strtoul(words[2], nullptr, 10) : 100;
    if (what == "import") {
        import_old(number);
    } else {
        idle(number);
    }
    return 0;
}
