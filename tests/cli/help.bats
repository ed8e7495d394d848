#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --help and --version.

load helper

@test "--version is one line on stdout" {
    apart "$TIDEMILL" --version
    [ "$status" -eq 0 ]
    [ ! -s "$err" ]
    [ "$(wc -l <"$out")" -eq 1 ]
    [[ $(<"$out") =~ ^tidemill\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "--help names the commands, on stdout" {
    apart "$TIDEMILL" --help
    [ "$status" -eq 0 ]
    [ ! -s "$err" ]
    grep -q 'tidemill run' "$out"
    grep -q 'tidemill report' "$out"
}

@test "run --help, run -h and help run are the same page" {
    "$TIDEMILL" run --help >one
    "$TIDEMILL" run -h >two
    "$TIDEMILL" help run >three
    cmp one two
    cmp one three
    grep -q -- '--size-per-rank SIZE' one
}

@test "--help takes precedence over errors after it and changes nothing" {
    state_of >before
    run "$TIDEMILL" run --help --nonsense /nowhere
    [ "$status" -eq 0 ]
    diff before <(state_of)
}

@test "under mpirun the page is printed once" {
    apart ranks 4 run --help
    [ "$status" -eq 0 ]
    [ "$(grep -c '^tidemill run \[options\] TARGET' "$out")" -eq 1 ]
}

@test "without a command: the page on stderr, exit 2" {
    apart "$TIDEMILL"
    [ "$status" -eq 2 ]
    [ ! -s "$out" ]
    grep -q -- 'tidemill run' "$err"
}

@test "an unknown command: one line, exit 2" {
    refused "'rnu'" "$TIDEMILL" rnu
    refused "--help" "$TIDEMILL" rnu
}
