// Structured log: constant message, varying data as fields, a level that means something (docs/architecture.md). log.cpp
// is the only user of spdlog. Values of fields that look like numbers of persons are redacted above trace (redact.hpp).
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::obs {

enum class Level { Trace, Debug, Info, Warn, Error };

struct Field {
    std::string_view name;
    std::string value;
};

// Cheap to copy; thread-safe. Carries fields that every line gets (instance, connector ...).
class Log {
public:
    Log();  // discards everything: for tests and pure code
    static Log to_stderr(Level level, bool json);

    Log with(std::initializer_list<Field> fields) const;

    void error(std::string_view message, std::initializer_list<Field> fields = {}) const;
    void warn(std::string_view message, std::initializer_list<Field> fields = {}) const;
    void info(std::string_view message, std::initializer_list<Field> fields = {}) const;
    void debug(std::string_view message, std::initializer_list<Field> fields = {}) const;
    void trace(std::string_view message, std::initializer_list<Field> fields = {}) const;
    bool enabled(Level level) const;

private:
    struct Sink;
    std::shared_ptr<Sink> sink_;
    std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace tandem::obs
