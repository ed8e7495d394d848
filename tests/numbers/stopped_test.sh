#!/bin/bash
# stopped_test.sh PROGRAM SCRIPTED LYING_CLOCK: a rank that stands still for three seconds is named
set -eu
# shellcheck source=tests/numbers/common.sh
. "$(dirname "$0")/common.sh"
cat >one_rank.sh <<'RANK'
echo $$ >"pid.$OMPI_COMM_WORLD_RANK"
exec "$@"
RANK
# Others may stand still as well: when their storage does, and then it is tried again.
for _ in 1 2 3; do
    rm -f result.h5
    ranks 4 sh one_rank.sh "$program" run --engine pwrite --writers 1 --depth 1 --rate 16MiB/s \
        --buffer-size 256k --size-per-rank 1g --time 8s --phases write --result result.h5 target \
        >summary.txt 2>log.txt &
    run=$!
    for _ in $(seq 300); do
        [ "$(find target -type f -size +1024k | wc -l)" -lt 4 ] || break
        sleep 0.1
    done
    kill -STOP "$(cat pid.2)"
    sleep 3
    kill -CONT "$(cat pid.2)"
    wait "$run" || { cat log.txt; exit 1; }
    cat summary.txt
    "$python" "$here/recompute.py" result.h5 summary.txt
    "$python" - <<'CHECK' && exit 0
import sys
import h5py
result = h5py.File("result.h5")
texts = [text.decode() for text in result["advice/text"]]
name = result["phases/01_write/ranks/name"][2].decode()
gap = result["phases/01_write/ranks/longest_gap_ns"]
if gap[2] >= 2_500_000_000 and max(gap[i] for i in (0, 1, 3)) >= 2_500_000_000:
    sys.exit(3)
assert gap[2] >= 2_500_000_000, list(gap)
assert any(name in text for text in texts), texts
CHECK
    [ $? -eq 3 ] || exit 1
done
echo "in none of three runs the others went on"
exit 1
