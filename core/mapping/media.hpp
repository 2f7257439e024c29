// Where the file of an attachment is, and what to ask for it with. Pure: whoever calls fetches the bytes.
#pragma once

#include "core/base/result.hpp"
#include "core/data/arena.hpp"
#include "core/mapping/pack.hpp"
#include "core/mapping/send.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tandem::mapping {

struct MediaAbilities {
    std::string prefix;  // of a `url` that is no address but a name that the pack can turn into one; empty: none
};

// nullopt when files are not fetched: the pack says nothing about them, or a secret that it needs for them is not set.
std::optional<MediaAbilities> media_abilities(const BoundPack& pack);

// Whether a file with this `url` is fetched: an http or https address, or what begins with the prefix.
bool is_fetched(const MediaAbilities& abilities, std::string_view url);

// An attachment of a snapshot. Views: outlive the call.
struct MediaItem {
    std::string_view url;
    std::string_view kind;
    std::string_view media_type;
    std::string_view filename;
};

// The call that has to be made before the file can be asked for; nullopt if its address is known. Failure: Config,
// Rejected as of outgoing_request(); Rejected too when the call would go to a host that the pack does not name.
Result<std::optional<OutgoingRequest>> media_lookup(const BoundPack& pack,
                                                    const MediaItem& item,
                                                    Reveal reveal,
                                                    data::Arena& arena);

// What that call's answer says. Opaque, for media_download() only: a secret may have to be filled in.
Result<std::string> media_place(const BoundPack& pack,
                                const MediaItem& item,
                                const VendorAnswer& answer,
                                data::Arena& arena);

struct MediaDownload {
    OutgoingRequest request;
    bool with_credentials = false;  // it goes to a host that the pack names
};

// `place` is what media_place() gave, nullopt if there was no call. Credentials are in it only for hosts that the pack
// names; a place that needs one and is elsewhere is Rejected.
Result<MediaDownload> media_download(const BoundPack& pack,
                                     const MediaItem& item,
                                     const std::optional<std::string>& place,
                                     Reveal reveal,
                                     data::Arena& arena);

}  // namespace tandem::mapping
