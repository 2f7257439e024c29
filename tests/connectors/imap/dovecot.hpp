// A real Dovecot as a child process: its own folder, configuration, certificate and free loopback ports; started and
// stopped by this object, as root and as anybody else. Every name may log in with the password "secret".
#pragma once

#include "core/base/crypto.hpp"
#include "core/base/text.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/temp_dir.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <iterator>
#include <pwd.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <vector>

namespace tandem::imap::test {

// Last number of the loopback address, which decides what the server announces.
enum class Server : std::uint8_t {
    Rich = 1,     // everything that Dovecot has
    Poor = 2,     // IMAP4rev1 alone
    Middling = 3  // IDLE, but neither NOTIFY, CONDSTORE, ESEARCH nor SPECIAL-USE
};

inline std::string address_of(Server server) {
    return "127.0.0." + std::to_string(static_cast<int>(server));
}

class Dovecot {
public:
    Dovecot() {
        tandem::test::write_certificate(certificate(), folder_.path() / "key.pem", "localhost",
                                        "DNS:localhost,IP:127.0.0.1,IP:127.0.0.2,IP:127.0.0.3");
        std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
        std::filesystem::create_directories(folder_.path() / "mail");
        if (const passwd* mail = ::geteuid() == 0 ? ::getpwnam("mail") : nullptr) {
            uid_ = mail->pw_uid;
            gid_ = mail->pw_gid;
            if (::chown((folder_.path() / "mail").c_str(), uid_, gid_) != 0) throw std::runtime_error("chown");
        }
        std::filesystem::create_directories(folder_.path() / "keys/default/HS256");
        std::ofstream(folder_.path() / "keys/default/HS256/default") << base64(kTokenKey);
        const bool started = tandem::test::start_on_free_ports(ports_, [this] {
            write_config();
            return start();
        });
        if (!started) throw std::runtime_error("Dovecot does not start: " + log());
    }

    std::uint16_t port() const { return ports_[0]; }  // with STARTTLS
    std::uint16_t tls_port() const { return ports_[1]; }
    std::filesystem::path certificate() const { return folder_.path() / "cert.pem"; }
    std::filesystem::path maildir(const std::string& user) const { return folder_.path() / "mail" / user / "Maildir"; }
    std::string log() const {
        std::ifstream in(folder_.path() / "dovecot.log");
        return {std::istreambuf_iterator<char>(in), {}};
    }

    // A lock that one of its processes held would be believed for two minutes.
    void kill() {
        process_.stop(SIGKILL);
        std::vector<std::filesystem::path> locks;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path()))
            if (entry.path().extension() == ".lock") locks.push_back(entry.path());
        for (const auto& lock : locks)
            std::filesystem::remove(lock);
    }
    // The same server again, with what it had stored.
    void start_again() {
        if (!start()) throw std::runtime_error("Dovecot does not come back: " + log());
    }
    void doveadm(std::vector<std::string> words) const {
        words.insert(words.begin(), {"doveadm", "-c", (folder_.path() / "dovecot.conf").string()});
        if (tandem::test::run_program(words, folder_.path() / "doveadm.txt") != 0)
            throw std::runtime_error("doveadm failed: " + words[3]);
    }

    // A token of OAuth2 (JWT, HS256) that this server takes.
    static std::string token(const std::string& user, std::chrono::seconds lifetime = std::chrono::hours(1)) {
        const auto now =
            std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
        const std::string text =
            base64url(R"({"typ":"JWT","alg":"HS256"})") + "." +
            base64url(R"({"sub":")" + user + R"(","iss":"test","scope":"mail","iat":)" +
                      std::to_string(now.count() - 60) + R"(,"nbf":)" + std::to_string(now.count() - 60) +
                      R"(,"exp":)" + std::to_string((now + lifetime).count()) + "}");
        const auto mac = hmac_sha256(kTokenKey, text);
        return text + "." + base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
    }

