#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Numbers at the limits of 31, 32, 53 and 63 bits: refused in one line or used, never truncated.

load helper

most=9223372036854775807 # 2^63 - 1

@test "sizes that no file can hold" {
    refused '--size is more than a file can hold (8 EiB)' "$TIDEMILL" run --size 8192p "$target"
    refused '--buffer-size is more than a file can hold' \
        "$TIDEMILL" run --buffer-size 18446744073709551615 "$target"
    refused 'unknown unit at column 2' "$TIDEMILL" run --size-per-rank 8EiB "$target"
    refused 'too large' "$TIDEMILL" run --size 16384p "$target"
}

@test "the data set of all ranks is too large, or would wrap around" {
    local size
    for size in 2048p 4096p "$most"; do # by 4 ranks: 2^63, 2^64, 2^65 - 4
        refused 'the data set of all ranks is larger than 8 EiB' \
            ranks 4 run --force --size-per-rank "$size" "$target"
    done
    refused 'larger than 8 EiB' ranks 4 run --force --dry-run --size-per-rank 2048p "$target"
    apart ranks 4 run --force --dry-run --size-per-rank 2305843009213693951 "$target"
    [ "$status" -eq 0 ]
    grep -q '(9223372036854775804 bytes)' "$out"
}

@test "the largest data set is shown in bytes, with the available space" {
    refused "the plan needs 8192 PiB ($most bytes) on '$target', which has" \
        "$TIDEMILL" run --size "$most" "$target"
    apart "$TIDEMILL" run --size "$most" --force --dry-run "$target"
    [ "$status" -eq 0 ]
    grep -q "($most bytes) in 8796093022208 requests of 1MiB" "$out"
}

@test "counts that 32 bits would truncate, and products that 64 bits would" {
    local count
    for count in 4294967297 18446744073709551615; do
        refused "'--writers' $count is too much" \
            "$TIDEMILL" run --size 4m --writers "$count" "$target"
        refused "'--producers' $count is too much" \
            "$TIDEMILL" run --size 4m --producers "$count" "$target"
        refused "'--depth' $count is too much" \
            "$TIDEMILL" run --size 4m --engine uring --depth "$count" "$target"
        refused "'--buffer-count' $count is too much" \
            "$TIDEMILL" run --size 4m --buffer-count "$count" "$target"
        refused 'one call takes at most 1024' \
            "$TIDEMILL" run --size 4m --engine pwritev --batch "$count" "$target"
    done
    refused "'--depth' 4294967296 is too much" \
        "$TIDEMILL" run --size 4m --engine uring --writers 4096 --depth 4294967296 "$target"
    refused 'do not fit the' "$TIDEMILL" run --buffer-size "$most" "$target"
    refused 'do not fit the' \
        "$TIDEMILL" run --buffer-size 2048p --buffer-count 4 "$target" # 2^63
    refused 'do not fit the' \
        "$TIDEMILL" run --buffer-size 2048p --buffer-count 8 "$target" # 2^64
}

@test "the largest times and rates limit nothing, and no buffer holds the largest block" {
    refused "'--dedup-block' 9223372036854775296 is larger than a buffer may be" \
        "$TIDEMILL" run --dedup-ratio 2 --dedup-block 9223372036854775296 "$target"
    apart "$TIDEMILL" run --quiet --size 1m --verify --time "${most}ns" --stall-warning "${most}ns" \
        --stall-abort "${most}ns" --rate 18446744073709551615/s --seed 18446744073709551615 \
        --dedup-block 9223372036854775296 --result r.h5 "$target"
    cat "$err"
    [ "$status" -eq 0 ]
    # except on how fast it was, and on what others did with the disk
    [ "$(grep -vcE '^tidemill: warning: (in |[^ ]+ of [^ ]+ was busy )' "$err")" -eq 0 ]
}

