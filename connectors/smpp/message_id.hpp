// Centres write one and the same message id in different ways: hexadecimal in the answer to a submit, decimal with
// leading zeros in the receipt. The instance declares which, and both sides get one form here. Pure.
#pragma once

#include <string>
#include <string_view>

namespace tandem::smpp {

enum class IdForm {
    Text,            // as it comes
    Decimal,         // leading zeros do not count
    Hex,             // neither do they, nor upper and lower case
    HexThenDecimal,  // hexadecimal in the answer, decimal in receipts
    DecimalThenHex,  // the other way round
};

// The same text for the same message. What is no number of at most 64 bits in the declared notation stays text.
std::string id_of_answer(std::string_view id, IdForm form);
std::string id_of_receipt(std::string_view id, IdForm form);

}  // namespace tandem::smpp
