// A real Prosody as a child process: its own folder, configuration, certificate and free loopback ports; started and
// stopped by this object, as root and as anybody else.
#pragma once

#include "tests/support/certificate.hpp"
#include "tests/support/temp_dir.hpp"

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace tandem::xmpp::test {

inline int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return fd;
    ::close(fd);
    return -1;
}

// A listening socket on a port that nobody uses.
inline std::pair<int, std::uint16_t> listen_anywhere() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 8) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no port");
    return {fd, ntohs(address.sin_port)};
}

struct ProsodyOptions {
    bool archive = true;
    bool management = true;  // XEP-0198
    int hibernation = 300;   // seconds
};

class Prosody {
public:
    using Options = ProsodyOptions;

    explicit Prosody(Options options = {}) : options_(options) {
        tandem::test::write_certificate(certificate(), folder_.path() / "key.pem", "localhost", "DNS:localhost");
        // Ports are free when they are looked for; somebody may be faster.
        for (int attempt = 0; attempt < 5; ++attempt) {
            choose_ports();
            write_config();
            start();
            if (ready()) return;
            stop(SIGKILL);
        }
        throw std::runtime_error("Prosody does not start: " + log());
    }
    ~Prosody() { stop(SIGTERM); }
    Prosody(const Prosody&) = delete;
    Prosody& operator=(const Prosody&) = delete;

    std::uint16_t port() const { return ports_[0]; }
    std::uint16_t direct_tls_port() const { return ports_[1]; }
    std::uint16_t component_port() const { return ports_[2]; }
    std::filesystem::path certificate() const { return folder_.path() / "cert.pem"; }
    std::string log() const {
        std::ifstream in(folder_.path() / "prosody.log");
        return {std::istreambuf_iterator<char>(in), {}};
    }

    // The same server again, with what it had stored.
    void restart(int signal = SIGTERM) {
        stop(signal);
        start();
        if (!ready()) throw std::runtime_error("Prosody does not come back: " + log());
    }
    // The same, but it no longer knows how far it had got in sessions that are gone.
    void restart_forgetful() {
        stop(SIGTERM);
        std::filesystem::remove_all(folder_.path() / "data/localhost/smacks_h");
        start();
        if (!ready()) throw std::runtime_error("Prosody does not come back: " + log());
    }

private:
    void choose_ports() {
        std::array<int, 3> sockets{};
        for (std::size_t i = 0; i < ports_.size(); ++i)
            std::tie(sockets[i], ports_[i]) = listen_anywhere();
        for (const int fd : sockets)
            ::close(fd);
    }

    void write_config() const {
        const std::string folder = folder_.path().string();
        std::filesystem::create_directories(folder_.path() / "data/localhost/accounts");
        for (const char* user : {"agent", "visitor"})
            std::ofstream(folder_.path() / "data/localhost/accounts" / (std::string(user) + ".dat"))
                << "return { [\"password\"] = \"" << user << "-pw\"; };\n";
        std::ofstream out(folder_.path() / "prosody.cfg.lua");
        out << "run_as_root = true\ndaemonize = false\npidfile = \"" << folder << "/prosody.pid\"\ndata_path = \""
            << folder << "/data\"\nlog = { info = \"" << folder << "/prosody.log\" }\n"
            << "modules_enabled = { \"roster\", \"saslauth\", \"tls\", \"disco\", \"carbons\", \"ping\", \"presence\", "
               "\"message\", \"iq\", \"offline\", \"c2s\""
            << (options_.management ? ", \"smacks\"" : "") << (options_.archive ? ", \"mam\"" : "") << " }\n"
            << "modules_disabled = { \"s2s\" }\nauthentication = \"internal_plain\"\nstorage = \"internal\"\n"
            << "c2s_require_encryption = false\nallow_unencrypted_plain_auth = true\n"
            << "default_archive_policy = true\narchive_expires_after = \"never\"\n"
            << "smacks_hibernation_time = " << options_.hibernation << "\ninterfaces = { \"127.0.0.1\" }\n"
            << "c2s_ports = { " << ports_[0] << " }\nc2s_direct_tls_ports = { " << ports_[1]
            << " }\ncomponent_ports = { " << ports_[2] << " }\ncomponent_interfaces = { \"127.0.0.1\" }\n"
            << "c2s_direct_tls_ssl = { certificate = \"" << folder << "/cert.pem\"; key = \"" << folder
            << "/key.pem\" }\n"
            << "VirtualHost \"localhost\"\n  ssl = { certificate = \"" << folder << "/cert.pem\"; key = \"" << folder
            << "/key.pem\" }\nComponent \"bot.localhost\"\n  component_secret = \"component-pw\"\n";
    }

    void start() {
        std::string config = (folder_.path() / "prosody.cfg.lua").string();
        std::string output = (folder_.path() / "output.txt").string();
        std::array<std::string, 4> words = {"prosody", "--config", config, "-F"};
        std::array<char*, 5> arguments{};
        for (std::size_t i = 0; i < words.size(); ++i)
            arguments[i] = words[i].data();
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
        const int failed = ::posix_spawnp(&pid_, "prosody", &actions, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        if (failed != 0) throw std::runtime_error("no Prosody: run tools/setup");
    }

    bool ready() const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        for (std::size_t i = 0; i < ports_.size();) {
            if (const int fd = connect_to(ports_[i]); fd >= 0) {
                ::close(fd);
                ++i;
                continue;
            }
            if (std::chrono::steady_clock::now() > deadline || ::waitpid(pid_, nullptr, WNOHANG) != 0) return false;
            std::this_thread::yield();
        }
        return true;
    }

    void stop(int signal) {
        if (pid_ <= 0) return;
        ::kill(pid_, signal);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
            if (std::chrono::steady_clock::now() > deadline) ::kill(pid_, SIGKILL);
            std::this_thread::yield();
        }
        pid_ = -1;
    }

    const Options options_;
    tandem::test::TempDir folder_;
    std::array<std::uint16_t, 3> ports_{};
    pid_t pid_ = -1;
};

}  // namespace tandem::xmpp::test