# sparse ENGINE: writes some requests of 1 TiB to one file, at random offsets; sets 'file'.
sparse() {
    truncate -s 1T probe || skip "no files of 1 TiB on the file system of $work"
    rm probe
    "$TIDEMILL" run --quiet --keep --force --engine "$1" --layout shared --size 1TiB --time 2s \
        --order random --seed 7 --rate 512KiB/s --buffer-size 64KiB --writers 1 --depth 1 \
        --buffer-count 2 --phases write,verify --result "$1.h5" "$target"
    file=$(find "$target" -type f)
}

# The first offset from 2^32 on that holds data.
data_of() {
    /usr/bin/python3 -c 'import os, sys
file = os.open(sys.argv[1], os.O_RDONLY)
print(os.lseek(file, 1 << 32, os.SEEK_DATA))' "$1"
}

@test "requests beyond 2^32 are at the right offset, and a wrong byte there is found" {
    local engine at
    for engine in auto pwritev; do
        sparse "$engine"
        [ "$(stat -c %s "$file")" -gt $((1 << 32)) ]
        [ "$(du -k "$file" | cut -f 1)" -lt 65536 ]
        at=$(data_of "$file")
        [ "$at" -gt $((1 << 32)) ]
        "$TIDEMILL" run --quiet --options-from "$engine.h5" --phases verify --result again.h5
        printf 'wrong data' | dd of="$file" bs=1 seek="$at" conv=notrunc,fsync status=none
        apart "$TIDEMILL" run --quiet --options-from "$engine.h5" --phases verify \
            --result wrong.h5
        cat "$err"
        [ "$status" -eq 3 ]
        grep -q "first in '$file' at offset $at " "$err"
        rm -r "$(dirname "$file")" again.h5 wrong.h5
    done
}

@test "more than a foreign file has is refused, and its result is replaced" {
    printf '9 bytes!!' >"$target/short"
    refused "6.00 GiB would be read from '$target/short', which has 9 B" "$TIDEMILL" run --phases read \
        --size 6g --result r.h5 "$target/short"
    refused "10 B would be read from" "$TIDEMILL" run --phases verify --size 10 "$target/short"
    [ ! -e r.h5 ]
    for size in 9 5; do
        "$TIDEMILL" run --quiet --phases read --size "$size" --overwrite --result r.h5 "$target/short"
        [ "$(attribute r.h5 phases/01_read bytes)" -eq "$size" ]
    done
}

# cost SIZE OPTION...: KiB of memory at most and seconds of CPU time of a run
cost() {
    /usr/bin/python3 - "$TIDEMILL" run --force --quiet --buffer-size 4k --result cost.h5 --overwrite \
        --size "$@" <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_maxrss, int(usage.ru_utime + usage.ru_stime))
PY
}

@test "a plan costs the same for 1 GiB and for 100 TiB: nothing is kept or counted for each request" {
    local options small_memory small_seconds memory seconds
    printf '%s\n' "[w]" "phase = write" "layout = shared" "interleave = 47008" "writers = 3" \
        "[m]" "phase = write" "order = random" "[u]" "phase = mixed" "data = m" \
        "[r]" "phase = read" "data = w" "order = random-repeat" "writers = 2" >s.conf
    for options in "--dry-run --options-from s.conf $target" \
        "--time 100ms --order random --rate 1m /dev/null" \
        "--time 100ms --layout shared --interleave 47008 --rate 1m /dev/null"; do
        # shellcheck disable=SC2086 # the words of the options
        read -r small_memory small_seconds < <(cost 1g $options)
        # shellcheck disable=SC2086
        read -r memory seconds < <(cost 100t $options)
        # 2.7e10 requests: a bit for each of them were 3.4 GB, and a nanosecond 27 s; sanitizers keep
        # memory that was freed
        [ "$memory" -lt $((small_memory + 524288)) ]
        [ "$seconds" -lt $((small_seconds + 10)) ]
    done
}
