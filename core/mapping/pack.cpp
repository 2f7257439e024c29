#include "core/mapping/pack.hpp"

#include "core/mapping/compiler.hpp"
#include "core/mapping/keys.hpp"
#include "core/mapping/program.hpp"

#include <cstdlib>

namespace tandem::mapping {

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::Accepted:
            return "accepted";
        case Verdict::Ignored:
            return "ignored";
        case Verdict::Rejected:
            return "rejected";
    }
    std::abort();
}

std::shared_ptr<const Pack> Pack::compile(const config::Node& root, config::Diagnostics& diagnostics) {
    config::Diagnostics own;
    auto program = std::make_shared<Program>();
    if (check_keys(root, kPackKeys, own)) Compiler(*program, own).pack(root);
    diagnostics.append(own);
    if (own.has_errors()) return nullptr;
    return std::make_shared<const Pack>(std::move(program));
}

const std::string& Pack::name() const {
    return program_->name;
}
int Pack::version() const {
    return program_->version;
}
const std::string& Pack::title() const {
    return program_->title;
}
const std::vector<SettingInfo>& Pack::settings() const {
    return program_->settings;
}
const std::vector<std::string>& Pack::methods() const {
    return program_->methods;
}

}  // namespace tandem::mapping
