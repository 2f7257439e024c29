// Copies of one contact that lie at different places and may be called differently: which interaction a new copy
// belongs to.
#pragma once

#include "core/sqlite/database.hpp"
#include "core/store/fold.hpp"
#include "core/store/store.hpp"

#include <cstdint>
#include <string>

namespace tandem::store {

class Copies {
public:
    explicit Copies(sqlite::Database& database);

    // Row of the interaction that this copy belongs to by one of its names: the nearest in time where the name's place
    // has not given that name yet; of a copy of rank 0, where it has given no name at all. 0 if there is none. With
    // `own`, the row that the copy belongs to already: another that has no place in common with it under that name.
    std::int64_t find(const Observation& copy, std::int64_t own = 0);
    // What find() will go by.
    void add(const Observation& copy, std::int64_t interaction);
    // What led to one interaction leads to the other.
    void move(std::int64_t from, std::int64_t to);

private:
    sqlite::Statement find_, add_, move_;
};

// The source of a copy's register: registers of one source are told apart by their place, the best rank first.
std::string source_of_copy(const Observation& copy);
bool is_copy(const Register& one);
// The source that gave a register, without the place.
std::string source_of_register(std::string_view source);

}  // namespace tandem::store
