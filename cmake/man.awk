# SPDX-License-Identifier: Apache-2.0
# Turns a page of 'tidemill help' into a man page: awk -v name= -v section= -v summary= -v date=
# A page is: its command line; paragraphs, which are not indented; headings, which are not indented
# and end without punctuation; below them options with their text, or lines that stay as they are.

function escaped(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/^\./, "\\\\\\&.", text)
    gsub(/^'/, "\\\\\\&'", text)
    return text
}

function end_lines() {
    if (kept)
        print ".fi"
    kept = 0
}

{ lines[NR] = $0 }

END {
    printf ".TH %s %s %s tidemill \"tidemill\"\n.SH NAME\n%s \\- %s\n", toupper(name), section, date,
        escaped(name), escaped(summary)
    if (section == 1)
        printf ".SH SYNOPSIS\n.B %s\n", escaped(name == "tidemill" ? "tidemill COMMAND [options]" : lines[1])
    print ".SH DESCRIPTION"
    gap = begun = 0
    for (i = 2; i <= NR; i++) {
        line = lines[i]
        if (line == "") {
            end_lines()
            gap = begun
        } else if (line ~ /^[^ ]/ && line !~ /[.,:;]$/ && lines[i + 1] ~ /^  [^ ]/ && length(line) < 40) {
            end_lines()
            print ".SH " toupper(escaped(line))
            gap = item = 0
            begun = 0
        } else if (line ~ /^[^ ]/) {
            end_lines()
            if (gap || item)
                print ".PP"
            print escaped(line)
            gap = item = 0
            begun = 1
        } else if (line ~ /^  -/) {
            end_lines()
            tag = substr(line, 3)
            text = ""
            if (match(tag, /  +/)) {
                text = substr(tag, RSTART + RLENGTH)
                tag = substr(tag, 1, RSTART - 1)
            }
            print ".TP\n.B " escaped(tag)
            if (text != "")
                print escaped(text)
            item = 1
            gap = 0
        } else if (item && line ~ /^          /) {
            sub(/^ +/, "", line)
            print escaped(line)
        } else {
            if (!kept)
                print (begun ? ".PP\n" : "") ".nf"
            kept = begun = 1
            item = gap = 0
            print escaped(line)
        }
    }
    end_lines()
    print ".SH SEE ALSO"
    if (name != "tidemill")
        print ".BR tidemill (1),"
    print ".BR mpirun (1)"
}
