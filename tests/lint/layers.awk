# SPDX-License-Identifier: Apache-2.0
# awk -f layers.awk layers.table FILE... : includes that the table does not allow, and rows of the
# table that are not needed. Paths of files start at the root: src/<folder>/x.c,
# include/<folder>/x.h. Ends with 1 if there are any.

function complain_at(where, text) {
    printf "%s: %s\n", where, text
    found = 1
}

function complain(text) {
    complain_at(FILENAME ":" FNR, text)
}

# "src/plan/x.c" -> "plan"; the rest after src/ or include/ -> place
function locate(    parts, home) {
    split(FILENAME, parts, "/")
    folder = parts[2]
    place = FILENAME
    sub(/^[^\/]*\//, "", place)
    for (home in unseen)
        if (is_in(place, home))
            delete unseen[home]
}

function starts(text, beginning) {
    return substr(text, 1, length(beginning)) == beginning
}

function is_in(place, home) {
    if (sub(/\*$/, "", home) || home ~ /\/$/)
        return starts(place, home)
    return place == home
}

function at_home(place, homes,    list, count, i) {
    count = split(homes, list, " ")
    for (i = 1; i <= count; i++)
        if (is_in(place, list[i]))
            return 1
    return 0
}

function check_home(header, shown,    pattern, best) {
    best = ""
    for (pattern in homes)
        if (length(pattern) > length(best) && (header == pattern || (pattern ~ /\/$/ && starts(header, pattern))))
            best = pattern
    if (best != "" && !at_home(place, homes[best]))
        complain(shown " belongs to" homes[best])
}

function check_own(header,    parts) {
    if (split(header, parts, "/") == 1 || parts[1] == folder)
        return # the compiler checks that it exists
    if (!(parts[1] in rank))
        complain("\"" header "\" is in no layer of the table")
    else if (rank[parts[1]] > rank[folder])
        complain(folder " must not include a lower layer: \"" header "\"")
    else if (!((folder, parts[1]) in needs))
        complain(folder " does not need " parts[1] ": \"" header "\"")
    else {
        delete unused[folder " " parts[1]]
        check_home(header, "\"" header "\"")
    }
}

FILENAME ~ /layers\.table$/ {
    table = FILENAME
    if ($1 == "layer") {
        rank[$2] = ++layers
        for (i = 3; i <= NF; i++) {
            if (!($i in rank) || $i == $2)
                complain($2 " needs " $i ", which is not above it")
            needs[$2, $i]
            unused[$2 " " $i]
        }
    } else if ($1 == "home") {
        homes[$2] = ""
        for (i = 3; i <= NF; i++) {
            homes[$2] = homes[$2] " " $i
            unseen[$i]
        }
    }
    next
}

FNR == 1 {
    locate()
    if (!(folder in rank))
        complain("the directory '" folder "' is in no layer of the table")
}

/^[ \t]*#[ \t]*include[ \t]*</ {
    header = $0
    sub(/^[^<]*</, "", header)
    sub(/>.*/, "", header)
    check_home(header, "<" header ">")
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    header = $0
    sub(/^[^"]*"/, "", header)
    sub(/".*/, "", header)
    check_own(header)
}

END {
    for (pair in unused) {
        split(pair, names, " ")
        complain_at(table, names[1] " does not include anything of " names[2])
    }
    for (home in unseen)
        complain_at(table, "there is no '" home "'")
    exit found
}
