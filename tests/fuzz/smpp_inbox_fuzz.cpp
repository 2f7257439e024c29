// Short messages and receipts with any content, one after the other from a few senders: no crash, everything that is
// journalled can be read again, and what is remembered stays within its limits.
#include "connectors/smpp/inbox.hpp"
#include "core/data/json.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tandem;
using namespace tandem::smpp;

const Config& options() {
    static const Config config = [] {
        Config out;
        out.account = "fuzz";
        out.max_open_messages = 8;
        out.message_id = IdForm::HexThenDecimal;
        return out;
    }();
    return config;
}

// Octets of the input as numbers and texts; zero and empty when it is used up.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
    bool empty() const { return rest_.empty(); }
    std::uint8_t octet() { return rest_.empty() ? 0 : static_cast<std::uint8_t>(take(1)[0]); }
    std::string_view take(std::size_t size) {
        const auto out = rest_.substr(0, size);
        rest_.remove_prefix(out.size());
        return out;
    }

private:
    std::string_view rest_;
};

Pdu pdu_of(Input& input) {
    Pdu pdu{.command = Command::DeliverSm};
    const auto kind = input.octet();
    pdu.source_addr = std::to_string(kind & 3);
    pdu.destination_addr = "5550";
    pdu.esm_class = input.octet();
    pdu.data_coding = input.octet();
    for (int tlvs = kind >> 6; tlvs > 0; --tlvs) {
        constexpr Tag kTags[] = {Tag::ReceiptedMessageId, Tag::MessageState,      Tag::NetworkErrorCode,
                                 Tag::MessagePayload,     Tag::SarMsgRefNum,      Tag::SarTotalSegments,
                                 Tag::SarSegmentSeqnum,   Tag::ScInterfaceVersion};
        const Tag tag = kTags[input.octet() % std::size(kTags)];
        pdu.tlvs.push_back({tag, std::string(input.take(input.octet() % 8))});
    }
    pdu.short_message = input.take(input.octet());
    return pdu;
}

void expect_readable(const Inbox::Taken& taken) {
    for (const auto& event : taken.events) {
        data::Arena arena;
        if (!data::parse_json(event.raw, arena)) std::abort();
        if (event.content_type == kPartType && !read_part(event.raw)) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Inbox inbox(options());
    Instant now = Instant(std::chrono::hours(24 * 365 * 56));
    Input input(data, size);
    while (!input.empty()) {
        const auto step = input.octet();
        now += std::chrono::seconds(step >> 2);
        const auto taken = inbox.take(Delivered{pdu_of(input), std::nullopt, {}}, now, step & 1U);
        expect_readable(taken);
        if ((step & 2U) != 0) {
            inbox.not_stored(taken);
        } else {
            inbox.stored(taken);
        }
        expect_readable(inbox.expire(now));
    }
    return 0;
}
