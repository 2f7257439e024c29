// What the tests beside a pack expect, compared with what came out. Private to the layer.
#pragma once

#include "core/base/error.hpp"
#include "core/config/node.hpp"
#include "core/data/arena.hpp"
#include "core/mapping/pack.hpp"
#include "core/mapping/send.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mapping {

// Each adds a sentence to `failures` for everything that is not as `expect` says.
using Failures = std::vector<std::string>;

// `records`, `ignored`, `errors`.
void compare_mapped(const config::Node& expect, const Mapped& mapped, Failures& failures, data::Arena& arena);

// `method`, `url`, `headers`, and the body as `body`, `json`, `form`, `xml`, `multipart`; `expect` may be Missing.
void compare_request(const config::Node& expect,
                     const OutgoingRequest& request,
                     Failures& failures,
                     data::Arena& arena);

// `error` (its kind), `code`, `reason`, `retry_after`. False when the rest of the answer is to be compared: no error
// was expected, and there is none.
bool compare_error(const config::Node& expect,
                   const std::optional<Error>& error,
                   const std::string& path,
                   Failures& failures);

void compare_text(std::string_view path, std::string_view expected, std::string_view actual, Failures& failures);

// A vendor's answer as it stands in a test: `status`, `headers`, `body` or `json`.
class TestAnswer {
public:
    explicit TestAnswer(const config::Node& node);
    VendorAnswer view() const;

private:
    int status_ = 200;
    std::vector<std::pair<std::string, std::string>> headers_;
    std::string body_;
};

}  // namespace tandem::mapping
