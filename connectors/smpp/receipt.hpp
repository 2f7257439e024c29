// Delivery receipts: the customary text and the TLVs beside it. Pure.
#pragma once

#include "connectors/smpp/pdu.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::smpp {

struct ReceiptFields {
    std::string id;                                       // of the TLV if there is one, else of the text
    std::optional<std::string> id_in_text;                // where it differs from `id`
    std::string stat;                                     // word; from the TLV if there is one
    std::string_view status;                              // queued, sent, delivered, failed, expired, unknown
    std::optional<std::int64_t> submitted, delivered;     // counters of parts
    std::optional<std::string> submit_local, done_local;  // 2026-11-22T05:20[:30], in the centre's unnamed zone
    std::optional<std::string> err;
    std::optional<std::string> text;  // the beginning of the message, cleaned
    std::optional<std::uint32_t> network_error;
};

// Whether esm_class says that this is a report and no customer's message. Only it decides: a customer may write
// "id:123 stat:...".
bool is_receipt(const Pdu& pdu);

// `text` is the short message as Latin-1 turned into UTF-8. nullopt when nothing names a message or a state.
// `year` is the present one: two-digit years and ambiguous dates are read as near to it.
std::optional<ReceiptFields> read_receipt(std::string_view text, const Pdu& pdu, int year);

}  // namespace tandem::smpp
