#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Compress and dedup ratios of the files of four ranks, measured by zstd, gzip, lz4 and fio-dedupe.

load ../cli/helper

judge() { # COMPRESS DEDUP [RUN OPTION...]
    local compress=$1 dedup=$2
    shift 2
    ranks 4 run --quiet --size 64m --phases write --keep --compress-ratio "$compress" \
        --dedup-ratio "$dedup" "$@" "$target"
    "${BATS_TEST_DIRNAME}/ratios.py" "$target" --compress "$compress" --dedup "$dedup"
}

@test "default: unique chunks of each size that do not compress" { judge 1 1; }
@test "compression 1.25" { judge 1.25 1; }
@test "compression 1.5" { judge 1.5 1; }
@test "compression 2" { judge 2 1; }
@test "compression 3" { judge 3 1; }
@test "compression 4" { judge 4 1; }
@test "compression 8" { judge 8 1; }
@test "dedup 2" { judge 1 2; }
@test "dedup 3.7 over one shared file" { judge 1 3.7 --layout shared; }
@test "dedup 10 over a file for each of two writers" { judge 1 10 --layout writer --writers 2; }
@test "both ratios" { judge 2 3; }
@test "both ratios over one shared file" { judge 1.5 2 --layout shared; }

@test "two seeds share no block" {
    ranks 2 run --quiet --size 16m --phases write --keep --seed 1 "$target"
    ranks 2 run --quiet --size 16m --phases write --keep --seed 2 "$target"
    "${BATS_TEST_DIRNAME}/ratios.py" "$target"
}

@test "all instruction paths and buffer sizes write the same bytes" {
    local sums=
    for path in portable auto; do
        for buffer in 64k 47008; do
            ranks 2 run --quiet --size 10000019 --layout shared --phases write --keep --seed 7 \
                --simd "$path" --buffer-size "$buffer" --compress-ratio 2 "$target"
            sums+=" $(find "$target" -type f -exec sha256sum {} + | cut -d ' ' -f 1)"
            rm -r "${target:?}"/*
        done
    done
    [ "$(tr ' ' '\n' <<<"$sums" | sort -u | grep -c .)" -eq 1 ]
}
