// The SQLite store's file: settings of a connection and numbered migrations.
//
// Integer row numbers inside, computed 16-byte ids at the border. A customer has no table: it is named after its
// founding point (point.customer = row of that point), and its id is a fixed transformation of that point's id.
#pragma once

#include "core/base/ids.hpp"
#include "core/sqlite/database.hpp"

#include <cstdint>
#include <cstring>
#include <filesystem>

namespace tandem::store {

// Opens for writing and brings the schema up to date. Throws sqlite::Failure; Config if a newer version wrote the file.
sqlite::Database open_for_writing(const std::filesystem::path& file);
sqlite::Database open_for_reading(const std::filesystem::path& file);

// One to one: the customer founded by a point.
CustomerId customer_id(PointId founder);
PointId founder_of(CustomerId customer);

// Orders interactions of one instant as their ids do: the first eight bytes as a signed number.
std::int64_t tie_of(const InteractionId& id);

template <class IdType>
IdType id_of(sqlite::Blob blob) {
    IdType id;
    if (blob.size() == id.bytes.size()) std::memcpy(id.bytes.data(), blob.data(), blob.size());
    return id;
}
template <class IdType>
sqlite::Blob blob_of(const IdType& id) {
    return id.bytes;
}

}  // namespace tandem::store
