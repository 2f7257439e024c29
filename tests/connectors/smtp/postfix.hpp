// A real Postfix as a child: its own folder, configuration, certificate and free loopback ports, stopped by the pid it
// wrote. Postfix wants to be started by root. Logins by Dovecot's SASL service, which this object runs too.
//
//   @customer.test        delivered into a Maildir of the folder
//   reject@customer.test  refused at RCPT (550)     tempfail@  put off at RCPT (450)
//   bounce@               taken, then returned      nothing leaves the machine
#pragma once

#include "tests/support/becomes.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tandem::smtp::test {

struct PostfixOptions {
    std::string always_bcc = {};  // every mail goes there too
    std::uint16_t bcc_port = 0;   // where mails for that domain (gw.test) are handed on
    bool bcc_lmtp = false;
    bool bcc_tls = false;
};

class Postfix {
public:
    using Options = PostfixOptions;

    explicit Postfix(Options options = {}) : options_(std::move(options)) {
        if (::geteuid() != 0) throw std::runtime_error("Postfix is started by root only: run the tests as root");
        std::filesystem::permissions(root(), std::filesystem::perms(0755));
        tandem::test::write_certificate(certificate(), root() / "key.pem", "localhost", "IP:127.0.0.1");
        for (const char* name : {"etc", "spool", "data", "mail", "dovecot", "state"})
            std::filesystem::create_directories(root() / name);
        run({"chown", "postfix", (root() / "data").string()});
        run({"chown", "mail:mail", (root() / "mail").string()});
        const bool started = tandem::test::start_on_free_ports(ports_, [this] {
            write_config();
            if (start()) return true;
            stop();
            return false;
        });
        if (!started) throw std::runtime_error("Postfix does not start: " + log());
    }
    ~Postfix() { stop(); }
    Postfix(const Postfix&) = delete;
    Postfix& operator=(const Postfix&) = delete;

    std::uint16_t smtp() const { return ports_[0]; }         // no login
    std::uint16_t submission() const { return ports_[1]; }   // STARTTLS, login
    std::uint16_t submissions() const { return ports_[2]; }  // TLS, login
    std::filesystem::path certificate() const { return root() / "cert.pem"; }
    std::string log() const { return read(root() / "postfix.log") + read(root() / "dovecot.log"); }

    // Mails that were delivered to the address.
    std::vector<std::string> mails(const std::string& address) const {
        std::vector<std::string> out;
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(root() / "mail/box/new", none)) {
            std::string mail = read(entry.path());
            if (mail.find("\nDelivered-To: " + address + "\n") != std::string::npos) out.push_back(std::move(mail));
        }
        return out;
    }

