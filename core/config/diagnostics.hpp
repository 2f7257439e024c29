// Findings about what a user wrote, with position: shown by `check`, `map`, `test` and at start.
#pragma once

#include <string>
#include <vector>

namespace tandem::config {

struct Position {
    std::string file;
    int line = 0;  // 1-based; 0 if unknown
    int column = 0;
};

enum class Severity { Error, Warning };

struct Diagnostic {
    Severity severity = Severity::Error;
    Position position;
    std::string path;  // "connectors[0].settings.auth_token"
    std::string text;  // a sentence; may end with "did you mean 'x'?"
};

// file:line:column: error: path: text
std::string to_text(const Diagnostic& diagnostic);

class Diagnostics {
public:
    void error(Position position, std::string path, std::string text);
    void warning(Position position, std::string path, std::string text);
    bool has_errors() const;
    const std::vector<Diagnostic>& all() const { return all_; }
    void append(const Diagnostics& other);
    void sort();                  // by file and position, for people who work through the list
    std::string to_text() const;  // one line each

private:
    std::vector<Diagnostic> all_;
};

}  // namespace tandem::config
