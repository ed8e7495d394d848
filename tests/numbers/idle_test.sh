#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# idle_test.sh PROGRAM SCRIPTED LYING_CLOCK: ranks without work do not affect modes and extremes
set -eu
# shellcheck source=tests/numbers/common.sh
. "$(dirname "$0")/common.sh"
ranks 4 "$program" run --engine pwrite --size 5MiB --buffer-size 1MiB --writers 2 --phases write,read \
    --verbose --result result.h5 target >summary.txt 2>log.txt || { cat log.txt; exit 1; }
ranks 4 "$program" run --engine pwrite --size 2MiB --buffer-size 1MiB --phases write,read \
    --result few.h5 target >few.txt 2>log.txt || { cat log.txt; exit 1; }
"$python" "$here/recompute.py" result.h5 summary.txt
"$python" "$here/recompute.py" few.h5 few.txt
if grep -E '^  balance .* 0\.00[ ,]' few.txt || grep 'far slower' few.txt; then
    echo "a rank without work counts as slow"
    exit 1
fi
"$python" - <<'CHECK'
import h5py
with h5py.File("few.h5") as result:
    for phase in result["phases"].values():
        names = {value: name for name, value in
                 h5py.check_enum_dtype(phase["ranks/direct_in_effect"].dtype).items()}
        ranks = phase["ranks"]
        modes = {names[mode] for mode, size in zip(ranks["direct_in_effect"], ranks["bytes"]) if size}
        idle = [names[mode] for mode, size in zip(ranks["direct_in_effect"], ranks["bytes"]) if not size]
        assert idle == ["unknown"] * 2, idle
        node = names[phase["nodes/direct_in_effect"][0]]
        assert modes == {node} == {phase.attrs["direct_in_effect"]}, (modes, node)
CHECK
