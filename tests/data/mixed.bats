#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Data of which a mixed phase rewrote a part in place: each request holds the generation that it must.
# shellcheck disable=SC2154 # the helpers set target, status, output, file, bytes, seed

load ../cli/helper
load spoil
load in_place

length=262144 # of a request

holds() { # FILE REQUEST NAME: does a request of FILE hold the content of NAME?
    cmp -s -i $(($2 * length)) -n "$length" "$1" "$3"
}

# Sets 'read' and 'written': a request that the mixed phase reads, and one that it writes, from
# REQUEST on.
find_each() { # REQUEST
    read='' written=''
    for ((i = $1; i < bytes / length; i++)); do
        if holds mixed "$i" old; then read=${read:-$i}; else written=${written:-$i}; fi
    done
    [ -n "$read" ] && [ -n "$written" ]
}

@test "mixed data verify with every engine, layout and order, on one and on several ranks" {
    local layouts=(rank shared writer) orders=(sequential strided random) i=0
    for fraction in 0 70% 99.5% 100%; do
        ranks $((i % 3 + 1)) run --quiet --overwrite --size 3m --buffer-size 48k --writers 2 --verify \
            --layout "${layouts[i % 3]}" --order "${orders[i / 2 % 3]}" --read-fraction "$fraction" \
            --engine "$(cut -d ' ' -f $((i++ % 3 + 1)) <<<"$engines")" --result r.h5 \
            --phases write,mixed,verify,mixed,mixed,rewrite,mixed,read "$target"
    done
    ranks 2 run --quiet --overwrite --size 3000000 --buffer-size 47008 --writers 2 --verify \
        --interleave 47008 --order random --fsync each --phases write,mixed,mixed,verify \
        --repeat 2 --result r.h5 "$target"
}

@test "phases that start over leave what later ones expect, in the run and in its result" {
    printf '%s\n' "size = 1000000" "buffer-size = 4k" "writers = 2" "loop = yes" \
        "[w]" "phase = write" "order = random" "[m]" "phase = mixed" "data = w" "time = 0.4" "verify = yes" \
        "[u]" "phase = rewrite" "data = w" "time = 0.3" "rate = 8m" \
        "[n]" "phase = mixed" "data = w" "time = 0.3" "fsync = each" "verify = yes" \
        "[r]" "phase = read" "data = w" "time = 0.2" "verify = yes" "[v]" "phase = verify" "data = w" "time = 0.2" >l.ini
    sed -i 's/^\[w\]/[w]\ntime = 1h/' l.ini
    ranks 2 run --quiet --options-from l.ini --keep --result first.h5 "$target"
    h5dump -a /phases/05_r/passes_ppm first.h5 | grep -q '(0): [1-9]'
    ranks 2 run --quiet --options-from first.h5 --phases v --result v.h5
}

@test "a mixed phase changes its part of the requests and no other, and both are verified" {
    content old write
    content new write,rewrite
    content mixed write,mixed
    local count=0
    for ((i = 0; i < bytes / length; i++)); do
        holds mixed "$i" old || { holds mixed "$i" new && count=$((count + 1)); }
    done
    [ "$count" -ge 14 ] && [ "$count" -le 18 ] # of 32, half
    settings mixed 1g 1h
    "$TIDEMILL" run --quiet --phases w,u --options-from s.ini --keep --result first.h5 "$target"
    file=$(find "$target" -type f)
    cmp "$file" mixed
    verify 0
    find_each 0
    put new $((read * length)) 4096 $((read * length))
    verify 3
    put old $((read * length)) 4096 $((read * length))
    verify 0
    put old $((written * length)) 4096 $((written * length))
    verify 3
    grep -qw stale <<<"$output"
}

@test "where a mixed phase died, only the requests that it writes may be old or new" {
    content old write
    content new write,rewrite
    content mixed write,mixed
    find_each 8
    settings mixed 512k 1h
    killed
    verify 0
    put new $((written * length)) 8192 $((written * length))
    verify 0
    put old $((written * length)) 4096 $((written * length))
    verify 0
    put /dev/zero 0 4096 $((written * length))
    verify 3
    put old $((written * length)) 4096 $((written * length))
    put new $((read * length)) 4096 $((read * length))
    verify 3
}

@test "wrong data that a mixed phase reads are counted, named, and the exit code is 3" {
    local preload=${TIDEMILL%/*}/tests/faults/libfault_preload.so
    [ -e "$preload" ]
    for engine in pwrite pwritev; do
        run env FAULT_RULES="0 read 2 flip" FAULT_PATH="$target" LD_PRELOAD="$preload" \
            ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
            "$TIDEMILL" run --quiet --overwrite --size 1m --buffer-size 64k --writers 1 --engine "$engine" \
            --phases write,mixed --verify --seed "$seed" --result x.h5 "$target"
        [ "$status" -eq 3 ] || { printf 'exit %s\n%s\n' "$status" "$output"; return 1; }
        grep -q "1 block of 4 KiB holds wrong data, first in '.*/r0' at offset [0-9]* (rank 0 .*): flipped" \
            <<<"$output"
        [ "$(attribute x.h5 phases/02_mixed status)" = failed ]
        [ "$(column x.h5 phases/02_mixed/ranks bad_blocks)" -eq 1 ]
        [ -z "$(ls -A "$target")" ]
    done
}
