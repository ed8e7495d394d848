#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# compare: a gate against slower results.

load helper

# slower FROM TO FACTOR: a copy in which all phases took FACTOR times as long
slower() {
    cp "$1" "$2"
    /usr/bin/python3 - "$2" "$3" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1], "r+") as file:
    for phase in file["phases"].values():
        phase.attrs.modify("duration_ns", int(phase.attrs["duration_ns"] * float(sys.argv[2])))
PY
}

@test "the same, slower and faster results: exit 0, 1 and 0" {
    "$TIDEMILL" run --size 1m --verify --repeat 4 --pause 0s --result a.h5 "$target"
    slower a.h5 slow.h5 1000
    slower a.h5 fast.h5 0.001
    apart "$TIDEMILL" compare a.h5 a.h5
    [ "$status" -eq 0 ]
    grep -q '^  01_write ' "$out"
    apart "$TIDEMILL" compare a.h5 slow.h5
    [ "$status" -eq 1 ]
    grep -q '^comparison: worse' "$out"
    apart "$TIDEMILL" compare a.h5 fast.h5
    [ "$status" -eq 0 ]
    grep -q '^comparison: better' "$out"
    apart "$TIDEMILL" compare a.h5 fast.h5 slow.h5
    [ "$status" -eq 1 ]
}

@test "what cannot be compared: exit 2 and the reason" {
    "$TIDEMILL" run --size 1m --result a.h5 "$target"
    "$TIDEMILL" run --size 2m --result b.h5 "$target"
    refused "'b.h5' is not comparable: --size (1MiB, 2MiB)" "$TIDEMILL" compare a.h5 b.h5
    apart "$TIDEMILL" compare a.h5 a.h5 # one repetition each
    [ "$status" -eq 2 ]
    grep -q 'give --repeat 4' "$out"
    apart "$TIDEMILL" compare --anyway --tolerance 10% a.h5 a.h5
    [ "$status" -eq 0 ]
    refused "two result files are needed" "$TIDEMILL" compare a.h5
    refused "no.h5" "$TIDEMILL" compare a.h5 no.h5
    refused "--tolerance" "$TIDEMILL" compare --tolerance x a.h5 b.h5
}
