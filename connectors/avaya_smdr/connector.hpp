// The connector for call records of Avaya IP Office (README.md).
#pragma once

#include "core/connector/connector.hpp"

#include <memory>

namespace tandem::avaya_smdr {

std::unique_ptr<const connector::Connector> connector();

}  // namespace tandem::avaya_smdr
