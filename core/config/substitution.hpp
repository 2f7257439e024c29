// ${env:NAME} and ${file:path} in the leaves of a tree that has been read: what is put in is text and never syntax.
#pragma once

#include "core/base/result.hpp"
#include "core/config/diagnostics.hpp"
#include "core/config/node.hpp"

#include <functional>
#include <optional>
#include <string>

namespace tandem::config {

// Where references look. Both may be called from any thread that substitutes.
struct Environment {
    std::function<std::optional<std::string>(const std::string& name)> variable;
    std::function<Result<std::string>(const std::string& path)> file;

    // The variables and files of this process.
    static Environment of_process();
};

// The tree with every reference replaced; `$${` stands for `${`. Keys are left alone. Relative paths of files begin at
// the folder of the tree's file; one line end at the end of a file is cut. A variable or file that is missing, a file
// above 64 KiB, an unknown kind of reference and one without end are diagnostics; the leaf is then unresolved() and
// keeps its text.
Node substitute(const Node& node, const Environment& environment, Diagnostics& diagnostics);

}  // namespace tandem::config
