// Where packs come from: a file the user names, the user's own folder, the ones built into the binary (in this order).
#pragma once

#include "core/config/diagnostics.hpp"
#include "core/mapping/pack.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::tool {

struct PackText {
    std::string name;
    std::string file;  // shown in diagnostics; "built-in: sms/twilio.yaml"
    std::string text;
    std::optional<std::string> tests;  // of the file beside it
    std::string tests_file;
};

class PackLibrary {
public:
    // `folder` may be empty; a folder that does not exist holds no packs.
    explicit PackLibrary(std::filesystem::path folder);

    std::vector<std::string> names() const;

    // A pack by name or, when `name` ends in .yaml or holds a '/', by file. Failure: NotFound with "did you mean".
    Result<PackText> find(const std::string& name) const;

    // Finds and compiles; nullptr with diagnostics when either fails. `where` is the position of the reference, for
    // "no such pack".
    std::shared_ptr<const mapping::Pack> load(const std::string& name,
                                              const config::Position& where,
                                              config::Diagnostics& diagnostics,
                                              const std::string& path = "pack") const;

private:
    std::filesystem::path folder_;
};

}  // namespace tandem::tool
