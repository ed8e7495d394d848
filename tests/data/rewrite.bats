#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Data that were rewritten in place: each request holds what the phases that were carried out left
# there, also where one ended early or died.
# shellcheck disable=SC2154 # the helpers set target, status, output, file, bytes, seed

load ../cli/helper
load spoil

settings() { # RATE TIME: a section that writes, one that rewrites slowly, and one that verifies
    printf '%s\n' "seed = $seed" "[w]" "phase = write" "size = $bytes" "buffer-size = 256k" \
        "[u]" "phase = rewrite" "data = w" "rate = $1" "time = $2" \
        "[v]" "phase = verify" "data = w" >s.ini
}

# Keeps what a run of these phases wrote as a file, for its content.
content() { # NAME PHASES
    "$TIDEMILL" run --quiet --size "$bytes" --buffer-size 256k --seed "$seed" --phases "$2" --keep \
        --result "$1.h5" "$target"
    mv "$(find "$target" -type f)" "$1"
    rm -rf "${target:?}"/*
}

verify() { # EXIT-CODE
    rm -f v.h5
    run "$TIDEMILL" run --quiet --options-from first.h5 --phases v --result v.h5
    [ "$status" -eq "$1" ] || { printf 'exit %s\n%s\n' "$status" "$output"; return 1; }
}

@test "rewritten data verify with every engine, layout and order, on one and on several ranks" {
    local orders=(sequential strided random) i=0
    for engine in $engines; do
        for layout in rank shared writer; do
            ranks $((i % 3 + 1)) run --quiet --overwrite --size 3m --buffer-size 48k --writers 2 \
                --engine "$engine" --layout "$layout" --order "${orders[i++ / 2 % 3]}" \
                --phases write,rewrite,verify,rewrite,read --verify --result r.h5 "$target"
        done
    done
    ranks 2 run --quiet --overwrite --size 3000000 --buffer-size 47008 --writers 2 \
        --interleave 47008 --order random --phases write,rewrite,verify --result r.h5 "$target"
}

@test "after a rewrite that ended early, each part of the file has its own generation" {
    content old write
    content new write,rewrite
    settings 2m 1
    "$TIDEMILL" run --quiet --phases w,u --options-from s.ini --keep --result first.h5 "$target"
    file=$(find "$target" -type f)
    sent=$(h5dump -d /phases/02_u/files/requests_done -y first.h5 |
        awk '/DATA \{/ { getline; print $1; exit }')
    [ "$sent" -gt 0 ] || skip "the machine was too slow to rewrite anything within a second"
    [ "$sent" -lt $((bytes / 262144)) ]
    verify 0
    put old 0 8192 0
    verify 3
    grep -qw stale <<<"$output"
    put new 0 8192 0
    verify 0
    put new $((bytes - 8192)) 8192 $((bytes - 8192))
    verify 3
}

@test "where a rewrite died, the old and the new data are right, and nothing else is" {
    content old write
    content new write,rewrite
    settings 512k 1h
    mkfifo pipe
    "$TIDEMILL" run --phases w,u --options-from s.ini --keep --result first.h5 "$target" 2>pipe &
    pid=$!
    grep -qm 1 '^u: ' pipe
    kill -KILL "$pid"
    wait "$pid" || true
    file=$(find "$target" -type f)
    verify 0
    put new 262144 8192 262144
    put old $((bytes - 262144)) 8192 $((bytes - 262144))
    put new $((bytes - 4096)) 4096 $((bytes - 4096))
    verify 0
    put /dev/zero 0 4096 "$at"
    verify 3
    grep -qw "$at" <<<"$output"
}
