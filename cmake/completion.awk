# SPDX-License-Identifier: Apache-2.0
# Writes the completion of a shell from pages of 'tidemill help': awk -v shell=bash|zsh
# Input: "@topic NAME", and "@command NAME SUMMARY" followed by the command's page.

# Returns the literal values of "a|b|N"; of a LIST those that the text explains.
function values_of(argument, help, parts, count, i, text) {
    count = argument ~ /\|/ ? split(argument, parts, "|") : 0
    text = ""
    if (argument == "LIST")
        while (match(help, /; [a-z]+:/)) {
            parts[++count] = substr(help, RSTART + 2, RLENGTH - 3)
            help = substr(help, RSTART + RLENGTH)
        }
    for (i = 1; i <= count; i++)
        if (parts[i] ~ /^[a-z][a-z0-9-]*$/)
            text = text (text == "" ? "" : " ") parts[i]
    return text
}

# Keeps the option that was read last.
function keep(values, what) {
    if (option == "")
        return
    values = values_of(argument, text)
    options[command] = options[command] " " option
    if (values != "")
        choices[command] = choices[command] option " " values "\n"
    gsub(/'/, "'\\\\''", text)
    gsub(/\[/, "\\[", text)
    gsub(/\]/, "\\]", text)
    gsub(/:/, "\\:", text)
    what = values != "" ? "(" values ")" : "_files"
    if (values == "" && argument ~ /SIZE|N|DURATION|TEXT|PERCENT|^R$/)
        what = " "
    text = text "]" (argument == "" ? "" : ":" tolower(argument) ":" what)
    rows[command] = rows[command] "            '" option "[" text "' \\\n"
    option = ""
}

/^@/ { keep() }
/^@topic / { topics = topics " " $2; next }

/^@command / {
    command = $2
    commands = commands " " command
    summary = $0
    sub(/^@command [^ ]+ /, "", summary)
    summaries[command] = summary
    next
}

/^  (-[a-z], )?--[a-z]/ {
    keep()
    line = $0
    sub(/^  (-[a-z], )?/, "", line)
    text = line
    if (!sub(/^.*  +/, "", text))
        text = ""
    sub(/  .*/, "", line)
    split(line, words, " ")
    option = words[1]
    argument = words[2]
    next
}

option != "" && /^          / {
    line = $0
    sub(/^ +/, "", line)
    text = text (text == "" ? "" : " ") line
    next
}

{ keep() }

function write_bash(count, names, i, lines, j, total, pair) {
    print "# Completion of tidemill for bash; written by the build from 'tidemill help'."
    print "_tidemill()\n{"
    print "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}"
    print "    local command=${COMP_WORDS[1]} words="
    print "    COMPREPLY=()"
    print "    if ((COMP_CWORD == 1)); then"
    printf "        words='%s help --help --version'\n", substr(commands, 2)
    print "    elif [[ $command == help ]]; then"
    printf "        words='%s%s'\n", substr(commands, 2), topics
    print "    else\n        case $command:$before in"
    count = split(substr(commands, 2), names, " ")
    for (i = 1; i <= count; i++) {
        total = split(choices[names[i]], lines, "\n")
        for (j = 1; j < total; j++) {
            split(lines[j], pair, " ")
            printf "        %s:%s) words='%s' ;;\n", names[i], pair[1], substr(lines[j], length(pair[1]) + 2)
        }
    }
    print "        esac\n        if [[ -z $words && $word == -* ]]; then\n            case $command in"
    for (i = 1; i <= count; i++)
        printf "            %s) words='%s' ;;\n", names[i], substr(options[names[i]], 2)
    print "            esac\n        fi\n    fi"
    print "    if [[ -n $words ]]; then"
    print "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")"
    print "    else\n        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n    fi\n}"
    print "complete -o filenames -F _tidemill tidemill"
}

function write_zsh(count, names, i) {
    print "#compdef tidemill"
    print "# Completion of tidemill for zsh; written by the build from 'tidemill help'."
    print "_tidemill() {\n    if ((CURRENT == 2)); then\n        local -a commands=("
    count = split(substr(commands, 2), names, " ")
    for (i = 1; i <= count; i++)
        printf "            '%s:%s'\n", names[i], summaries[names[i]]
    print "            'help:print the help of a command or a topic'\n        )"
    print "        _describe command commands\n        return\n    fi"
    print "    local command=$words[2]\n    shift words\n    ((CURRENT--))\n    case $command in"
    for (i = 1; i <= count; i++)
        printf "    %s)\n        _arguments \\\n%s            '*:file:_files'\n        ;;\n", names[i],
            rows[names[i]]
    printf "    help)\n        compadd --%s%s\n        ;;\n", commands, topics
    print "    esac\n}\n_tidemill \"$@\""
}

END {
    keep()
    if (shell == "bash")
        write_bash()
    else
        write_zsh()
}
