#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --sweep: all points in one result, no file left, and refusals before anything is created.

load helper

# recomputed RESULT PAGE: each figure follows from the measurements, and the page has no other.
recomputed() {
    /usr/bin/python3 "$BATS_TEST_DIRNAME/../numbers/recompute.py" "$@"
}

# seeds RESULT: how many different ones the points had
seeds() {
    /usr/bin/python3 -c 'import sys, h5py
print(len(set(h5py.File(sys.argv[1])["sweep_runs/seed"][()])))' "$1"
}

@test "a sweep of two options measures each point --repeat times and leaves nothing" {
    ranks 2 run --sweep depth=1,2 --sweep buffer-size=64k,128k --repeat 2 --size 1m --sort point \
        --result r.h5 "$target" >page
    [ -z "$(ls -A "$target")" ]
    [ "$(column r.h5 sweep n)" = 16 ] # 4 points x 2 phases x 2
    [ "$(column r.h5 sweep_runs bytes)" = $((16 << 20)) ]
    [ "$(column r.h5 sweep_runs repetition)" = 24 ]
    [ "$(seeds r.h5)" = 1 ]
    grep -q '^sweep$' page
    [ "$(grep -c '^  depth [12], buffer-size \(64k\|128k\)  *\(write\|read\)' page)" = 8 ]
    "$TIDEMILL" report r.h5 | grep -q 'whether it equals the best takes --repeat 4'
    recomputed r.h5 page
}

@test "the points are shown by --dry-run" {
    "$TIDEMILL" run --sweep writers=1,2 --size 1m --dry-run "$target" >plan
    grep -q '^sweep  *2 points x 1' plan
    grep -q '^  *2  *writers 2$' plan
    [ -z "$(ls -A "$target")" ]
}

@test "a swept rate shows what was offered" {
    "$TIDEMILL" run --sweep rate=16MiB/s,32MiB/s --phases write --buffer-size 64k --size 1m \
        --result r.h5 "$target" >page
    grep -q 'offered GiB/s' page
    [ "$(column r.h5 sweep offered_bytes_per_s)" = $((48 << 20)) ]
    recomputed r.h5 page
}

@test "/dev/null and one new file can be swept" {
    "$TIDEMILL" run --sweep producers=1,2 --size 4m --repeat 7 --sort cpu --result r.h5 /dev/null >page
    [ "$(column r.h5 sweep n)" = 14 ]
    recomputed r.h5 page
    /usr/bin/python3 -c 'import h5py; h5py.File("r.h5", "r+")["sweep/median_bytes_per_s"][1] += 1'
    run recomputed r.h5 page
    [[ $status -eq 1 && $output == "median_bytes_per_s of point 2, write: computed"* ]]
    "$TIDEMILL" run --sweep seed=1,2 --size 1m --quiet --result t.h5 /dev/null
    [ "$(seeds t.h5)" = 2 ]
    "$TIDEMILL" run --sweep depth=1,2 --size 4m --quiet --result s.h5 --output "$work/new"
    [ "$(column s.h5 sweep n)" = 4 ]
    [ ! -e "$work/new" ]
}

@test "an interrupt keeps what was measured, marked as unfinished, and leaves no file" {
    status=0
    env FAULT_RULES="0 write 70 signal=2" FAULT_PATH="$target" \
        LD_PRELOAD="${TIDEMILL%/*}/tests/faults/libfault_preload.so" \
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
        "$TIDEMILL" run --sweep buffer-size=16k,32k --repeat 9 --engine pwrite --size 1m \
        --phases write --result i.h5 "$target" >page || status=$?
    [ "$status" -eq 130 ]
    [ -z "$(ls -A "$target")" ]
    [ "$(column i.h5 sweep n)" -ge 1 ]
    grep -q '^  unfinished: the best is that of the measurements so far$' page
    recomputed i.h5 page
}

@test "a sweep over ranks: the first ones work, and each point has its efficiency" {
    ranks 3 run --sweep ranks=1,3 --sort point --size-per-rank 1m --layout shared --verify \
        --result r.h5 "$target" >page
    [ -z "$(ls -A "$target")" ]
    [ "$(column r.h5 sweep_runs bytes)" = $((8 << 20)) ] # 1 and 3 ranks, written and verified
    [ "$(column r.h5 sweep scale)" = 8 ]
    [ "$(column r.h5 sweep base_point)" = 4 ]
    grep -q 'efficiency' page
    [ "$(grep -c '^  ranks 1 .* 100 % ' page)" = 2 ]
    recomputed r.h5 page
    refused "'r.h5' is a sweep" "$TIDEMILL" compare r.h5 r.h5
    refused '--sweep ranks=4: the job has 3 ranks' ranks 3 run --sweep ranks=1,4 --size 1m "$target"
    refused '--sweep nodes=2: the job has 1 node' "$TIDEMILL" run --sweep nodes=1,2 --size 1m "$target"
}

@test "what cannot be swept is refused" {
    refused "'result' belongs to the whole run and cannot vary" "$TIDEMILL" run --sweep result=a,b --size 1m "$target"
    refused "did you mean 'depth'?" "$TIDEMILL" run --sweep depht=1 --size 1m "$target"
    refused '--writers is given and swept' "$TIDEMILL" run --sweep writers=1,2 --writers 2 --size 1m "$target"
    refused 'leave --keep out' "$TIDEMILL" run --sweep depth=1,2 --keep --size 1m "$target"
    refused '--repeat N' "$TIDEMILL" run --sweep depth=1,2 --repeat until=2% --size 1m "$target"
    refused 'start with write' "$TIDEMILL" run --sweep depth=1,2 --phases read --size 1m "$target"
    refused "move bytes, not 'create'" "$TIDEMILL" run --sweep depth=1,2 --phases create "$target"
    refused 'batch 2: --batch needs --engine pwritev' ranks 2 run --sweep batch=1,2 --size 1m "$target"
}
