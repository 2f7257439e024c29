#include "core/mapping/media.hpp"

#include "core/base/text.hpp"
#include "core/mapping/call.hpp"
#include "core/mapping/host_rules.hpp"
#include "core/mapping/secret_mark.hpp"

#include <algorithm>
#include <array>

namespace tandem::mapping {

using data::Value;

namespace {

constexpr std::string_view kNoPlace = "media.resolve gives no address";

bool is_address(std::string_view url) {
    const auto begin = to_lower_ascii(url.substr(0, 8));
    return begin.starts_with("http://") || begin.starts_with("https://");
}

Value text_value(std::string_view text, data::Arena& arena) {
    return text.empty() ? Value() : without_marks(data::make_string(arena, text), arena);
}

// {id, url, kind, media_type, filename}
Value media_value(const MediaProgram& program, const MediaItem& item, data::Arena& arena) {
    const bool named = !program.prefix.empty() && item.url.starts_with(program.prefix);
    const auto id = named ? item.url.substr(program.prefix.size()) : std::string_view();
    return data::make_object(arena, {{"id", text_value(id, arena)},
                                     {"url", text_value(item.url, arena)},
                                     {"kind", text_value(item.kind, arena)},
                                     {"media_type", text_value(item.media_type, arena)},
                                     {"filename", text_value(item.filename, arena)}});
}

class MediaNames {
public:
    MediaNames(const BoundPack::State& state, const MediaProgram& program, const MediaItem& item, data::Arena& arena)
        : given_{Given{slot(kMediaItem), media_value(program, item, arena)}, Given{slot(kMediaPlace), Value()}},
          call_{state, program.let, given_, given_[0].value, arena} {}
    MediaNames(const MediaNames&) = delete;
    MediaNames& operator=(const MediaNames&) = delete;

    void place(std::string_view url) { given_[kMediaPlace].value = data::make_string(call_.arena, url); }
    const Call& call() const { return call_; }
    Value item() const { return given_[kMediaItem].value; }

private:
    static std::size_t slot(MediaName name) { return std::size_t{kFixedSlots} + std::size_t{name}; }

    std::array<Given, kMediaNames> given_;
    const Call call_;
};

Result<bool> goes_to_named_host(const MediaProgram& program, const MediaNames& names, std::string_view url) {
    if (!program.hosts) return false;
    Evaluation evaluation(names.call(), names.item());
    const auto rules = evaluation.value(*program.hosts);
    if (evaluation.failed()) return fail(rejected(evaluation.failure().path + ": " + evaluation.failure().reason));
    const auto origin = origin_of(url);
    return origin && is_named(rules, *origin);
}

Error no_media() {
    return config_error("the pack has no section media");
}

// Where the file is, with marks in the places of secrets.
Result<std::string> address_of(const MediaProgram& program, const MediaNames& names, const MediaItem& item) {
    if (is_address(item.url)) return std::string(item.url);
    if (!program.url) return fail(rejected("the file has no address"));
    Evaluation evaluation(names.call(), names.item());
    auto out = text_of(evaluation.value(*program.url));
    if (evaluation.failed()) return fail(rejected(evaluation.failure().path + ": " + evaluation.failure().reason));
    if (!is_address(out)) return fail(rejected("media.url gives no address"));
    return out;
}

}  // namespace

std::optional<MediaAbilities> media_abilities(const BoundPack& pack) {
    const auto& program = pack.state().program().media;
    if (!program) return std::nullopt;
    const auto missing = [&](const std::string& name) { return pack.state().secrets(name).empty(); };
    if (std::ranges::any_of(program->secrets, missing)) return std::nullopt;
    return MediaAbilities{program->prefix};
}

bool is_fetched(const MediaAbilities& abilities, std::string_view url) {
    return is_address(url) || (!abilities.prefix.empty() && url.starts_with(abilities.prefix));
}

Result<std::optional<OutgoingRequest>> media_lookup(const BoundPack& pack,
                                                    const MediaItem& item,
                                                    Reveal reveal,
                                                    data::Arena& arena) {
    const auto& program = pack.state().program().media;
    if (!program) return fail(no_media());
    if (!program->lookup || is_address(item.url)) return std::nullopt;
    const MediaNames names(pack.state(), *program, item, arena);
    auto request = write_request(names.call(), names.item(), *program->lookup, reveal);
    if (!request) return fail(std::move(request.error()));
    const auto named = goes_to_named_host(*program, names, request->url);
    if (!named) return fail(named.error());
    if (!*named) return fail(rejected("the host of media.resolve is not among media.hosts", "host"));
    return std::optional(std::move(*request));
}

Result<std::string> media_place(const BoundPack& pack,
                                const MediaItem& item,
                                const VendorAnswer& answer,
                                data::Arena& arena) {
    const auto& program = pack.state().program().media;
    if (!program || !program->lookup) return fail(no_media());
    const MediaNames names(pack.state(), *program, item, arena);
    AnswerReader reader(names.call(), program->answer, answer);
    if (auto error = reader.error(ErrorKind::Transient)) return fail(std::move(*error));
    auto out = text_of(reader.value(program->place));
    if (reader.failed()) return fail(rejected(reader.failure()));
    if (!is_address(out)) return fail(rejected(std::string(kNoPlace), "resolve"));
    return out;
}

Result<MediaDownload> media_download(const BoundPack& pack,
                                     const MediaItem& item,
                                     const std::optional<std::string>& place,
                                     Reveal reveal,
                                     data::Arena& arena) {
    const auto& program = pack.state().program().media;
    if (!program) return fail(no_media());
    MediaNames names(pack.state(), *program, item, arena);
    auto address = place ? Result<std::string>(*place) : address_of(*program, names, item);
    if (!address) return fail(std::move(address.error()));
    // What a vendor wrote must not look like our mark of a secret.
    if (!place && is_address(item.url)) std::erase(*address, kMarkBegin);
    const auto named = goes_to_named_host(*program, names, *address);
    if (!named) return fail(named.error());
    if (!*named && has_secret(*address)) {
        return fail(rejected("the address holds a secret, and its host is not among media.hosts", "host"));
    }
    names.place(*address);
    auto request = write_request(names.call(), names.item(), *named ? program->download : program->plain, reveal);
    if (!request) return fail(std::move(request.error()));
    return MediaDownload{std::move(*request), *named};
}

}  // namespace tandem::mapping
