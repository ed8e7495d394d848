#!/usr/bin/env bats
# run --ceilings: what is measured, told and kept, and that nothing else is left.

load helper

numbers=$BATS_TEST_DIRNAME/../numbers

# slowly OPTION...: a run in the background whose probes take their two seconds on any storage, and
# waits until one of them has written something.
slowly() {
    "$TIDEMILL" run --ceilings --size 1g --buffer-size 512 --buffer-count 2 --producers 1 \
        --writers 1 --depth 1 --engine pwrite --direct never --quiet --result r.h5 --phases write \
        "$@" "$target" 2>err &
    pid=$!
    await "data of a probe" wrote 0 -name probe-r0
    folder=$(find "$target" -mindepth 1 -maxdepth 1 -name 'tidemill-*')
    [ -f "$folder/probe-r0" ]
}

# ceiling COLUMN: of each probe in r.h5, in their order
ceiling() {
    /usr/bin/python3 -c 'import sys, h5py
print(*(value.decode() if isinstance(value, bytes) else value
        for value in h5py.File("r.h5")["ceilings"][sys.argv[1]][()]))' "$1"
}

@test "two ranks: three probes in the result, their share in the summary, nothing left" {
    for _ in 1 2 3; do # time ends a probe only on storage that stands still for as long just then
        ranks 2 run --ceilings --size 16m --verify --result r.h5 --overwrite "$target" >page
        [ "$(ceiling ended_by)" != 'size size size' ] || break
    done
    [ -z "$(ls -A "$target")" ]
    /usr/bin/python3 - <<'PY'
import h5py
with h5py.File("r.h5") as file:
    rows = {name: list(column[()]) for name, column in file["ceilings"].items()}
    assert rows["probe"] == [b"data", b"storage", b"both"], rows
    assert rows["direction"] == [b"write"] * 3, rows
    assert rows["bytes"] == [16 << 20] * 3 and rows["ranks"] == [2] * 3, rows
    assert rows["ended_by"] == [b"size"] * 3 and rows["reason"] == [b""] * 3, rows
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
    for _ in 1 2 3; do # storage that stands still just then gives less than the rate
        rm -rf "${target:?}"/*
        "$TIDEMILL" run --ceilings --time 500ms --size 1g --force --rate 10m/s --keep \
            --phases write --layout shared --result r.h5 --overwrite "$target" >page
        read -r _ storage _ <<<"$(ceiling rate_bytes_per_s)"
        [ "$storage" -le $((10 << 20)) ] || break
    done
    [ "$(find "$target" -type f -printf '%f\n')" = shared ]
    /usr/bin/python3 "$numbers/recompute.py" r.h5 page
    [ "$storage" -gt $((10 << 20)) ] # the limit is not for probes
    "$TIDEMILL" run --ceilings --size 4m --result n.h5 /dev/null >page
    /usr/bin/python3 "$numbers/recompute.py" n.h5 page
}

@test "a new file, and one that is written in place" {
    "$TIDEMILL" run --ceilings --size 4m --layout shared --verify --quiet "$target/new"
    [ -z "$(ls -A "$target")" ]
    head -c 5m /dev/zero >"$target/old"
    "$TIDEMILL" run --ceilings --size 4m --layout shared --verify --overwrite --quiet "$target/old"
    [ "$(stat -c %s "$target/old")" -eq $((5 << 20)) ]
}

@test "SIGINT in a probe: exit 130, phases skipped, nothing left" {
    slowly
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ]
    [ -z "$(ls -A "$target")" ]
    "$TIDEMILL" report r.h5 | grep -q 'skipped: interrupted by SIGINT'
}

@test "SIGTERM in a probe with --keep: its files go all the same" {
    slowly --keep
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    [ -z "$(find "$target" -type f)" ]
}

@test "SIGKILL in a probe: --cleanup removes what it left" {
    slowly
    kill -KILL "$pid"
    wait "$pid" || true
    "$TIDEMILL" run --cleanup r.h5 >page
    grep -Eq '^removed 1 file and 1 folder of run' page
    [ -z "$(ls -A "$target")" ]
}

@test "what cannot be compared is refused; the plan tells of the probes" {
    refused 'leave one of them out' "$TIDEMILL" run --ceilings --generate once "$target"
    refused 'leave one of them out' "$TIDEMILL" run --ceilings --engine null "$target"
    refused 'has no write' "$TIDEMILL" run --ceilings --phases read "$target"
    "$TIDEMILL" run --ceilings --dry-run --size 4m --rate 1m/s "$target" |
        grep -q '^ceilings .*three probes of up to 2s.*without the rate limit'
    [ -z "$(ls -A "$target")" ]
}

@test "a result does not hand the wish for probes on" {
    "$TIDEMILL" run --ceilings --size 4m --keep --quiet --result a.h5 "$target"
    "$TIDEMILL" run --options-from a.h5 --phases verify --quiet --result b.h5
    [ "$(/usr/bin/python3 -c 'import h5py; print(h5py.File("b.h5")["ceilings"].attrs["rows"])')" = 0 ]
}
