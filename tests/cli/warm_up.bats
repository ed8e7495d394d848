#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# run --warm-up: the same work before each phase, outside every number, and nothing of it is left.

load helper

# rows RESULT: "phase kind own_data ended_by" of each warm-up
rows() {
    /usr/bin/python3 - "$1" <<'PY'
import h5py, sys
table = h5py.File(sys.argv[1])["warm_ups"]
for i in range(table.attrs["rows"]):
    print(table["phase"].asstr()[i], table["kind"].asstr()[i], int(table["own_data"][i]),
          table["ended_by"].asstr()[i])
PY
}

@test "two ranks: rows of its own, a line of the page, the data sets removed, the data right" {
    ranks 2 run --size 8m --warm-up 200ms --phases write,read,mixed,verify --repeat 2 \
        --result r.h5 "$target" >page
    [ -z "$(ls -A "$target")" ]
    [ "$(rows r.h5 | wc -l)" -eq 10 ]
    [ "$(rows r.h5 | sed -n '1,3p;5p;10p')" = "01_write write 1 time
02_read read 0 time
03_mixed write 1 $(rows r.h5 | awk 'NR == 3 { print $4 }')
04_verify verify 0 time
08_verify verify 0 time" ]
    [ "$(attribute r.h5 phases/01_write bytes)" -eq $((8 << 20)) ]
    [ "$(attribute r.h5 phases/08_verify bytes)" -eq $((8 << 20)) ]
    grep -q '^  warm-up .*read from the same files; outside every number$' page
    /usr/bin/python3 "$BATS_TEST_DIRNAME/../numbers/printed.py" r.h5 page
    "$TIDEMILL" run --dry-run --size 8m --warm-up 2s "$target" | grep -q '^warm-up     2s of the same'
}

@test "a file as the target, points of a sweep, sections and stored files" {
    "$TIDEMILL" run --size 4m --layout shared --new-file --repeat 2 --verify --warm-up 50ms --quiet \
        --result a.h5 "$target/new"
    [ "$(rows a.h5 | wc -l)" -eq 4 ]
    "$TIDEMILL" run --size 4m --sweep depth=1,2 --phases write,mixed --warm-up 50ms --quiet \
        --result b.h5 "$target"
    [ "$(rows b.h5 | cut -d' ' -f1,2 | sort -u | tr '\n' ,)" = "mixed mixed,mixed write,write write," ]
    cat >two.conf <<END
size = 4m
target = $target
[fill]
phase = write
order = random
[make]
phase = create
[again]
phase = rewrite
data = fill
END
    "$TIDEMILL" run --options-from two.conf --warm-up 50ms --keep --quiet --result c.h5
    [ "$(rows c.h5 | cut -d' ' -f1,2 | tr '\n' ,)" = "01_fill write,03_again write,03_again rewrite," ]
    [ -z "$(find "$target" -name 'warm-up*')" ]
    "$TIDEMILL" run --size 4m --keep --quiet --result e.h5 "$target"
    "$TIDEMILL" run --options-from e.h5 --phases verify --warm-up 50ms --quiet --result f.h5
    [ "$(rows f.h5)" = "01_verify verify 0 time" ]
}

@test "a signal during the warm-up: 143, its row shows it, nothing is left" {
    "$TIDEMILL" run --size 8m --warm-up 600s --phases write,mixed --live live --result r.h5 \
        "$target" >out 2>err &
    pid=$!
    await "the warm-up" test -s live
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    [ -z "$(ls -A "$target")" ]
    [ "$(rows r.h5)" = "01_write write 1 signal" ]
}

@test "--cleanup removes what a run that died in a warm-up left, also where a point cuts its files" {
    "$TIDEMILL" run --size 8m --warm-up 600s --phases write --sweep files-per-rank=2,3 --live live \
        --result r.h5 "$target" >out 2>err &
    pid=$!
    await "the warm-up" test -s live
    kill -KILL "$pid"
    wait "$pid" || true
    [ -n "$(find "$target" -path '*/warm-up-r0/f1')" ]
    "$TIDEMILL" run --cleanup r.h5
    [ -z "$(ls -A "$target")" ]
}

@test "its data set needs space next to the one that exists; a full disk fails it" {
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a small file system"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    apart unshare -m --propagation private bash -c '
        mount -t tmpfs -o size=8m none "$1" || exit 77
        run() { "$0" run --size 6m --direct never --warm-up 50ms --phases write --quiet "$@"; }
        run --result a.h5 "$1" || exit
        run --repeat 2 --result b.h5 "$1"; [ $? -eq 2 ] || exit
        run --repeat 2 --force --result c.h5 "$1"; [ $? -eq 1 ]' "$TIDEMILL" "$target"
    [ "$status" -ne 77 ] || skip "no tmpfs can be mounted here"
    [ "$status" -eq 0 ]
    grep -q 'needs 12.0 MiB .* with the data set of a warm-up' "$err"
    [ "$(rows c.h5 | tail -1)" = "02_write write 1 failure" ]
    grep -q 'warm-up-r0.*No space left on device' "$err"
}

@test "without a place for its data set it is refused" {
    truncate -s 4m "$target/old"
    refused 'needs a data set of its own' "$TIDEMILL" run --size 4m --layout shared --overwrite \
        --phases write,mixed --warm-up 1s "$target/old"
}
