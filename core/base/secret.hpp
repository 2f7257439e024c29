// A value that cannot be logged, printed or serialised by accident: it has no stream operator and no conversion, and
// must be asked for by name. The bytes are wiped when it dies.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tandem {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret& operator=(const Secret&) = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret&&) noexcept = default;
    ~Secret() { wipe(); }

    std::string_view reveal() const { return value_; }
    bool empty() const { return value_.empty(); }
    friend bool operator==(const Secret&, const Secret&) = default;

private:
    void wipe() {
        volatile char* at = value_.data();
        for (std::size_t i = 0; i < value_.size(); ++i)
            at[i] = 0;
    }

    std::string value_;
};

}  // namespace tandem
