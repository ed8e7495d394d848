# SPDX-License-Identifier: Apache-2.0
# Writes a header with the facts about a build: the commit of the sources, the compiler and its flags.
# Runs in each build, so that a new commit needs no new configuration; the header is only rewritten
# when it changes.
#   cmake -D SOURCE=directory -D BUILD="compiler and flags" -D HEADER=file -P build_facts.cmake
set(commit unknown)
find_program(GIT git)
# Sources that were unpacked inside another repository are not part of that repository.
if(GIT AND EXISTS "${SOURCE}/.git")
    set(ENV{GIT_OPTIONAL_LOCKS} 0)
    execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty --abbrev=12
        RESULT_VARIABLE failed OUTPUT_VARIABLE described ERROR_QUIET
        OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT failed AND NOT described STREQUAL "")
        set(commit "${described}")
    endif()
endif()

function(quote name)
    string(REPLACE "\\" "\\\\" text "${${name}}")
    string(REPLACE "\"" "\\\"" text "${text}")
    set(${name} "\"${text}\"" PARENT_SCOPE)
endfunction()
quote(commit)
quote(BUILD)
set(lines "#define TIDEMILL_COMMIT ${commit}\n#define TIDEMILL_BUILD ${BUILD}\n")
if(EXISTS "${HEADER}")
    file(READ "${HEADER}" before)
endif()
if(NOT "${before}" STREQUAL "${lines}")
    file(WRITE "${HEADER}" "${lines}")
endif()
