# Build-wide switches. Library switches that change inline code are set here once for the whole build: mixed values
# would break the one-definition rule (Boost.Asio, docs/async.md).
set(TANDEM_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
option(TANDEM_FUZZ "Build the libFuzzer targets" OFF)
option(TANDEM_BENCH "Build the benchmarks" OFF)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_link_options(-fuse-ld=lld)
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(TANDEM_SANITIZE)
    add_compile_options(-fsanitize=${TANDEM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${TANDEM_SANITIZE})
    add_compile_definitions(TANDEM_SANITIZED=1)
    if(TANDEM_SANITIZE MATCHES "address")
        add_compile_definitions(BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
    endif()
endif()
if(TANDEM_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
