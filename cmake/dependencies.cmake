# Third-party libraries, all from Debian 12 (docs/decisions/0002-libraries.md).
find_package(Threads REQUIRED)
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS url)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(pugixml REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n data)
find_package(GTest REQUIRED)
if(TANDEM_BENCH)
    find_package(benchmark REQUIRED)
endif()

find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)
add_library(rapidjson INTERFACE)
target_include_directories(rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIR})

# libphonenumber-dev depends on Boost 1.74, which conflicts with 1.81: tools/setup unpacks only its headers into
# build/third_party and links the runtime library libphonenumber8.
set(PHONENUMBER_ROOT ${CMAKE_SOURCE_DIR}/build/third_party/phonenumber)
if(NOT EXISTS ${PHONENUMBER_ROOT}/usr/include/phonenumbers/phonenumberutil.h)
    message(FATAL_ERROR "libphonenumber headers are missing: run tools/setup")
endif()
find_library(PHONENUMBER_LIBRARY NAMES libphonenumber.so.8 REQUIRED)
add_library(phonenumber INTERFACE)
target_include_directories(phonenumber SYSTEM INTERFACE ${PHONENUMBER_ROOT}/usr/include)
target_link_libraries(phonenumber INTERFACE ${PHONENUMBER_LIBRARY})

find_library(XXHASH_LIBRARY NAMES xxhash REQUIRED)
add_library(xxhash INTERFACE)
target_link_libraries(xxhash INTERFACE ${XXHASH_LIBRARY})
