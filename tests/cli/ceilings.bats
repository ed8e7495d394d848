#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# run --ceilings: what is measured, shown and stored, and that nothing else is left.

load helper

numbers=$BATS_TEST_DIRNAME/../numbers

# struck ACTION OPTION...: a run in which ACTION happens at the third write of the first
# probe that stores data;
# see tests/faults/rules.h
struck() {
    local preload=${TIDEMILL%/*}/tests/faults/libfault_preload.so
    [ -e "$preload" ]
    status=0
    env FAULT_RULES="0 write 3 $1" FAULT_PATH="$target" LD_PRELOAD="$preload" \
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
        "$TIDEMILL" run --ceilings --size 16m --buffer-size 64k --engine pwrite --quiet \
        --result r.h5 --phases write "${@:2}" "$target" 2>err || status=$?
}

@test "two ranks: three probes in the result, their share in the summary, nothing left" {
    ranks 2 run --ceilings --size 16m --verify --result r.h5 "$target" >page
    [ -z "$(ls -A "$target")" ]
    /usr/bin/python3 - <<'PY'
import h5py
with h5py.File("r.h5") as file:
    rows = {name: list(column[()]) for name, column in file["ceilings"].items()}
    assert rows["probe"] == [b"data", b"storage", b"both"], rows
    assert rows["direction"] == [b"write"] * 3, rows
    assert rows["ranks"] == [2] * 3 and rows["reason"] == [b""] * 3, rows
    # exactly when what ends a probe is in numbers/scripted: storage may stall for two seconds
    for amount, duration, ended_by in zip(rows["bytes"], rows["duration_ns"], rows["ended_by"]):
        whole = amount == 16 << 20
        assert ended_by == (b"size" if whole else b"time"), rows
        assert whole or amount < 16 << 20 and duration >= 2_000_000_000, rows
    assert rows["engine"][0] == b"null" and rows["engine"][1] != b"null", rows
    assert list(file["phases"]) == ["01_write", "02_read"]
    for phase in file["phases"].values():
        assert phase.attrs["bytes"] == 16 << 20 and phase.attrs["repetition"] == 1
        assert not any(b"probe" in path for path in phase["files/path"][()]) \
            if "files" in phase else True
PY
    [ "$(grep -c '^  ceilings ' page)" -eq 1 ]
    "$TIDEMILL" report r.h5 | diff - <(sed '/^$/{N;/\nresult/d}' page)
    /usr/bin/python3 "$numbers/recompute.py" r.h5 page
}

@test "with a time, a rate, kept data and a shared file, and on /dev/null" {
    "$TIDEMILL" run --ceilings --time 500ms --size 1g --force --rate 10m/s --keep --phases write \
        --layout shared --result r.h5 "$target" >page
    [ "$(find "$target" -type f -printf '%f\n')" = shared ]
    /usr/bin/python3 "$numbers/recompute.py" r.h5 page
    "$TIDEMILL" run --ceilings --size 4m --result n.h5 /dev/null >page
    /usr/bin/python3 "$numbers/recompute.py" n.h5 page
}

@test "a new file, and one that is written in place" {
    "$TIDEMILL" run --ceilings --size 4m --layout shared --verify --new-file --quiet "$target/new"
    [ -z "$(ls -A "$target")" ]
    head -c 5m /dev/zero >"$target/old"
    "$TIDEMILL" run --ceilings --size 4m --layout shared --verify --overwrite --quiet "$target/old"
    [ "$(stat -c %s "$target/old")" -eq $((5 << 20)) ]
}

@test "SIGINT in a probe: exit 130, phases skipped, nothing left" {
    struck signal=2
    [ "$status" -eq 130 ]
    [ -z "$(ls -A "$target")" ]
    "$TIDEMILL" report r.h5 | grep -q 'skipped: interrupted by SIGINT'
}

@test "SIGTERM in a probe with --keep: its files are removed anyway" {
    struck signal=15 --keep
    [ "$status" -eq 143 ]
    [ -z "$(find "$target" -type f)" ]
}

@test "SIGKILL in a probe: --cleanup removes what it left" {
    struck kill
    [ "$status" -eq 137 ]
    [ "$(find "$target" -type f -printf '%f\n')" = probe-r0 ]
    "$TIDEMILL" run --cleanup r.h5 >page
    grep -Eq '^removed 1 file and 1 directory of run' page
    [ -z "$(ls -A "$target")" ]
}

@test "what cannot be compared is refused; the plan shows the probes" {
    refused 'leave one of them out' "$TIDEMILL" run --ceilings --generate once "$target"
    refused 'leave one of them out' "$TIDEMILL" run --ceilings --engine null "$target"
    refused 'has no write' "$TIDEMILL" run --ceilings --phases read "$target"
    "$TIDEMILL" run --ceilings --dry-run --size 4m --rate 1m/s "$target" |
        grep -q '^ceilings .*three probes of up to 2s.*without the rate limit'
    [ -z "$(ls -A "$target")" ]
}

@test "--options-from RESULT does not repeat --ceilings" {
    "$TIDEMILL" run --ceilings --size 4m --keep --quiet --result a.h5 "$target"
    "$TIDEMILL" run --options-from a.h5 --phases verify --quiet --result b.h5
    [ "$(/usr/bin/python3 -c 'import h5py; print(h5py.File("b.h5")["ceilings"].attrs["rows"])')" = 0 ]
}
