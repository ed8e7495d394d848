#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# stopped_test.sh PROGRAM SCRIPTED LYING_CLOCK FAULT_PRELOAD: a rank that is stopped for three seconds
# in the middle of its phase has a gap of that length, and all figures agree. scripted_test.sh checks
# that the advice names such a rank, as on a real machine other ranks may pause too.
set -eu
# shellcheck source=tests/numbers/common.sh
. "$(dirname "$0")/common.sh"
fault_preload=$4
cat >one_rank.sh <<'RANK'
echo $$ >"pid.$OMPI_COMM_WORLD_RANK"
exec "$@"
RANK
# The rank stops itself at its eighth write.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0"
mpirun -q -n 4 --oversubscribe --bind-to none sh one_rank.sh env FAULT_RULES="2 write 8 signal=19" \
    FAULT_PATH="$work/target" FAULT_MARK="$work/mark" LD_PRELOAD="$fault_preload" \
    "$program" run --engine pwrite --writers 1 --depth 1 --rate 16MiB/s --buffer-size 256k \
    --size-per-rank 16m --phases write --result result.h5 target >summary.txt 2>log.txt &
run=$!
until [ -e mark ] && [ "$(sed 's/.*) //' "/proc/$(cat pid.2)/stat" | cut -c1)" = T ]; do
    kill -0 "$run" || { cat log.txt; exit 1; }
    sleep 0.1
done
sleep 3
kill -CONT "$(cat pid.2)"
wait "$run" || { cat log.txt; exit 1; }
"$python" "$here/recompute.py" result.h5 summary.txt
"$python" - <<'CHECK'
import h5py
with h5py.File("result.h5") as result:
    ranks = result["phases/01_write/ranks"]
    assert list(ranks["bytes"]) == [16 << 20] * 4, list(ranks["bytes"])
    gap = ranks["longest_gap_ns"][2]
    assert 3_000_000_000 <= gap <= result["phases/01_write"].attrs["duration_ns"], gap
    stopped = list(ranks["stopped_ns"])
    assert 2_000_000_000 <= stopped[2] == max(stopped), stopped
    print(f"rank 2 paused for {gap / 1e9:.2f} s")
CHECK
