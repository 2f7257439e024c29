// The connector for call detail records of Avaya Communication Manager (README.md).
#pragma once

#include "core/connector/connector.hpp"

#include <memory>

namespace tandem::avaya_cdr {

std::unique_ptr<const connector::Connector> connector();

}  // namespace tandem::avaya_cdr
