# tandem_embed(target name [BASE dir] files...)
#   Compiles files into `target` and defines
#       std::span<const tandem::EmbeddedFile> tandem::embedded::<name>();
#   (core/base/embedded_file.hpp), in the order given. A file is known by its path below BASE, by default by its name.
#   The C++ text is made by this very file run as a script, so a build needs nothing but CMake.
if(CMAKE_SCRIPT_MODE_FILE AND NOT CMAKE_PARENT_LIST_FILE)
    set(definitions "")
    set(rows "")
    set(number 0)
    foreach(file IN LISTS FILES)
        file(READ ${file} bytes HEX)
        file(SIZE ${file} size)
        string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
        string(REGEX REPLACE "(('....',)('....',)('....',)('....',)('....',)('....',)('....',)('....',))" "\\1\n"
            bytes "${bytes}")
        file(RELATIVE_PATH known_as ${BASE} ${file})
        string(APPEND definitions "constexpr char kFile${number}[] = {${bytes}'\\0'};\n")
        string(APPEND rows "    {\"${known_as}\", {kFile${number}, ${size}}},\n")
        math(EXPR number "${number} + 1")
    endforeach()
    file(WRITE ${OUTPUT} "#include \"core/base/embedded_file.hpp\"\n\nnamespace tandem::embedded {\nnamespace {\n\n"
        "${definitions}\nconstexpr EmbeddedFile kFiles[] = {\n${rows}};\n\n}  // namespace\n\n"
        "std::span<const EmbeddedFile> ${NAME}();\nstd::span<const EmbeddedFile> ${NAME}() { return kFiles; }\n\n"
        "}  // namespace tandem::embedded\n")
    return()
endif()

set(TANDEM_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(tandem_embed target name)
    cmake_parse_arguments(ARG "" "BASE" "" ${ARGN})
    set(files "")
    foreach(file IN LISTS ARG_UNPARSED_ARGUMENTS)
        get_filename_component(absolute ${file} ABSOLUTE)
        list(APPEND files ${absolute})
        if(NOT ARG_BASE)
            get_filename_component(ARG_BASE ${absolute} DIRECTORY)
        endif()
    endforeach()
    get_filename_component(base ${ARG_BASE} ABSOLUTE)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cpp)
    add_custom_command(OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} "-DFILES=${files}" -DBASE=${base} -DNAME=${name} -DOUTPUT=${output}
            -P ${TANDEM_EMBED_SCRIPT}
        DEPENDS ${files} ${TANDEM_EMBED_SCRIPT}
        COMMENT "Embedding ${name}"
        VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()
