#!/bin/bash
# hosts_test.sh PROGRAM SCRIPTED LYING_CLOCK: clocks of pretended hosts are found within 20 us
set -eu
if [ -z "${BOX:-}" ]; then
    exec "$(dirname "$(readlink -f "$0")")/../hosts/box.sh" 3 "$0" "$@"
fi
work=$BOX
export work
# shellcheck source=tests/numbers/common.sh
. "$(dirname "$0")/common.sh"
export TIDEMILL=$program
printf 'node1\nnode2\nnode3\n' >hostfile
# The bound must always hold. The error must get as small as 20 us, if not while something else has
# the processors, then in one of a few runs.
for run in 1 2 3 4 5; do
    "$here/../../launch/hosts.sh" hostfile --size 24MiB --result "$run.h5" target >summary.txt
    grep skew summary.txt
    "$python" "$here/recompute.py" "$run.h5" summary.txt
    "$python" - "$run.h5" <<'CHECK' && exit 0
import sys
import h5py
table = h5py.File(sys.argv[1])["environment/clocks"]
rows = zip(table["node"].asstr(), table["offset_ns"], table["error_ns"], table["wall_error_ns"])
worst = 0
for node, offset, bound, wall in rows:
    wrong = offset - (int(node[4:]) - 1) * 100_000 * 1_000_000_000  # as box_inside.sh sets them
    print(node, "wrong by", wrong, "ns, bound", bound, "ns")
    if abs(wrong) > bound + 1 or abs(wall) > bound + 1_000_000:  # they share one wall clock
        sys.exit(2)
    worst = max(worst, abs(wrong))
sys.exit(0 if worst <= 20_000 else 3)
CHECK
    [ $? -eq 3 ] || exit 1
done
echo "no run of five knew the clocks to 20 us"
exit 1
