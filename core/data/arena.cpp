#include "core/data/arena.hpp"

#include <algorithm>

namespace tandem::data {

void* Arena::grow(std::size_t size, std::size_t alignment) {
    auto block_size = std::max(next_size_, size + alignment);
    // Uninitialised on purpose: every byte is written before it is read.
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(block_size), block_size});
    next_size_ = std::min<std::size_t>(block_size * 2, 4 * 1024 * 1024);
    cursor_ = blocks_.back().memory.get();
    end_ = cursor_ + block_size;
    return allocate(size, alignment);
}

void Arena::reset() {
    used_ = 0;
    if (blocks_.empty()) return;
    auto largest = std::ranges::max_element(blocks_, {}, &Block::size);
    std::swap(*largest, blocks_.front());
    blocks_.resize(1);
    cursor_ = blocks_.front().memory.get();
    end_ = cursor_ + blocks_.front().size;
}

}  // namespace tandem::data
