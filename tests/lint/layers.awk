# awk -f layers.awk layers.table FILE... : who includes what it may not. Files are named from the
# root: src/<folder>/x.c, include/<folder>/x.h. Ends with 1 when something was found.

function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    found = 1
}

# "src/plan/x.c" -> "plan"; the rest after src/ or include/ -> place
function locate(    parts) {
    split(FILENAME, parts, "/")
    folder = parts[2]
    place = FILENAME
    sub(/^[^\/]*\//, "", place)
}

function starts(text, beginning) {
    return substr(text, 1, length(beginning)) == beginning
}

function at_home(place, homes,    list, count, i, home) {
    count = split(homes, list, " ")
    for (i = 1; i <= count; i++) {
        home = list[i]
        if (sub(/\*$/, "", home) || home ~ /\/$/) {
            if (starts(place, home))
                return 1
        } else if (place == home)
            return 1
    }
    return 0
}

function check_foreign(header,    pattern, best) {
    best = ""
    for (pattern in homes)
        if (length(pattern) > length(best) && (header == pattern || (pattern ~ /\/$/ && starts(header, pattern))))
            best = pattern
    if (best != "" && !at_home(place, homes[best]))
        complain("<" header "> belongs to" homes[best])
}

function check_own(header,    parts) {
    if (split(header, parts, "/") == 1)
        return # beside the file; the compiler sees that it is there
    if (!(parts[1] in rank))
        complain("\"" header "\" is in no layer of the table")
    else if (rank[parts[1]] > rank[folder])
        complain(folder " may not look down to \"" header "\"")
}

FILENAME ~ /layers\.table$/ {
    if ($1 == "layer")
        rank[$2] = ++layers
    else if ($1 == "home") {
        pattern = $2
        homes[pattern] = ""
        for (i = 3; i <= NF; i++)
            homes[pattern] = homes[pattern] " " $i
    }
    next
}

FNR == 1 {
    locate()
    if (!(folder in rank))
        complain("the folder '" folder "' is in no layer of the table")
}

/^[ \t]*#[ \t]*include[ \t]*</ {
    header = $0
    sub(/^[^<]*</, "", header)
    sub(/>.*/, "", header)
    check_foreign(header)
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    header = $0
    sub(/^[^"]*"/, "", header)
    sub(/".*/, "", header)
    check_own(header)
}

END {
    exit found
}
