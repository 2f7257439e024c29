// A real Prosody as a child process: its own folder, configuration, certificate and free loopback ports; started and
// stopped by this object, as root and as anybody else.
#pragma once

#include "tests/support/certificate.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace tandem::xmpp::test {

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
        const bool started = tandem::test::start_on_free_ports(ports_, [this] {
            write_config();
            return start();
        });
        if (!started) throw std::runtime_error("Prosody does not start: " + log());
    }

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
        process_.stop(signal);
        if (!start()) throw std::runtime_error("Prosody does not come back: " + log());
    }
    // The same, but it no longer knows how far it had got in sessions that are gone.
    void restart_forgetful() {
        process_.stop(SIGTERM);
        std::filesystem::remove_all(folder_.path() / "data/localhost/smacks_h");
        if (!start()) throw std::runtime_error("Prosody does not come back: " + log());
    }

private:
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

    bool start() {
        return process_.start({"prosody", "--config", (folder_.path() / "prosody.cfg.lua").string(), "-F"},
                              folder_.path() / "output.txt",
                              [this] { return std::ranges::all_of(ports_, tandem::test::listens); });
    }

    const Options options_;
    tandem::test::TempDir folder_;
    std::array<std::uint16_t, 3> ports_{};
    tandem::test::ChildProcess process_{tandem::test::ChildProcess::Family::No};
};

}  // namespace tandem::xmpp::test
