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

@test "two ranks: rounds of probes of what is written and read, their share, nothing left" {
    ranks 2 run --ceilings --size 2m --verify --phases write,rewrite,read --result r.h5 \
        "$target" >page
    [ -z "$(ls -A "$target")" ]
    /usr/bin/python3 - <<'PY'
import h5py
with h5py.File("r.h5") as file:
    rows = {name: list(column[()]) for name, column in file["ceilings"].items()}
    assert rows["probe"] == [b"data", b"storage", b"both"] * 14, rows
    assert rows["direction"] == [b"write"] * 21 + [b"read"] * 21, rows
    assert rows["round"] == [1 + i // 3 for i in range(21)] * 2, rows
    assert rows["ranks"] == [2] * 42 and rows["reason"] == [b""] * 42, rows
    # exactly when what ends a probe is in numbers/scripted: storage may stall for half a second
    for amount, duration, ended_by in zip(rows["bytes"], rows["duration_ns"], rows["ended_by"]):
        whole = amount == 2 << 20
        assert ended_by == (b"size" if whole else b"time"), rows
        assert whole or amount < 2 << 20 and duration >= 500_000_000, rows
    assert rows["engine"][0] == rows["engine"][21] == b"null" != rows["engine"][1], rows
    assert list(file["phases"]) == ["01_write", "02_rewrite", "03_read"]
    for phase in file["phases"].values():
        assert phase.attrs["bytes"] == 2 << 20 and phase.attrs["repetition"] == 1
        assert not any(b"probe" in path for path in phase["files/path"][()]) \
            if "files" in phase else True
PY
    [ "$(grep -c '^  ceilings ' page)" -eq 3 ]
    [ "$(grep -c '^  ceilings  none: probes would replace the data' page)" -eq 1 ]
    "$TIDEMILL" report r.h5 | diff - <(sed '/^$/{N;/\nresult/d}' page)
    /usr/bin/python3 "$numbers/recompute.py" r.h5 page
}

# rows RESULT: direction, section, probe and number of the rows that have no reason
rows() {
    /usr/bin/python3 - "$1" <<'PY'
import collections
import sys

import h5py
rows = h5py.File(sys.argv[1])["ceilings"]
found = collections.Counter(
    (direction.decode(), section.decode() or "-", probe.decode())
    for direction, section, probe, reason in zip(
        rows["direction"], rows["section"], rows["probe"], rows["reason"]) if not reason)
for key in sorted(found):
    print(*key, found[key])
PY
}

@test "stored data are probed as they will be read, and stay" {
    local engine
    "$TIDEMILL" run --size 2m --writers 3 --layout shared --keep --phases write --quiet \
        --result a.h5 "$target"
    for engine in pwrite pwritev uring; do
        "$TIDEMILL" run --options-from a.h5 --ceilings --engine "$engine" \
            --order random --phases read,verify --result b.h5 --overwrite >page
        diff <(rows b.h5) - <<'END'
read - storage 7
verify - both 7
verify - data 7
verify - storage 7
END
        [ "$(grep -c "^  ceilings  " page)" -eq 2 ]
    done
    [ "$(find "$target" -type f -printf '%s\n')" -eq $((2 << 20)) ]
}

@test "sections that write and read have their own; metadata have none" {
    cat >s.conf <<'END'
size-per-rank = 1MiB
[dump]
phase = write
layout = shared
interleave = 47008
[restart]
phase = verify
data = dump
order = random
[names]
phase = create
objects-per-rank = 10
END
    ranks 2 run --options-from s.conf --ceilings --result s.h5 "$target" >page
    diff <(rows s.h5) - <<'END'
verify restart both 7
verify restart data 7
verify restart storage 7
write dump both 7
write dump data 7
write dump storage 7
END
    /usr/bin/python3 "$numbers/recompute.py" s.h5 page
    [ -z "$(ls -A "$target")" ]
}

@test "a probe leaves in the page cache only what was in it before" {
    head -c 16m /dev/zero >"$target/f"
    sync "$target/f"
    dd if="$target/f" iflag=nocache count=0 status=none
    cached() {
        /usr/bin/python3 -c 'import h5py
group = h5py.File("c.h5")["phases/01_read/nodes"]
print(int(group["cached_before_pages"][0]), int(group["sampled_before_pages"][0]))'
    }
    "$TIDEMILL" run --ceilings --phases read --direct never --size 16m --quiet --result c.h5 \
        "$target/f"
    read -r before sampled <<<"$(cached)"
    [ "$sampled" -gt 0 ] || skip "the kernel does not report cached pages"
    [ $((before * 2)) -lt "$sampled" ]
}

@test "with a time, a rate, kept data and a shared file, and on /dev/null" {
    "$TIDEMILL" run --ceilings --time 100ms --size 1g --force --rate 10m/s --keep --phases write \
        --layout shared --result r.h5 "$target" >page
    [ "$(find "$target" -type f -printf '%f\n')" = shared ]
    /usr/bin/python3 "$numbers/recompute.py" r.h5 page
    "$TIDEMILL" run --ceilings --size 2m --result n.h5 /dev/null >page
    /usr/bin/python3 "$numbers/recompute.py" n.h5 page
}

@test "a new file, and one that is written in place" {
    "$TIDEMILL" run --ceilings --size 2m --layout shared --phases write --new-file --quiet "$target/new"
    [ -z "$(ls -A "$target")" ]
    head -c 5m /dev/zero >"$target/old"
    "$TIDEMILL" run --ceilings --size 2m --layout shared --verify --overwrite --quiet "$target/old"
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

@test "a signal in a probe of reading: exit 130, and kept or stored files stay" {
    "$TIDEMILL" run --size 4m --buffer-size 64k --keep --phases write --quiet --result a.h5 \
        "$target"
    status=0
    env FAULT_RULES="0 read 3 signal=2" FAULT_PATH="$target" \
        LD_PRELOAD="${TIDEMILL%/*}/tests/faults/libfault_preload.so" \
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
        "$TIDEMILL" run --options-from a.h5 --ceilings --engine pwrite --phases read --quiet \
        --result b.h5 2>err || status=$?
    [ "$status" -eq 130 ]
    [ "$(find "$target" -type f -printf '%s\n')" -eq $((4 << 20)) ]
    "$TIDEMILL" report b.h5 | grep -q 'skipped: interrupted by SIGINT'
    status=0
    env FAULT_RULES="0 read 3 signal=2" FAULT_PATH="$target" \
        LD_PRELOAD="${TIDEMILL%/*}/tests/faults/libfault_preload.so" \
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
        "$TIDEMILL" run --size 4m --buffer-size 64k --ceilings --engine pwrite --keep --quiet \
        --phases write,read --result c.h5 "$target" 2>err || status=$?
    [ "$status" -eq 130 ]
    [ "$(find "$target" -type f | wc -l)" -eq 2 ]
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
    refused 'has none of them' "$TIDEMILL" run --ceilings --phases create "$target"
    "$TIDEMILL" run --ceilings --dry-run --size 4m --rate 1m/s "$target" |
        grep -q '^ceilings .*7 rounds of probes of up to 500ms.*without the rate limit'
    [ -z "$(ls -A "$target")" ]
}

@test "--options-from RESULT does not repeat --ceilings" {
    "$TIDEMILL" run --ceilings --size 2m --keep --phases write --quiet --result a.h5 "$target"
    "$TIDEMILL" run --options-from a.h5 --phases verify --quiet --result b.h5
    [ "$(/usr/bin/python3 -c 'import h5py; print(h5py.File("b.h5")["ceilings"].attrs["rows"])')" = 0 ]
}
