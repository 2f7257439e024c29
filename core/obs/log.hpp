// Structured log: constant message, varying data as fields, a level that means something (docs/architecture.md).
// log.cpp is the only user of spdlog. Secrets are never shown, telephone numbers and mailboxes at trace only
// (redact.hpp). From info up, a message that one instance repeats more than 20 times in 10 s is held back and its count
// told afterwards.
//
//   error: data lost or a human must act   warn: degraded, goes on   info: life cycle   debug: per connection
//   trace: per message
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::obs {

enum class Level { Trace, Debug, Info, Warn, Error };
std::optional<Level> parse_level(std::string_view word);  // trace, debug, info, warn, error

struct Field {
    std::string_view name;
    std::string value;
};

// Cheap to copy; thread-safe. Carries fields that every line gets (instance, connector ...).
class Log {
public:
    Log();  // discards everything: for tests and pure code
    // Lines of text, coloured on a terminal, or of JSON: {"time":…,"level":…,"message":…, fields}.
    static Log to_stderr(Level level, bool json);
    // Lines go, without line end, to `write`, which is called under a lock and must not log.
    static Log to(std::function<void(std::string_view line)> write, Level level, bool json);

    Log with(std::initializer_list<Field> fields) const;

    void error(std::string_view message, std::initializer_list<Field> fields = {}) const;
    void warn(std::string_view message, std::initializer_list<Field> fields = {}) const;
    void info(std::string_view message, std::initializer_list<Field> fields = {}) const;
    void debug(std::string_view message, std::initializer_list<Field> fields = {}) const;
    void trace(std::string_view message, std::initializer_list<Field> fields = {}) const;
    bool enabled(Level level) const;

private:
    struct Sink;
    void write(Level level, std::string_view message, std::initializer_list<Field> fields) const;

    std::shared_ptr<Sink> sink_;
    std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace tandem::obs
