#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hosts_test.sh PROGRAM SCRIPTED LYING_CLOCK: clock offsets of simulated hosts are within their bound
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
# The size of the error depends on other work on the CPUs; mpi/skew tests that the shortest of many
# round trips determines it.
"$here/../../launch/hosts.sh" hostfile --size 24MiB --verbose --result result.h5 target >summary.txt
grep skew summary.txt
"$python" "$here/recompute.py" result.h5 summary.txt
"$python" - <<'CHECK'
import h5py
table = h5py.File("result.h5")["environment/clocks"]
rows = list(zip(table["node"].asstr(), table["offset_ns"], table["error_ns"], table["wall_error_ns"]))
assert sorted({row[0] for row in rows}) == ["node1", "node2", "node3"], rows
for node, offset, bound, wall in rows:
    wrong = offset - (int(node[4:]) - 1) * 100_000 * 1_000_000_000  # as box_inside.sh sets them
    print(node, "wrong by", wrong, "ns, bound", bound, "ns")
    assert abs(wrong) <= bound + 1, node
    assert abs(wall) <= bound + 10_000_000_000, (node, wall)  # they share one wall clock
CHECK
