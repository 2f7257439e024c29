// Options of the smpp connector, written under `options:` of a connector entry.
#pragma once

#include "connectors/smpp/alphabet.hpp"
#include "connectors/smpp/message_id.hpp"
#include "connectors/smpp/segment.hpp"
#include "connectors/smpp/session.hpp"
#include "core/config/fields.hpp"
#include "core/net/link.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tandem::smpp {

// Alphabets for sending; Standard is the one that data_coding 0 means.
enum class Sending { Standard, Latin1, Ucs2 };

constexpr Alphabet alphabet_of(Sending sending, Alphabet standard) {
    return sending == Sending::Standard ? standard : sending == Sending::Latin1 ? Alphabet::Latin1 : Alphabet::Ucs2;
}

enum class WhenFull { Refuse, Hold };

struct Config {
    std::string host;
    std::int64_t port = 2775;
    bool tls = false;
    std::filesystem::path tls_ca;  // empty: the system's
    std::string tls_name;          // empty: host
    std::string system_id;
    std::string account;  // empty: the instance's name
    Secret password;
    std::string system_type;
    BindMode bind = BindMode::Transceiver;
    std::int64_t window = 10;
    std::chrono::milliseconds enquire_link{30'000};
    std::chrono::milliseconds enquire_limit{10'000};
    std::chrono::milliseconds response_timeout{30'000};
    std::chrono::milliseconds throttle_backoff{1'000};
    std::chrono::milliseconds reconnect_first{10'000};
    std::chrono::milliseconds reconnect_limit{120'000};

    Alphabet default_alphabet = Alphabet::Gsm7;
    Alphabet fallback_alphabet = Alphabet::Latin1;
    bool packed = false;
    std::vector<Sending> alphabets{Sending::Standard, Sending::Ucs2};
    Concat long_messages = Concat::Udh8;
    IdForm message_id = IdForm::Text;
    bool receipts = true;
    bool user_reference = true;
    std::string service_type;
    std::string source_address;
    std::int64_t source_ton = -1;  // -1: by the look of the address
    std::int64_t source_npi = -1;

    std::chrono::milliseconds reassembly_timeout{600'000};
    std::int64_t max_open_messages = 1'000;
    WhenFull when_full = WhenFull::Refuse;
};

const config::Fields<Config>& config_fields();

// Reads the options of an instance; `account` is then never empty.
Config read_config(const config::Node& options, const std::string& instance, config::Diagnostics& diagnostics);

// Of the centre's message ids, which receipts refer to.
inline std::string name_space(const Config& config) {
    return "smpp:" + config.account;
}

SessionOptions session_options(const Config& config);

// nullptr without TLS. Blocks on the disk. Failure: Config, the file of authorities cannot be read.
Result<net::TlsContext> tls_context(const Config& config);
net::LinkTarget link_target(const Config& config, net::TlsContext tls);

}  // namespace tandem::smpp