private:
    const std::filesystem::path& root() const { return folder_.path(); }
    static std::string read(const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    int run(std::vector<std::string> words) const {
        return tandem::test::run_program(std::move(words), root() / "output.txt");
    }

    void write_config() const {
        const std::string here = root().string();
        std::ofstream(root() / "etc/main.cf")
            << "compatibility_level = 3.6\nqueue_directory = " << here << "/spool\ndata_directory = " << here
            << "/data\nmaillog_file = " << here << "/postfix.log\nmaillog_file_prefixes = " << here
            << "\nmulti_instance_name = postfix-tandem-test\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n"
            << "myhostname = mx.test\nmydestination =\nmynetworks = 127.0.0.0/8\nalias_maps =\nalias_database =\n"
            << "relay_domains = gw.test\ndefault_transport = error:5.7.1 nothing leaves this machine\n"
            << "smtp_dns_support_level = disabled\nvirtual_mailbox_domains = customer.test, example.test\n"
            << "virtual_mailbox_base = " << here << "/mail\nvirtual_mailbox_maps = static:box/\n"
            << "virtual_uid_maps = static:" << id("-u") << "\nvirtual_gid_maps = static:" << id("-g") << "\n"
            << "virtual_minimum_uid = 1\nmessage_size_limit = 2000000\nmailbox_size_limit = 0\n"
            << "virtual_mailbox_limit = 0\nalways_bcc = " << options_.always_bcc << "\n"
            << "transport_maps = inline:{ {gw.test = "
            << (options_.bcc_lmtp ? "lmtp:inet:127.0.0.1:" : "smtp:[127.0.0.1]:") << options_.bcc_port
            << "}, {reject@customer.test = error:5.1.1 no such user}, "
            << "{tempfail@customer.test = retry:4.4.1 no answer} }\n"
            << "virtual_alias_maps = inline:{ {bounce@customer.test = reject@customer.test} }\n"
            << "smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated, "
               "reject_unauth_destination\n"
            << "smtpd_tls_security_level = may\nsmtpd_tls_cert_file = " << here
            << "/cert.pem\nsmtpd_tls_key_file = " << here
            << "/key.pem\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:127.0.0.1:" << ports_[3]
            << "\nsmtpd_sasl_security_options = noanonymous\nsmtputf8_enable = yes\n"
            << "smtp_tls_security_level = " << (options_.bcc_tls ? "encrypt" : "none") << "\n"
            << "lmtp_tls_security_level = " << (options_.bcc_tls ? "encrypt" : "none") << "\n"
            << "minimal_backoff_time = 1s\nmaximal_backoff_time = 2s\nqueue_run_delay = 1s\n"
            << "destination_recipient_limit = 1\n";
        const std::string login =
            "  -o smtpd_sasl_auth_enable=yes\n  -o smtpd_client_restrictions=permit_sasl_authenticated,"
            "reject\n  -o smtpd_recipient_restrictions=reject_unlisted_recipient,"
            "permit_sasl_authenticated,reject\n";
        std::ofstream master(root() / "etc/master.cf");
        master << "127.0.0.1:" << ports_[0] << " inet n - n - - smtpd\n127.0.0.1:" << ports_[1]
               << " inet n - n - - smtpd\n  -o smtpd_tls_security_level=encrypt\n  -o smtpd_tls_auth_only=yes\n"
               << login << "127.0.0.1:" << ports_[2] << " inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes\n"
               << login
               << "cleanup unix n - n - 0 cleanup\nqmgr unix n - n 1 1 qmgr\ntlsmgr unix - - n 1000? 1 tlsmgr\n"
               << "rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n"
               << "trace unix - - n - 0 bounce\nverify unix - - n - 1 verify\nflush unix n - n 1000? 0 flush\n"
               << "proxymap unix - - n - - proxymap\nproxywrite unix - - n - 1 proxymap\nsmtp unix - - n - - smtp\n"
               << "relay unix - - n - - smtp\nerror unix - - n - - error\nretry unix - - n - - error\n"
               << "virtual unix - n n - - virtual\nlmtp unix - - n - - lmtp\nanvil unix - - n - 1 anvil\n"
               << "scache unix - - n - 1 scache\npickup unix n - n 60 1 pickup\nshowq unix n - n - - showq\n"
               << "postlog unix-dgram n - n - 1 postlogd\n";
        std::ofstream(root() / "dovecot.conf")
            << "base_dir = " << here << "/dovecot\nstate_dir = " << here << "/state\nlog_path = " << here
            << "/dovecot.log\ninstance_name = tandem-test\nprotocols =\nlisten = 127.0.0.1\nssl = no\n"
            << "service anvil {\n chroot =\n}\nservice auth {\n inet_listener sasl {\n  address = 127.0.0.1\n  port = "
            << ports_[3] << "\n }\n unix_listener auth-userdb {\n  mode = 0600\n }\n}\n"
            << "service stats {\n unix_listener stats-reader {\n  mode = 0600\n }\n unix_listener stats-writer {\n"
            << "  mode = 0666\n }\n}\nauth_mechanisms = plain login xoauth2 oauthbearer\n"
            << "passdb {\n driver = oauth2\n mechanisms = xoauth2 oauthbearer\n args = " << here << "/oauth2.conf\n}\n"
            << "passdb {\n driver = static\n args = password=secret\n}\n"
            << "userdb {\n driver = static\n args = uid=mail gid=mail home=/tmp\n}\n";
        std::filesystem::create_directories(root() / "keys/default/HS256");
        std::ofstream(root() / "keys/default/HS256/default") << "dGFuZGVtLXRlc3Qta2V5LXRhbmRlbS10ZXN0LWtleQ==";
        std::ofstream(root() / "oauth2.conf")
            << "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=" << here << "/keys/\n"
            << "username_attribute = sub\n";
        run({"chmod", "-R", "a+rX", here});
        run({"chmod", "755", here});
    }

    static std::string id(const char* which) {
        const std::string command = std::string("id ") + which + " mail";
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
        std::array<char, 32> text{};
        if (!pipe || std::fgets(text.data(), text.size(), pipe.get()) == nullptr)
            throw std::runtime_error("no user mail");
        std::string out(text.data());
        if (out.ends_with('\n')) out.pop_back();
        return out;
    }

    bool start() {
        if (run({"dovecot", "-c", (root() / "dovecot.conf").string()}) != 0) return false;
        if (run({"postfix", "-c", (root() / "etc").string(), "start"}) != 0) return false;
        return tandem::test::becomes([this] { return std::ranges::all_of(ports_, tandem::test::listens); },
                                     std::chrono::seconds(60));
    }

    // Both are daemons of their own: they are ended by the pids that they wrote.
    void stop() const {
        for (const auto& file : {root() / "spool/pid/master.pid", root() / "dovecot/master.pid"}) {
            const pid_t pid = std::atoi(read(file).c_str());
            if (pid <= 1 || ::kill(pid, SIGTERM) != 0) continue;
            const auto gone = [pid] { return ::kill(pid, 0) != 0; };
            if (!tandem::test::becomes(gone, std::chrono::seconds(10)) && ::kill(pid, SIGKILL) == 0)
                tandem::test::becomes(gone, std::chrono::seconds(10));
            std::error_code ignored;
            std::filesystem::remove(file, ignored);
        }
    }

    const Options options_;
    tandem::test::TempDir folder_;
    std::array<std::uint16_t, 4> ports_{};  // SMTP, submission, submissions, SASL
};

}  // namespace tandem::smtp::test
