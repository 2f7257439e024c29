#include "core/base/crypto.hpp"
#include "core/identity/point.hpp"
#include "core/mapping/functions.hpp"
#include "core/mapping/functions_impl.hpp"
#include "core/mapping/program.hpp"
#include "core/mapping/scalar_text.hpp"
#include "core/mapping/secret_mark.hpp"

#include <algorithm>

namespace tandem::mapping {

using data::Value;
using expr::Call;
using expr::Outcome;

Outcome lookup_function(Call& call) {
    const auto& host = call.host<FunctionHost>();
    const auto* table = host.program != nullptr ? host.program->find_table(call.text(0)) : nullptr;
    if (table == nullptr) return call.invalid_value(0, "there is no such table");
    const auto fallback = call.value_or_null(2);
    if (call.value(1).is_null()) return fallback;
    ScalarText key(call.value(1));
    const auto found = std::ranges::lower_bound(table->entries, key.view(), {}, &data::Member::key);
    return found != table->entries.end() && found->key == key.view() ? found->value : fallback;
}

Outcome secret_equals_function(Call& call) {
    const auto& host = call.host<FunctionHost>();
    if (host.secrets == nullptr || call.value(1).is_null()) return Value::boolean(false);
    const auto secrets = host.secrets->find(std::string(call.text(0)));
    if (secrets == host.secrets->end()) return Value::boolean(false);
    ScalarText given(call.value(1));
    bool any = false;
    for (const auto& secret : secrets->second)
        any |= constant_time_equal(given.view(), secret.reveal());
    return Value::boolean(any);
}

Outcome secret_function(Call& call) {
    std::string mark(1, kMarkBegin);
    mark.append(call.text(0)).push_back(kMarkEnd);
    return text_value(call, mark);
}

Outcome phone_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    ScalarText raw(call.value(0));
    auto phone = identity::normalise_phone(raw.view(), call.text(1, call.host<FunctionHost>().region));
    return phone ? text_value(call, phone->e164) : Value();
}

Outcome mailbox_function(Call& call) {
    if (call.value(0).is_null()) return Value();
    auto mailbox = identity::normalise_mailbox(call.text(0));
    return mailbox ? text_value(call, *mailbox) : Value();
}

}  // namespace tandem::mapping
