#include "connectors/avaya_dmcc/plan.hpp"

#include "core/base/text.hpp"
#include "core/config/file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

namespace tandem::avaya_dmcc {

namespace {

constexpr std::size_t kLongestExtension = 30;
constexpr std::size_t kMaxFile = 4U << 20;

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Error wrong(std::string_view text, std::string_view why) {
    return config_error("'" + std::string(text.substr(0, 80)) + "' " + std::string(why));
}

Result<void> expand_range(std::string_view text, std::size_t dash, std::vector<std::string>& out) {
    const std::string_view first = trim_ascii(text.substr(0, dash)), last = trim_ascii(text.substr(dash + 1));
    constexpr std::size_t kLongestNumber = 15;
    if (first.empty() || !all_digits(first) || !all_digits(last))
        return fail(wrong(text, "is no range of extensions, such as 5000-5999"));
    if (first.size() != last.size() || first.size() > kLongestNumber || first > last)
        return fail(wrong(text, "is no range: both ends need the same number of digits, the smaller one first"));
    std::int64_t from = 0, to = 0;
    std::from_chars(first.data(), first.data() + first.size(), from);
    std::from_chars(last.data(), last.data() + last.size(), to);
    if (to - from >= static_cast<std::int64_t>(kMaxTargets)) return fail(wrong(text, "is too large a range"));
    for (; from <= to; ++from) {
        const std::string digits = std::to_string(from);
        out.push_back(std::string(first.size() - digits.size(), '0') + digits);
    }
    return {};
}

Result<std::string> read_file(const std::filesystem::path& file) {
    auto text = config::read_bounded(file.string(), kMaxFile + 1);
    if (!text) return fail(config_error(file.string() + ": " + text.error().text));
    if (text->size() > kMaxFile) return fail(config_error(file.string() + " is larger than 4 MiB"));
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text->starts_with(kByteOrderMark)) text->erase(0, kByteOrderMark.size());
    return text;
}

}  // namespace

bool is_extension_text(std::string_view text) {
    constexpr std::string_view kAllowed = "0123456789*#";
    return !text.empty() && text.size() <= kLongestExtension &&
           text.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<void> expand(std::string_view text, std::vector<std::string>& out) {
    text = trim_ascii(text);
    const auto dash = text.find('-');
    if (dash != std::string_view::npos) return expand_range(text, dash, out);
    if (!is_extension_text(text)) return fail(wrong(text, "is no extension: up to 30 of 0-9, * and #"));
    out.emplace_back(text);
    return {};
}

Result<void> read_devices(std::string_view text, Devices& out) {
    std::vector<std::string> ignored;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const auto end = text.find('\n');
        std::string_view row = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        // An extension may hold a #, but none begins with it after a blank.
        if (const auto remark = row.find(" #"); remark != std::string_view::npos) row = row.substr(0, remark);
        row = trim_ascii(row);
        if (row.empty() || row.starts_with('#')) continue;
        const auto blank = row.find_first_of(" \t");
        const std::string_view kind = row.substr(0, blank);
        const std::string_view what = blank == std::string_view::npos ? "" : trim_ascii(row.substr(blank));
        auto* list = kind == "vdn"       ? &out.vdns
                     : kind == "split"   ? &out.splits
                     : kind == "station" ? &out.stations
                                         : nullptr;
        const std::string place = "line " + std::to_string(line);
        if (list == nullptr)
            return fail(wrong(kind, "is not known: a line is vdn, split or station and an extension or range")
                            .with_context(place));
        if (auto good = expand(what, ignored); !good) return fail(std::move(good.error()).with_context(place));
        ignored.clear();
        list->emplace_back(what);
        if (list->size() > kMaxTargets) return fail(config_error(place + ": too many devices"));
    }
    return {};
}

Result<std::vector<std::string>> add_targets(const std::string& switch_name,
                                             const Devices& devices,
                                             std::vector<Target>& out) {
    Devices all = devices;
    for (const auto& file : devices.files) {
        const auto text = read_file(file);
        if (!text) return fail(text.error());
        if (auto read = read_devices(*text, all); !read)
            return fail(std::move(read.error()).with_context(file.string()));
    }
    std::map<std::string, DeviceKind, std::less<>> seen;
    std::vector<std::string> twofold;
    const std::array<std::pair<DeviceKind, const std::vector<std::string>*>, 3> kinds{
        {{DeviceKind::Vdn, &all.vdns}, {DeviceKind::Group, &all.splits}, {DeviceKind::Station, &all.stations}}};
    for (const auto& [kind, texts] : kinds) {
        for (const std::string& text : *texts) {
            std::vector<std::string> extensions;
            if (auto good = expand(text, extensions); !good) return fail(std::move(good.error()));
            for (std::string& extension : extensions) {
                const auto [known, is_new] = seen.try_emplace(extension, kind);
                if (known->second != kind) twofold.push_back(extension);
                if (!is_new) continue;
                if (out.size() >= kMaxTargets)
                    return fail(config_error("more than " + std::to_string(kMaxTargets) + " devices"));
                out.push_back({.kind = kind, .switch_name = switch_name, .extension = std::move(extension)});
            }
        }
    }
    return twofold;
}

}  // namespace tandem::avaya_dmcc
