// The outcome of an operation whose failure a caller can act on. Everything else is an exception (docs/errors.md).
#pragma once

#include "core/base/error.hpp"

#include <expected>

namespace tandem {

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Error error) {
    return std::unexpected<Error>(std::move(error));
}

}  // namespace tandem