private:
    static constexpr std::string_view kTokenKey = "a-key-for-the-tests-of-this-connector";

    void write_config() const {
        const std::string folder = folder_.path().string();
        const passwd* me = ::getpwuid(::geteuid());
        const group* mine = ::getgrgid(::getegid());
        const std::string name = me == nullptr ? "nobody" : me->pw_name;
        const bool root = ::geteuid() == 0;
        std::ofstream(folder + "/oauth2.conf") << "introspection_mode = local\nlocal_validation_key_dict = "
                                                  "fs:posix:prefix="
                                               << folder
                                               << "/keys/\nusername_attribute = sub\n"
                                                  "scope = mail\nopenid_configuration_url = "
                                                  "https://login.example.test/.well-known/openid-configuration\n";
        std::ofstream out(folder + "/dovecot.conf");
        out << "base_dir = " << folder << "/run\nstate_dir = " << folder << "/state\nlog_path = " << folder
            << "/dovecot.log\ninstance_name = tandem-test\nprotocols = imap\n"
            << "listen = 127.0.0.1\nshutdown_clients = yes\nssl = yes\nssl_cert = <" << folder
            << "/cert.pem\nssl_key = <" << folder << "/key.pem\ndisable_plaintext_auth = no\n";
        if (!root) {
            out << "default_internal_user = " << name << "\ndefault_login_user = " << name
                << "\ndefault_internal_group = " << (mine == nullptr ? "nogroup" : mine->gr_name) << "\n";
        }
        const std::string addresses = "address = 127.0.0.1, 127.0.0.2, 127.0.0.3\n";
        out << "auth_failure_delay = 0\nservice anvil {\nchroot =\nunix_listener anvil-auth-penalty {\nmode = 0\n}\n}\n"
            << "service imap-login {\nchroot =\nservice_count = 0\nclient_limit = 4096\n"
            << "process_limit = 2\ninet_listener imap {\n"
            << addresses << "port = " << ports_[0] << "\n}\ninet_listener imaps {\n"
            << addresses << "port = " << ports_[1] << "\nssl = yes\n}\n}\n"
            << "service imap {\nprocess_limit = 4096\n}\n"
            << "service stats {\nunix_listener stats-writer {\nmode = 0666\n}\n}\n"
            << "auth_mechanisms = plain login scram-sha-256 xoauth2 oauthbearer\n"
            << "passdb {\ndriver = oauth2\nmechanisms = xoauth2 oauthbearer\nargs = " << folder << "/oauth2.conf\n}\n"
            << "passdb {\ndriver = static\nargs = password=secret\n}\n"
            << "userdb {\ndriver = static\nargs = uid=" << uid_ << " gid=" << gid_ << " home=" << folder
            << "/mail/%u allow_all_users=yes\n}\nfirst_valid_uid = 1\nfirst_valid_gid = 0\n"
            << "mail_location = maildir:" << folder << "/mail/%u/Maildir\nmail_fsync = never\n"
            << "mailbox_list_index = yes\nmailbox_idle_check_interval = 1 secs\nmail_max_userip_connections = 5000\n"
            << "namespace inbox {\ninbox = yes\nseparator = /\n"
            << "mailbox Drafts {\nspecial_use = \\Drafts\nauto = create\n}\n"
            << "mailbox Sent {\nspecial_use = \\Sent\nauto = create\n}\n"
            << "mailbox Junk {\nspecial_use = \\Junk\nauto = create\n}\n"
            << "mailbox Trash {\nspecial_use = \\Trash\nauto = create\n}\n}\n"
            << "local 127.0.0.2 {\nprotocol imap {\nimap_capability = IMAP4rev1\n}\n}\n"
            << "local 127.0.0.3 {\nprotocol imap {\nimap_capability = IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE "
               "NAMESPACE UIDPLUS UNSELECT\n}\n}\n";
    }

    bool start() {
        // The last one's socket files would keep this one from starting.
        std::filesystem::remove_all(folder_.path() / "run");
        const char* program = ::access("/usr/sbin/dovecot", X_OK) == 0 ? "/usr/sbin/dovecot" : "dovecot";
        return process_.start({program, "-F", "-c", (folder_.path() / "dovecot.conf").string()},
                              folder_.path() / "output.txt", [this] { return greets(); });
    }

    // The login process answers before the rest is there: only the greeting counts.
    bool greets() const {
        const int fd = tandem::test::connect_to(ports_[0]);
        if (fd < 0) return false;
        const timeval limit{10, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        char greeting[4] = {};
        const auto size = ::recv(fd, greeting, sizeof(greeting), MSG_WAITALL);
        ::close(fd);
        return size == 4 && std::string_view(greeting, 4) == "* OK";
    }

    tandem::test::TempDir folder_;
    std::array<std::uint16_t, 2> ports_{};
    uid_t uid_ = ::geteuid();
    gid_t gid_ = ::getegid();
    tandem::test::ChildProcess process_{tandem::test::ChildProcess::Family::Yes};
};

}  // namespace tandem::imap::test
