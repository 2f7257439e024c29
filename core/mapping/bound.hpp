// A pack with the settings of one instance, and what receiving and mapping share. Private to the layer.
#pragma once

#include "core/data/arena.hpp"
#include "core/data/value.hpp"
#include "core/mapping/consent.hpp"
#include "core/mapping/functions.hpp"
#include "core/mapping/pack.hpp"
#include "core/mapping/program.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tandem::mapping {

struct BoundPack::State {
    std::shared_ptr<const Pack> pack;
    Settings settings;
    std::string instance;
    std::string region;
    std::string callback_url;    // where the vendor reaches this instance; empty: not known
    data::Value settings_value;  // $settings, in settings.arena
    FunctionHost host;
    std::optional<ConsentWords> consent;

    const Program& program() const { return pack->program(); }
    std::span<const Secret> secrets(std::string_view setting) const;
};

// What $request is made from, before and after the event was stored.
struct RequestSource {
    std::string_view method;
    std::string_view url;
    std::span<const data::Member> headers;  // lower-case name: text
    std::string_view content_type;
    Instant received_at{};
    std::string_view poll{};  // whose page it is; empty: the vendor posted it
    data::Value page{};       // $page of its request
};

// {method, url, ...} with the members of `mask` only.
data::Value request_value(const RequestSource& source, RequestMembers mask, data::Arena& arena);

// The document of a body; of a GET request without body its query string. ErrorKind::Corrupt with the position.
// `charset` is that of bodies that name none.
Result<data::Value> decode_body(const Program& program,
                                std::string_view method,
                                std::string_view url,
                                std::string_view content_type,
                                std::string_view body,
                                std::string_view charset,
                                data::Arena& arena);

// Storage for the values of one evaluation with the fixed names set.
Frame make_frame(const BoundPack::State& state, data::Value body, data::Value request, data::Arena& arena);

}  // namespace tandem::mapping
