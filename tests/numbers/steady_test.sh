#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# steady_test.sh PROGRAM SCRIPTED LYING_CLOCK: phases end on all ranks together once they are steady
set -eu
# shellcheck source=tests/numbers/common.sh
. "$(dirname "$0")/common.sh"

# steady RANKS "NAME=ENDED_BY..." OPTIONS...
steady() {
    local count=$1 wanted=$2
    shift 2
    rm -f result.h5
    ranks "$count" "$program" run --buffer-size 64k --result result.h5 "$@" \
        >summary.txt 2>log.txt || { cat log.txt; exit 1; }
    # shellcheck disable=SC2086
    "$python" "$here/steady_check.py" result.h5 $wanted
    "$python" "$here/recompute.py" result.h5 summary.txt
    [ -z "$(find target -mindepth 1)" ] || { echo "files are left"; exit 1; }
}

steady 1 "01_write=steady" --until-steady --rate 8MiB/s --time 300s /dev/null
grep -q 'by --until-steady: the last five rounds were steady' summary.txt
# Reading back what was acknowledged takes as long as writing it at the same rate, so the phase may
# end by either.
steady 2 "01_write=steady 02_read=steady|size" --until-steady --rate 8MiB/s --size 16g --layout shared \
    --writers 2 --verify --force target
steady 4 "01_write=steady" --until-steady --rate 4MiB/s --size 16g --phases write --layout writer \
    --writers 2 --order random --force target
# All data are written, or the time is over, before the end of five rounds.
steady 2 "01_write=size 02_write=size" --until-steady --verbose --rate 8MiB/s --size 4m --phases write,write \
    /dev/null
grep -q 'steady    not reached' summary.txt
steady 2 "01_write=time" --rate 1MiB/s --size 1g --time 1s --phases write --force target
