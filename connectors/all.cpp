#include "connectors/all.hpp"

#include "connectors/avaya_cdr/connector.hpp"
#include "connectors/avaya_dmcc/connector.hpp"
#include "connectors/avaya_smdr/connector.hpp"
#include "connectors/http/connector.hpp"
#include "connectors/imap/connector.hpp"
#include "connectors/smpp/connector.hpp"
#include "connectors/smtp/connector.hpp"
#include "connectors/xmpp/connector.hpp"

namespace tandem::connectors {

void add_all(connector::Registry& registry) {
    registry.add(avaya_cdr::connector());
    registry.add(avaya_dmcc::connector());
    registry.add(avaya_smdr::connector());
    registry.add(http::connector());
    registry.add(imap::connector());
    registry.add(smpp::connector());
    registry.add(smtp::connector());
    registry.add(xmpp::connector());
}

}  // namespace tandem::connectors
