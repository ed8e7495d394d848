#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Help, topics, man pages and completions agree with each other and with what the program accepts.
# shellcheck disable=SC2154 # the helpers set target, status, output

load helper

pages() {
    pages=$(dirname "$TIDEMILL")/pages
    [ -f "$pages/completion.zsh" ] || skip "the pages are not built"
}

commands() { "$TIDEMILL" --help | sed -n 's/^  tidemill \([a-z]*\) .*  *[a-z].*/\1/p' | grep -v help | sort -u; }
topics() { "$TIDEMILL" --help | sed -n 's/^  tidemill help \([a-z-]*\) .*/\1/p'; }
options_of() { "$TIDEMILL" help "$1" | grep -oE '^  (-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u; }

# Every help page, and the README; a command that a backslash continues is one line.
all_pages() {
    "$TIDEMILL" --help
    for name in $(commands) $(topics); do
        "$TIDEMILL" help "$name"
    done
}
command_lines() {
    all_pages | sed -e ':a' -e '/\\$/{N' -e 's/ *\\\n */ /' -e 'ba' -e '}' |
        grep -E '^  (mpirun [^[]*)?tidemill [a-z]+ [^[]*$' | grep -vE '\.\.\.|help|  .*  |RESULT' | sort -u
}

@test "each command line of the help pages is accepted" {
    local line count=0 words
    "$TIDEMILL" run --quiet --size 1m --result result.h5 "$target" 2>/dev/null
    cp result.h5 base.h5
    cp result.h5 new.h5
    mkdir pfs
    while read -r line; do
        line=${line//\/scratch/$target}
        line=${line//\/pfs/$work/pfs}
        line=${line//\/dev\/shm/$work/pfs}
        read -ra words <<<"${line/*tidemill /}"
        count=$((count + 1))
        if [[ ${words[0]} == run || ${words[0]} == tune ]]; then
            words=("${words[0]}" --dry-run --force "${words[@]:1}")
        fi
        apart "$TIDEMILL" "${words[@]}"
        # the verdict of compare may be 1 or 2, without an error
        if [[ $status -ne 0 && ${words[0]} != compare ]] || grep -q 'unknown\|usage' "$err"; then
            echo "$line: exit code $status"
            cat "$err"
            false
        fi
    done < <(command_lines)
    [ "$count" -ge 25 ]
}

@test "the translation tables name options that exist" {
    local topic option
    options_of run >known
    printf '%s\n' --help --host >>known
    for topic in $(topics | grep coming-from); do
        "$TIDEMILL" help "$topic" | sed -n '/^Options$/,$p' | sed 's/^  [^ ]*[^-]*  //' |
            grep -oE -- '--[a-z][a-z-]+' | sort -u >named
        [ -s named ]
        while read -r option; do
            grep -qxe "$option" known || { echo "$topic: $option"; false; }
        done <named
    done
}

@test "each option of a command's help is known to the command" {
    local command option
    for command in $(commands | grep -vx run); do # run parses what it prints: one table
        for option in $(options_of "$command"); do
            apart "$TIDEMILL" "$command" "$option"
            ! grep 'unknown option' "$err" || { echo "$command $option"; false; }
        done
    done
}

@test "man pages: one for each command and topic, with every option" {
    local name option
    pages
    for name in $(commands); do
        [ -s "$pages/man/man1/tidemill-$name.1" ]
        for option in $(options_of "$name"); do
            grep -qF -- "${option//-/\\-}" "$pages/man/man1/tidemill-$name.1"
        done
    done
    for name in $(topics); do
        [ -s "$pages/man/man7/tidemill-$name.7" ]
    done
    [ -s "$pages/man/man1/tidemill.1" ]
    command -v mandoc >/dev/null || skip "mandoc is not installed"
    mandoc -T lint -W warning "$pages"/man/man?/*
}

@test "bash completes commands, options and their values" {
    pages
    # shellcheck source=/dev/null
    source "$pages/completion.bash"
    COMP_WORDS=(tidemill run --layout '') COMP_CWORD=3
    _tidemill
    [ "${COMPREPLY[*]}" = 'rank shared writer' ]
    COMP_WORDS=(tidemill run --phases ver) COMP_CWORD=3
    _tidemill
    [ "${COMPREPLY[*]}" = verify ]
    COMP_WORDS=(tidemill com) COMP_CWORD=1
    _tidemill
    [ "${COMPREPLY[*]}" = compare ]
    for name in $(commands); do
        COMP_WORDS=(tidemill "$name" --) COMP_CWORD=2
        _tidemill
        printf '%s\n' "${COMPREPLY[@]}" | sort -u >completed
        diff completed <(options_of "$name")
    done
}

@test "zsh accepts its completion, which has every option" {
    local option
    pages
    for option in $(options_of run); do
        grep -qF -- "'$option[" "$pages/completion.zsh"
    done
    command -v zsh >/dev/null || skip "zsh is not installed"
    zsh -n "$pages/completion.zsh"
}

@test "an unknown topic: one line, exit 2" {
    refused "command or topic 'nothing'" "$TIDEMILL" help nothing
}
