# SPDX-License-Identifier: Apache-2.0
# Writes the man pages and the completions of bash and zsh from what 'tidemill help' prints, so that
# none of them has a list of its own. Runs in each build.
#   cmake -D PROGRAM=tidemill -D AWK=awk -D DATE=YYYY-MM-DD -D TO=folder -P pages.cmake
set(here ${CMAKE_CURRENT_LIST_DIR})
set(ENV{ASAN_OPTIONS} detect_leaks=0) # libraries of MPI keep memory; a test would show ours

function(help topic variable)
    execute_process(COMMAND ${PROGRAM} help ${topic} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
    set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# man NAME SECTION SUMMARY: of the page in ${TO}/page
function(man name section summary)
    execute_process(COMMAND ${AWK} -v name=${name} -v section=${section} "-v" "summary=${summary}"
        -v date=${DATE} -f ${here}/man.awk ${TO}/page
        OUTPUT_FILE ${TO}/man/man${section}/${name}.${section} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(MAKE_DIRECTORY ${TO}/man/man1 ${TO}/man/man7)
execute_process(COMMAND ${PROGRAM} --help OUTPUT_VARIABLE overview COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\n  tidemill [a-z]+ [^ \n][^\n]*" lines "${overview}")
set(all "")
foreach(line IN LISTS lines)
    if(line MATCHES "^\n  tidemill help ([a-z-]+) +([^\n]+)$")
        help(${CMAKE_MATCH_1} text)
        file(WRITE ${TO}/page "${text}")
        man(tidemill-${CMAKE_MATCH_1} 7 "${CMAKE_MATCH_2}")
        string(APPEND all "@topic ${CMAKE_MATCH_1}\n")
    elseif(line MATCHES "^\n  tidemill ([a-z]+) .*(  |\\.\\.\\. )([a-z][^\n]+)$")
        if(NOT CMAKE_MATCH_1 STREQUAL help)
            set(command ${CMAKE_MATCH_1})
            set(summary "${CMAKE_MATCH_3}")
            help(${command} text)
            file(WRITE ${TO}/page "${text}")
            man(tidemill-${command} 1 "${summary}")
            string(APPEND all "@command ${command} ${summary}\n${text}")
        endif()
    endif()
endforeach()
file(WRITE ${TO}/page "${overview}")
man(tidemill 1 "measures the storage performance of a whole cluster")
file(WRITE ${TO}/page "${all}")
foreach(shell IN ITEMS bash zsh)
    execute_process(COMMAND ${AWK} -v shell=${shell} -f ${here}/completion.awk ${TO}/page
        OUTPUT_FILE ${TO}/completion.${shell} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(REMOVE ${TO}/page)
