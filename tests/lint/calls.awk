# SPDX-License-Identifier: Apache-2.0
# awk -f calls.awk FILE... : calls that are banned. Paths of files start at the root. Ends with 1 if
# there are any.
#   nowhere       calls that may overflow, hide errors or start a shell
#   only in cli   calls that print or end the process (other folders return a failure)
#   in one file   MPI_Abort, the last resort

BEGIN {
    split("strcpy strcat sprintf vsprintf gets atoi atol atoll atof system popen strtok alloca tmpnam mktemp", list, " ")
    for (i in list)
        nowhere[list[i]]
    split("printf fprintf vprintf vfprintf puts fputs putchar perror exit abort err errx warn warnx", list, " ")
    for (i in list)
        only_cli[list[i]]
}

function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    found = 1
}

# Returns the line without comments and quoted text.
function bare(line,    out, at) {
    out = ""
    while (line != "") {
        if (in_comment) {
            at = index(line, "*/")
            if (at == 0)
                return out
            line = substr(line, at + 2)
            in_comment = 0
        } else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|'([^'\\]|\\.)*'/)) {
            out = out substr(line, 1, RSTART - 1) " "
            at = substr(line, RSTART, 2)
            line = substr(line, RSTART + RLENGTH)
            if (at == "//")
                return out
            in_comment = at == "/*"
        } else
            return out line
    }
    return out
}

function judge(name) {
    if (name in nowhere)
        complain(name "() is banned")
    else if (name in only_cli && FILENAME !~ /^src\/cli\//)
        complain(name "(): only cli prints and ends the process")
    else if (name == "MPI_Abort") {
        if (abort_file != "" && abort_file != FILENAME)
            complain("MPI_Abort is already used in " abort_file)
        abort_file = FILENAME
    }
}

FNR == 1 {
    in_comment = 0
}

{
    rest = bare($0)
    while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
        before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
        name = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        sub(/[ \t]*\($/, "", name)
        if (before !~ /[.>]/)
            judge(name)
    }
}

END {
    exit found
}
