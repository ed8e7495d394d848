#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Each kind of wrong data is found and reported with its place, and the exit code is 3.
# shellcheck disable=SC2154 # the helpers set target, status, output, file, at

load ../cli/helper
load spoil

@test "foreign: a block of another file" {
    for layout in rank writer; do
        for engine in $engines; do
            written "$engine" "$layout" --writers 1
            other=$(find "$target" -type f -name 'r1*' | head -n 1)
            put "$other" "$at" 8192 "$at"
            expect foreign "$at"
        done
    done
}

two_generations() { # ENGINE: two writing phases; ./old has the content of the first one
    rm -rf first.h5 zero.h5 "${target:?}"/*
    # the content depends only on seed, file and generation: a run with one phase writes the same
    "$TIDEMILL" run --quiet --size "$bytes" --buffer-size 256k --engine "$1" --seed "$seed" \
        --phases write --keep --result zero.h5 "$target"
    cp "$(find "$target" -type f)" old
    rm -rf "${target:?}"/*
    "$TIDEMILL" run --quiet --size "$bytes" --buffer-size 256k --engine "$1" --seed "$seed" \
        --phases write,write --keep --result first.h5 "$target"
    file=$(find "$target" -type f)
}

@test "stale: a block of the previous generation" {
    for engine in $engines; do
        two_generations "$engine"
        put old "$at" 8192 "$at"
        alone=1 expect stale "$at"
    done
}

@test "torn: half a block of the previous generation" {
    for engine in $engines; do
        two_generations "$engine"
        dd if=old of="$file" bs=512 skip="$((at / 512 + 4))" seek="$((at / 512 + 4))" count=4 \
            conv=notrunc status=none
        alone=1 expect torn "$((at + 2048))"
    done
}

@test "wrong data are found with compress and dedup ratios too" {
    written uring rank --compress-ratio 2 --dedup-ratio 3
    spoil zeros
    expect zeros "$at"
    written pwrite shared --compress-ratio 4
    spoil flipped
    expect flipped "$at"
}

@test "missing: a truncated file" {
    for engine in $engines; do
        for layout in rank shared; do
            written "$engine" "$layout"
            truncate -s "$((at + 1000))" "$file"
            expect missing "$((at + 1000))"
        done
    done
}

@test "reading a truncated file fails and reports its size" {
    for engine in $engines; do
        written "$engine" rank
        truncate -s "$((at + 1000))" "$file"
        run ranks 2 run --options-from first.h5 --phases read --no-verify --result "r-$engine.h5"
        [ "$status" -eq 1 ]
        grep -F "cannot read '$file' at offset " <<<"$output" |
            grep -qF ": the file has $((at + 1000)) bytes, but at least "
    done
}

@test "good data of every engine and layout verify with another engine" {
    for engine in $engines; do
        for layout in rank shared writer; do
            written "$engine" "$layout"
            ranks 2 run --quiet --options-from first.h5 --phases verify \
                --result "ok-$engine-$layout.h5" \
                --engine "$([ "$engine" = uring ] && echo pwrite || echo uring)"
        done
    done
}
