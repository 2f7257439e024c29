// A file compiled into the binary by tandem_embed (cmake/embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace tandem {

struct EmbeddedFile {
    std::string_view name;  // path below the folder that was embedded
    std::string_view bytes;
};

}  // namespace tandem
