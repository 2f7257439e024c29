// Implementations behind the table in functions.cpp. Private to the layer.
#pragma once

#include "core/expr/functions_call.hpp"

#include <string>
#include <string_view>

namespace tandem::mapping {

// functions_time.cpp
expr::Outcome time_function(expr::Call& call);
expr::Outcome unix_function(expr::Call& call);

// functions_text.cpp
expr::Outcome html_text_function(expr::Call& call);
expr::Outcome json_function(expr::Call& call);
expr::Outcome digits_function(expr::Call& call);
expr::Outcome url_query_function(expr::Call& call);
expr::Outcome numbered_function(expr::Call& call);
expr::Outcome sha256_function(expr::Call& call);
expr::Outcome uuid5_function(expr::Call& call);
expr::Outcome coalesce_function(expr::Call& call);

// functions_codec.cpp
expr::Outcome base64_function(expr::Call& call);
expr::Outcome base64_text_function(expr::Call& call);
expr::Outcome geo_function(expr::Call& call);
expr::Outcome pick_function(expr::Call& call);
expr::Outcome gsm_text_function(expr::Call& call);
expr::Outcome hex_text_function(expr::Call& call);
expr::Outcome text_hex_function(expr::Call& call);
expr::Outcome uri_component_function(expr::Call& call);

// functions_regex.cpp
expr::Outcome regex_match_function(expr::Call& call);
expr::Outcome regex_capture_function(expr::Call& call);
expr::Outcome regex_replace_function(expr::Call& call);

// functions_host.cpp: those that look at FunctionHost
expr::Outcome lookup_function(expr::Call& call);
expr::Outcome secret_equals_function(expr::Call& call);
expr::Outcome secret_function(expr::Call& call);
expr::Outcome has_secret_function(expr::Call& call);
expr::Outcome signature_function(expr::Call& call);
expr::Outcome phone_function(expr::Call& call);
expr::Outcome mailbox_function(expr::Call& call);
expr::Outcome mailbox_in_function(expr::Call& call);
expr::Outcome sms_address_function(expr::Call& call);

// html.cpp: the readable text of an HTML fragment: tags dropped, block ends as line breaks, entities decoded, white
// space collapsed.
std::string html_to_text(std::string_view html);

}  // namespace tandem::mapping
