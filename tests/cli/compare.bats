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

# follows_schema JSON...: each is as results/compare.schema.json describes it
follows_schema() {
    /usr/bin/python3 -c 'import jsonschema' 2>/dev/null || return 0
    /usr/bin/python3 - "$BATS_TEST_DIRNAME/../../results/compare.schema.json" "$@" <<'PY'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
for path in sys.argv[2:]:
    jsonschema.Draft202012Validator(schema).validate(json.load(open(path)))
for broken in {}, {**json.load(open(path)), "more": 1}:
    assert not jsonschema.Draft202012Validator(schema).is_valid(broken)
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

@test "--json holds what the page shows" {
    "$TIDEMILL" run --size 1m --verify --repeat 4 --pause 0s --label 'a "b"' --result a.h5 "$target"
    slower a.h5 slow.h5 1000
    "$TIDEMILL" run --size 2m --result other.h5 "$target"
    apart "$TIDEMILL" compare --json - a.h5 slow.h5 other.h5
    [ "$status" -eq 1 ]
    grep -q '^comparison: worse' "$err"
    cp "$out" all.json
    /usr/bin/python3 - <<'PY'
import json
whole = json.load(open("all.json"))
assert whole["base"]["path"] == "a.h5" and whole["base"]["label"] == 'a "b"', whole["base"]
slow, other = whole["comparisons"]
assert slow["verdict"] == "worse" and [p["phase"] for p in slow["phases"]] == ["01_write", "02_read"]
for phase in slow["phases"]:
    assert phase["verdict"] == "worse" and phase["interval_of"] == "repetitions", phase
    assert phase["interval_low"] <= phase["ratio"] <= phase["interval_high"] < 1, phase
    assert phase["median_bytes_per_s"] > 0 and phase["cpu_ratio"] > 0, phase
assert other["verdict"] == "not comparable" and "--size" in other["unlike"] and not other["phases"]
PY
    "$TIDEMILL" run --phases create,stat --objects-per-rank 9 --label $'\xff<' --result m.h5 "$target"
    apart "$TIDEMILL" compare --anyway --json - m.h5 m.h5
    cp "$out" names.json
    apart "$TIDEMILL" compare --json - a.h5 m.h5
    cp "$out" refused.json
    [ "$status" -eq 2 ]
    follows_schema all.json names.json refused.json
    echo mine >taken
    refused "'taken' exists" "$TIDEMILL" compare --json taken a.h5 a.h5
    [ "$(cat taken)" = mine ]
    "$TIDEMILL" compare --json taken --overwrite a.h5 a.h5
    cp a.h5 kept.h5
    refused "'kept.h5' is a result" "$TIDEMILL" compare --json kept.h5 --overwrite a.h5 kept.h5
    cmp a.h5 kept.h5
    [ "$(head -c 1 taken)" = "{" ]
    run bash -c '"$TIDEMILL" compare --json - a.h5 a.h5 >/dev/full'
    [ "$status" -eq 1 ]
}

@test "--scaling shows results that differ in ranks or one option" {
    "$TIDEMILL" run --size-per-rank 1m --result one.h5 "$target"
    ranks 2 run --size-per-rank 1m --result two.h5 "$target"
    "$TIDEMILL" run --size-per-rank 1m --writers 2 --result writers.h5 "$target"
    "$TIDEMILL" run --size-per-rank 2m --writers 2 --result unlike.h5 "$target"
    apart "$TIDEMILL" compare --scaling one.h5 two.h5 writers.h5
    [ "$status" -eq 0 ]
    grep -qE '^  one.h5 +1 +1 .*1\.00' "$out"
    grep -qE '^  two.h5 +1 +2 .* %' "$out"
    grep -q -- '--writers (1, 2)' "$out"
    refused "--size-per-rank (1MiB, 2MiB)" "$TIDEMILL" compare --scaling one.h5 unlike.h5
    "$TIDEMILL" compare --scaling --anyway one.h5 unlike.h5
}
