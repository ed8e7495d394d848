#!/bin/bash
# lying_test.sh PROGRAM SCRIPTED LYING_CLOCK: no wall clock and no MPI_Wtime enters any number
set -eu
# shellcheck source=tests/numbers/common.sh
. "$(dirname "$0")/common.sh"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"

# Of the phase, in ns: least and most.
bounds="duration_ns:1000000000:2000000000 first_through_ns:990000000:2000000000
    start_skew_ns:0:200000000 end_skew_ns:0:700000000"

# late: is one of them more, but less than a clock that steps would make of it?
late() {
    "$python" - "$bounds" <<'CHECK'
import sys
import h5py
attrs = h5py.File("result.h5")["phases/01_write"].attrs
bounds = [bound.split(":") for bound in sys.argv[1].split()]
sys.exit(not any(int(most) < attrs[name] < 60_000_000_000 for name, _, most in bounds))
CHECK
}

# Twenty-one requests of 64 KiB at 1.25 MiB/s: the last of them starts one second after the start.
for told in 9:none 1:ahead5s 0:ahead5s 1:ahead10d 0:ahead10d 1:step 0:step 1:wtime 0:wtime; do
    echo "$told"
    for _ in 1 2 3; do # clocks lie each time, a machine stands still now and then
        rm -f result.h5
        ranks 2 env TIDEMILL_LIE="$told" LD_PRELOAD="$lying_clock" "$program" run --engine pwrite \
            --writers 1 --depth 1 --rate 1280KiB/s --buffer-size 64k --size-per-rank 1344k \
            --phases write --result result.h5 target >summary.txt 2>log.txt ||
            { cat log.txt; exit 1; }
        "$python" "$here/recompute.py" result.h5 summary.txt
        late || break
    done
    for bound in $bounds; do
        IFS=: read -r name least most <<<"$bound"
        within "$least" "$(attribute result.h5 01_write "$name")" "$most" "$name"
    done
done
