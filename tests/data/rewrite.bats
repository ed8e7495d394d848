#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Data that were rewritten in place: each request holds what the phases that were carried out left
# there, also where one ended early or died.
# shellcheck disable=SC2154 # the helpers set target, status, output, file, bytes, seed

load ../cli/helper
load spoil
load in_place

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
    settings rewrite 2m 1
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
    settings rewrite 512k 1h
    killed
    verify 0
    put new 262144 8192 262144
    put old $((bytes - 262144)) 8192 $((bytes - 262144))
    put new $((bytes - 4096)) 4096 $((bytes - 4096))
    verify 0
    put /dev/zero 0 4096 "$at"
    verify 3
    grep -qw "$at" <<<"$output"
}

@test "where a phase died that went over the data again and again, they are refused" {
    for kind in rewrite mixed; do
        rm -rf pipe first.h5 "${target:?}"/*
        settings "$kind" 512k 1h "loop = yes"
        killed
        verify 2
        grep -q "'02_u' rewrote the files again and again (--loop) when it died" <<<"$output"
    done
}
