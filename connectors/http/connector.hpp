// The webhook connector: serves /hooks/{instance} for any pack (README.md).
#pragma once

#include "core/connector/connector.hpp"

#include <memory>

namespace tandem::http {

std::unique_ptr<const connector::Connector> connector();

}  // namespace tandem::http
