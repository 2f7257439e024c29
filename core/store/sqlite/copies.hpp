// Copies of one contact that lie at different places and may be called differently: which interaction a new copy
// belongs to.
#pragma once

#include "core/sqlite/database.hpp"
#include "core/store/store.hpp"

#include <cstdint>
#include <string>

namespace tandem::store {

class Copies {
public:
    explicit Copies(sqlite::Database& database);

    // Row of the interaction that this copy belongs to by one of its names: the nearest in time that has no copy of
    // that name at this place. 0 if there is none.
    std::int64_t find(const Observation& copy);
    // What find() will go by.
    void add(const Observation& copy, std::int64_t interaction);

private:
    sqlite::Statement find_, add_;
};

// The source of a copy's register: registers of one source are told apart by their place, the best rank first.
std::string source_of_copy(const Observation& copy);
// The source that gave a register, without the place.
std::string source_of_register(std::string_view source);

}  // namespace tandem::store
