#include "connectors/avaya_smdr/config.hpp"

#include <chrono>

namespace tandem::avaya_smdr {

using avaya_records::LineOptions;
using avaya_records::of;
using namespace std::chrono_literals;

const config::Fields<Config>& config_fields() {
    static const auto fields = [] {
        config::Fields<Config> out;
        out.choice<bool>("mode", of<Config>(&LineOptions::connects), {{"connect", true}, {"listen", false}},
                         "connect: the IP Office listens (its SMDR address is 0.0.0.0) and we go to it. listen: its "
                         "SMDR address is ours.")
            .required()
            .field("address", of<Config>(&LineOptions::address),
                   "connect: the IP Office, as 192.0.2.20:1150. listen: where we listen, as 0.0.0.0:1150. There is no "
                   "usual port.")
            .required();
        avaya_records::add_listener_fields(out);
        out.field("connect_limit", of<Config>(&LineOptions::connect_limit), "How long connecting may take.")
            .range(100ms, 1min);
        avaya_records::add_record_fields(out);
        return out;
    }();
    return fields;
}

Config read_config(const config::Node& options, config::Diagnostics& diagnostics) {
    Config config = config_fields().read(options, diagnostics);
    const auto wrong = [&](std::string_view key, std::string text) {
        const auto at = options.get(key);
        diagnostics.error(at.position(), at.path(), std::move(text));
    };
    for (const std::string_view key : {"peers", "connections"}) {
        if (config.connects && options.get(key)) wrong(key, "has no meaning with `mode: connect`");
    }
    if (config.connects && options.get("address") && (config.address.host.empty() || config.address.port == 0))
        wrong("address", "name the IP Office and its port, as 192.0.2.20:1150");
    if (!config.connects && !config.address.host.empty() && !config::is_network_address(config.address.host))
        wrong("address", "is no address of this machine: write it in numbers");
    return config;
}

BookOptions book_options(const Config& config) {
    return {.zone = Zone::find(config.zone).value_or(Zone()),
            .shelf = {.hold = config.hold, .unfinished = config.unfinished},
            .mask_account = config.mask_account};
}

}  // namespace tandem::avaya_smdr
