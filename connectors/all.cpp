#include "connectors/all.hpp"

#include "connectors/http/connector.hpp"
#include "connectors/smpp/connector.hpp"

namespace tandem::connectors {

void add_all(connector::Registry& registry) {
    registry.add(http::connector());
    registry.add(smpp::connector());
}

}  // namespace tandem::connectors
