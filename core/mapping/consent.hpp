// Words by which people take their consent back or give it again: a message that is nothing but one of them. Judged for
// every pack alike, so that no pack has to. Private to the layer.
#pragma once

#include "core/data/arena.hpp"
#include "core/data/value.hpp"
#include "core/mapping/pack.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mapping {

// Settings that every pack with `receive` has, unless it declares them itself.
inline constexpr std::string_view kOptOutWords = "opt_out_words";
inline constexpr std::string_view kOptInWords = "opt_in_words";
SettingInfo consent_setting(std::string_view name);

class ConsentWords {
public:
    // Words that the settings name count in every channel. Without them the usual ones count in SMS, where they are law
    // or custom; elsewhere a word is a word.
    explicit ConsentWords(const Settings& settings);

    // True: granted, false: withdrawn.
    std::optional<bool> judge(std::string_view channel, std::string_view text) const;

    // `snapshot`, with a consent event beside a message of the customer that is such a word. A snapshot that has a
    // consent event stays: the vendor knows better. Memory comes from `arena`.
    data::Value add_event(data::Value snapshot, data::Arena& arena) const;

private:
    std::optional<std::vector<std::string>> opt_out_;
    std::optional<std::vector<std::string>> opt_in_;
    std::size_t longest_ = 0;  // bytes; most messages are longer than any word
};

}  // namespace tandem::mapping
