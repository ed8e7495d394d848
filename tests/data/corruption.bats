#!/usr/bin/env bats
# Wrong data are found, named by kind and place, and end the run with 3: each kind, engine, layout.

load ../cli/helper

bytes=8388608 # of the data set
at=524288     # in the file, where it is made wrong; a multiple of the request
engines='uring pwrite pwritev'
# The place is told from its first byte that differs. With any seed one place in 256 would happen to
# begin with the byte that is put there.
seed=5

written() { # ENGINE LAYOUT [OPTION...]: one kept data set; $file is the one to spoil
    local engine=$1 layout=$2
    shift 2
    rm -rf first.h5 "${target:?}"/*
    ranks 2 run --quiet --size "$bytes" --buffer-size 256k --engine "$engine" --layout "$layout" \
        --seed "$seed" --phases write --keep --result first.h5 "$@" "$target"
    file=$(find "$target" -type f -name 'r0*' -o -type f -name shared | sort | head -n 1)
}

expect() { # KIND OFFSET [OPTION...]: what verifying must say
    local kind=$1 offset=$2
    shift 2
    rm -f second.h5
    run ranks "$([ -n "${alone:-}" ] && echo 1 || echo 2)" run --options-from first.h5 \
        --phases verify --result second.h5 "$@"
    [ "$status" -eq 3 ] || { printf 'exit %s\n%s\n' "$status" "$output"; return 1; }
    grep -qF "$file" <<<"$output" || { printf '%s\n' "$output"; return 1; }
    grep -qw "$offset" <<<"$output" || { printf '%s\n' "$output"; return 1; }
    grep -qw "$kind" <<<"$output" || { printf '%s\n' "$output"; return 1; }
}

put() { # FROM-FILE FROM-OFFSET LENGTH OFFSET: bytes of one place over another
    dd if="$1" of="$file" bs=4096 skip="$(($2 / 4096))" count="$(($3 / 4096))" \
        seek="$(($4 / 4096))" conv=notrunc status=none
}

spoil() { # KIND
    case $1 in
    zeros) put /dev/zero 0 8192 "$at" ;;
    shifted) put "$file" "$((at + 65536))" 8192 "$at" ;;
    flipped)
        local byte
        byte=$(od -An -tu1 -j "$at" -N 1 "$file" | tr -d ' ')
        printf "\\$(printf %o $((byte ^ 4)))" |
            dd of="$file" bs=1 seek="$at" conv=notrunc status=none
        ;;
    esac
}

each_engine_and_layout() { # KIND OFFSET
    local engine layout
    for engine in $engines; do
        for layout in rank shared writer; do
            written "$engine" "$layout"
            spoil "$1"
            expect "$1" "$2"
        done
    done
}

@test "zeros" { each_engine_and_layout zeros "$at"; }
@test "shifted" { each_engine_and_layout shifted "$at"; }
@test "flipped" { each_engine_and_layout flipped "$at"; }

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

two_generations() { # ENGINE: two writing phases; ./old holds what the first one wrote
    rm -rf first.h5 zero.h5 "${target:?}"/*
    # the content depends on seed, file and generation alone: a run with one phase writes the same
    "$TIDEMILL" run --quiet --size "$bytes" --buffer-size 256k --engine "$1" --seed "$seed" \
        --phases write --keep --result zero.h5 "$target"
    cp "$(find "$target" -type f)" old
    rm -rf "${target:?}"/*
    "$TIDEMILL" run --quiet --size "$bytes" --buffer-size 256k --engine "$1" --seed "$seed" \
        --phases write,write --keep --result first.h5 "$target"
    file=$(find "$target" -type f)
}

@test "stale: a block of the generation before" {
    for engine in $engines; do
        two_generations "$engine"
        put old "$at" 8192 "$at"
        alone=1 expect stale "$at"
    done
}

@test "torn: half a block of the generation before" {
    for engine in $engines; do
        two_generations "$engine"
        dd if=old of="$file" bs=512 skip="$((at / 512 + 4))" seek="$((at / 512 + 4))" count=4 \
            conv=notrunc status=none
        alone=1 expect torn "$((at + 2048))"
    done
}

@test "with ratios: wrong data are found all the same" {
    written uring rank --compress-ratio 2 --dedup-ratio 3
    spoil zeros
    expect zeros "$at"
    written pwrite shared --compress-ratio 4
    spoil flipped
    expect flipped "$at"
}

@test "missing: a file that was cut" {
    for engine in $engines; do
        for layout in rank shared; do
            written "$engine" "$layout"
            truncate -s "$((at + 1000))" "$file"
            expect missing "$((at + 1000))"
        done
    done
}

@test "a file that was cut fails to be read, with its true end" {
    for engine in $engines; do
        written "$engine" rank
        truncate -s "$((at + 1000))" "$file"
        run ranks 2 run --options-from first.h5 --phases read --no-verify --result "r-$engine.h5"
        [ "$status" -eq 1 ]
        grep -qF "'$file' ends at offset $((at + 1000))" <<<"$output"
    done
}

@test "good data of every engine and layout verify, whoever reads them" {
    for engine in $engines; do
        for layout in rank shared writer; do
            written "$engine" "$layout"
            ranks 2 run --quiet --options-from first.h5 --phases verify \
                --result "ok-$engine-$layout.h5" \
                --engine "$([ "$engine" = uring ] && echo pwrite || echo uring)"
        done
    done
}
