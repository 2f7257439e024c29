// Bump allocator behind one event: decoded document, evaluator results and rendered snapshot live in it and die
// together. reset() keeps the memory for the next event. Not thread-safe; one arena per working thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tandem::data {

class Arena {
public:
    explicit Arena(std::size_t first_block = 16 * 1024) : next_size_(first_block) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    void* allocate(std::size_t size, std::size_t alignment) {
        auto at = (reinterpret_cast<std::uintptr_t>(cursor_) + alignment - 1) & ~(alignment - 1);
        if (cursor_ == nullptr || at + size > reinterpret_cast<std::uintptr_t>(end_)) return grow(size, alignment);
        cursor_ = reinterpret_cast<char*>(at + size);
        used_ += size;
        return reinterpret_cast<void*>(at);
    }

    // Uninitialised array; T needs no destructor because nobody will call it.
    template <class T>
    std::span<T> array(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T>);
        return {static_cast<T*>(allocate(count * sizeof(T), alignof(T))), count};
    }

    std::string_view copy(std::string_view text) {
        if (text.empty()) return {};
        auto* at = static_cast<char*>(allocate(text.size(), 1));
        std::memcpy(at, text.data(), text.size());
        return {at, text.size()};
    }

    // Everything handed out becomes invalid; the largest block is kept.
    void reset();

    // Bytes handed out since the last reset: what a work limit looks at.
    std::size_t used() const { return used_; }

private:
    void* grow(std::size_t size, std::size_t alignment);

    struct Block {
        std::unique_ptr<char[]> memory;
        std::size_t size;
    };
    std::vector<Block> blocks_;
    char* cursor_ = nullptr;
    char* end_ = nullptr;
    std::size_t next_size_;
    std::size_t used_ = 0;
};

}  // namespace tandem::data
