// The shared message-centre simulator (fixtures/sms/servers/smsc.js) as a child process on free loopback ports, started
// and stopped by this object. It needs Node and the npm packages in peer/ (tools/setup).
#pragma once

#include "core/data/json.hpp"
#include "tests/support/becomes.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/socket.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tandem::smpp::test {

class Smsc {
public:
    // nullptr after a plain message when there are no fixtures.
    static std::unique_ptr<Smsc> start(std::vector<std::string> options = {}) {
        const auto folder = testing::fixtures("sms");
        if (!folder) return nullptr;
        const std::filesystem::path modules = TANDEM_SOURCE_DIR "/tests/connectors/smpp/peer/node_modules";
        if (!std::filesystem::exists(modules / "smpp"))
            throw std::runtime_error("run tools/setup: no npm package smpp");
        return std::unique_ptr<Smsc>(new Smsc(*folder / "servers/smsc.js", modules, std::move(options)));
    }
    ~Smsc() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ::close(output_);
    }
    Smsc(const Smsc&) = delete;
    Smsc& operator=(const Smsc&) = delete;

    std::uint16_t port() const { return smpp_port_; }

    // A request to the control port; the answer is valid until the next one.
    data::Value post(const std::string& path, const std::string& json = "{}") {
        return talk(tandem::test::post(path, json, "Connection: close\r\n"));
    }
    data::Value get(const std::string& path) {
        return talk("GET " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    }
    std::int64_t count(const char* name) { return get("/state").get("stats").get(name).as_int(); }

    bool becomes(const std::function<bool(Smsc&)>& condition) {
        return tandem::test::becomes([&] { return condition(*this); });
    }

private:
    Smsc(const std::filesystem::path& script, const std::filesystem::path& modules, std::vector<std::string> options) {
        int pipe_ends[2];
        if (::pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        output_ = pipe_ends[0];
        options.insert(options.begin(), {"node", script.string()});
        options.insert(options.end(), {"--max-seconds", "120"});
        std::vector<char*> arguments;
        for (auto& option : options)
            arguments.push_back(option.data());
        arguments.push_back(nullptr);
        std::string node_path = "NODE_PATH=" + modules.string();
        std::string path = std::string("PATH=") + std::getenv("PATH");
        char* environment[] = {node_path.data(), path.data(), nullptr};
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
        const int failed = ::posix_spawnp(&pid_, "node", &actions, nullptr, arguments.data(), environment);
        posix_spawn_file_actions_destroy(&actions);
        ::close(pipe_ends[1]);
        if (failed != 0) throw std::runtime_error("node does not start");
        const auto ready = data::parse_json(first_line(), arena_);
        if (!ready || !ready->get("ready").is_bool()) throw std::runtime_error("the simulator is not ready");
        smpp_port_ = static_cast<std::uint16_t>(ready->get("smpp").as_int());
        http_port_ = static_cast<std::uint16_t>(ready->get("http").as_int());
    }

    std::string first_line() const {
        std::string line;
        while (!line.ends_with('\n')) {
            pollfd wait{output_, POLLIN, 0};
            char octet = 0;
            if (::poll(&wait, 1, 20'000) <= 0 || ::read(output_, &octet, 1) != 1)
                throw std::runtime_error("the simulator says nothing");
            line += octet;
        }
        return line;
    }

    data::Value talk(const std::string& request) {
        tandem::test::Socket socket(http_port_);
        socket.send(request);
        const auto answer = socket.read_answer();
        if (!answer || answer->status != 200) throw std::runtime_error("the control port refuses " + request);
        arena_.reset();
        body_ = answer->body;
        return data::parse_json(body_, arena_).value_or(data::Value());
    }

    pid_t pid_ = -1;
    int output_ = -1;
    std::uint16_t smpp_port_ = 0;
    std::uint16_t http_port_ = 0;
    std::string body_;
    data::Arena arena_;
};

}  // namespace tandem::smpp::test
