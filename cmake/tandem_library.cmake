# tandem_library(NAME name SOURCES a.cpp ... [DEPS t ...] [PRIVATE_DEPS t ...])
#   One static library per layer or connector: warnings, include root, dependencies. DEPS repeat the arrows of
#   docs/architecture.md; tools/check_includes.py checks the includes themselves.
# tandem_test(NAME name SOURCES a.cpp ... DEPS t ...)
#   One GoogleTest binary per layer, registered as one ctest entry.
# tandem_fuzz(NAME name SOURCES a.cpp DEPS t ...)
#   A libFuzzer target, built with -DTANDEM_FUZZ=ON.
set(TANDEM_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)

function(tandem_library)
    cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
    add_library(tandem_${ARG_NAME} STATIC ${ARG_SOURCES})
    target_include_directories(tandem_${ARG_NAME} PUBLIC ${CMAKE_SOURCE_DIR})
    target_compile_options(tandem_${ARG_NAME} PRIVATE ${TANDEM_WARNINGS})
    target_link_libraries(tandem_${ARG_NAME} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
endfunction()

function(tandem_test)
    cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPS;ARGS" ${ARGN})
    add_executable(${ARG_NAME}_test ${ARG_SOURCES})
    target_compile_options(${ARG_NAME}_test PRIVATE ${TANDEM_WARNINGS})
    target_link_libraries(${ARG_NAME}_test PRIVATE ${ARG_DEPS} tandem_test_support GTest::gmock GTest::gtest_main)
    target_compile_definitions(${ARG_NAME}_test PRIVATE TANDEM_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME}_test ${ARG_ARGS})
    set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT 300 ENVIRONMENT
        "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.supp halt_on_error=1")
endfunction()

function(tandem_fuzz)
    cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPS" ${ARGN})
    if(NOT TANDEM_FUZZ)
        return()
    endif()
    add_executable(${ARG_NAME}_fuzz ${ARG_SOURCES})
    target_compile_options(${ARG_NAME}_fuzz PRIVATE ${TANDEM_WARNINGS})
    target_link_options(${ARG_NAME}_fuzz PRIVATE -fsanitize=fuzzer)
    target_link_libraries(${ARG_NAME}_fuzz PRIVATE ${ARG_DEPS})
endfunction()
