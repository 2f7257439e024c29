#include "connectors/all.hpp"

#include "connectors/http/connector.hpp"

namespace tandem::connectors {

void add_all(connector::Registry& registry) {
    registry.add(http::connector());
}

}  // namespace tandem::connectors
