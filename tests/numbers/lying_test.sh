#!/bin/bash
# lying_test.sh PROGRAM SCRIPTED LYING_CLOCK: no wall clock and no MPI_Wtime enters any number
set -eu
# shellcheck source=tests/numbers/common.sh
. "$(dirname "$0")/common.sh"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"

# Twenty-one requests of 64 KiB at 1.25 MiB/s: the last of them starts one second after the start.
for told in 9:none 1:ahead5s 0:ahead5s 1:ahead10d 0:ahead10d 1:step 0:step 1:wtime 0:wtime; do
    rm -f result.h5
    ranks 2 env TIDEMILL_LIE="$told" LD_PRELOAD="$lying_clock" "$program" run --engine pwrite \
        --writers 1 --depth 1 --rate 1280KiB/s --buffer-size 64k --size-per-rank 1344k \
        --phases write --result result.h5 target >summary.txt 2>log.txt || { cat log.txt; exit 1; }
    echo "$told"
    within 1000000000 "$(attribute result.h5 01_write duration_ns)" 2000000000 duration_ns
    within 990000000 "$(attribute result.h5 01_write first_through_ns)" 2000000000 first_through_ns
    within 0 "$(attribute result.h5 01_write start_skew_ns)" 200000000 start_skew_ns
    within 0 "$(attribute result.h5 01_write end_skew_ns)" 700000000 end_skew_ns
    "$python" "$here/recompute.py" result.h5 summary.txt
done
