#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lying_test.sh PROGRAM SCRIPTED LYING_CLOCK: no figure depends on the wall clock or MPI_Wtime
set -eu
# shellcheck source=tests/numbers/common.sh
. "$(dirname "$0")/common.sh"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"

now_ns() {
    "$python" -c 'import time; print(time.monotonic_ns())'
}

# 21 requests of 64 KiB at 1.25 MiB/s: the last one starts after one second. Clocks are wrong by at
# least an hour, which is longer than any run.
for error in 9:none 1:ahead1h 0:ahead1h 1:ahead10d 0:ahead10d 1:step 0:step 1:wtime 0:wtime; do
    echo "$error"
    rm -f result.h5
    before=$(now_ns)
    timeout 150 mpirun -q -n 2 --oversubscribe --bind-to none \
        env TIDEMILL_LIE="$error" LD_PRELOAD="$lying_clock" "$program" run --engine pwrite \
        --writers 1 --depth 1 --rate 1280KiB/s --buffer-size 64k --size-per-rank 1344k \
        --phases write --result result.h5 target >summary.txt 2>log.txt || { cat log.txt; exit 1; }
    elapsed=$(($(now_ns) - before))
    "$python" "$here/recompute.py" result.h5 summary.txt
    "$python" "$here/lying_check.py" result.h5 "$elapsed"
done

# The check finds a figure that a false clock has changed.
for figure in 'phase.attrs["start_skew_ns"]' 'phase["ranks/last_ns"][1]' 'phase["slowest/sent_ns"][0]'; do
    cp result.h5 wrong.h5
    "$python" -c "import h5py
with h5py.File('wrong.h5', 'r+') as file:
    phase = file['phases/01_write']
    $figure += 3600 * 10**9"
    if "$python" "$here/lying_check.py" wrong.h5 "$elapsed"; then
        echo "not found: an hour in $figure"
        exit 1
    fi
done
