// The file of an attachment: asks for its address if the pack says so, then for its bytes.
#pragma once

#include "connectors/http/vendor_client.hpp"
#include "core/connector/caller.hpp"
#include "core/connector/media.hpp"

namespace tandem::http {

// Failure: as of VendorClient; NotFound for what is gone; Auth only where credentials went along, else the refusal is
// about the address (Rejected). `vendor` and `caller` outlive it.
async::Task<Result<connector::MediaBytes>> fetch_media(VendorClient& vendor,
                                                       const connector::Caller& caller,
                                                       connector::MediaWanted wanted);

}  // namespace tandem::http
