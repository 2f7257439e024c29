// A program as a child of the test: what it writes goes into a file, and it is ended by its own pid.
#pragma once

#include "tests/support/becomes.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tandem::test {

// `output`: its standard output and errors are appended there. Throws when there is no such program.
inline pid_t spawn_program(std::vector<std::string> words,
                           const std::filesystem::path& output,
                           bool own_group = false) {
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    if (own_group) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    pid_t pid = -1;
    const int failed = ::posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error("no " + words[0] + ": run tools/setup");
    return pid;
}

// Waits for its end. The exit status; -1 when a signal ended it.
inline int run_program(std::vector<std::string> words, const std::filesystem::path& output) {
    const pid_t pid = spawn_program(std::move(words), output);
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid) throw std::runtime_error("a program is lost");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A server that runs until it is stopped, and again after that.
class ChildProcess {
public:
    // Whether the processes that it makes are killed with it.
    enum class Family { No, Yes };

    explicit ChildProcess(Family family) : own_group_(family == Family::Yes) {}
    ~ChildProcess() { stop(SIGTERM); }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    // False when it ended before it was ready, or was not ready within half a minute; then it is killed.
    template <class Ready>
    bool start(std::vector<std::string> words, const std::filesystem::path& output, Ready ready) {
        pid_ = spawn_program(std::move(words), output, own_group_);
        if (becomes([&] { return ended() || ready(); }, std::chrono::seconds(30)) && !ended()) return true;
        stop(SIGKILL);
        return false;
    }
    // SIGKILL follows when it is still there after ten seconds.
    void stop(int signal) {
        if (pid_ <= 0) return;
        ::kill(signal == SIGKILL ? everybody() : pid_, signal);
        if (becomes([&] { return ended(); }, std::chrono::seconds(10))) return;
        ::kill(everybody(), SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        forget();
    }

private:
    bool ended() {
        if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) != 0) forget();
        return pid_ <= 0;
    }
    // Its children would serve on without it.
    void forget() {
        if (own_group_) ::kill(-pid_, SIGKILL);
        pid_ = -1;
    }
    pid_t everybody() const { return own_group_ ? -pid_ : pid_; }

    const bool own_group_;
    pid_t pid_ = -1;
};

}  // namespace tandem::test
