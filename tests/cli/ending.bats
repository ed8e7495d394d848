#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# How a run ends: signals, limits, failures, and what it leaves.

load helper

@test "SIGTERM: exit 143, a result marked as interrupted, files removed" {
    "$TIDEMILL" run --time 600 --rate 1m --buffer-size 64k --result r.h5 "$target" >out 2>err &
    pid=$!
    await "data in the target" wrote 64k
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    [ "$(attribute r.h5 / status)" = interrupted ]
    [ -z "$(ls -A "$target")" ]
}

# equal FILE PHASE COLUMN: all I/O threads did the same, as the phase's goal has it.
equal() {
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    phase = file["phases"][sys.argv[2]]
    rows = phase["writers"][sys.argv[3]][:]
    assert len(rows) == 4 and set(rows) == {phase.attrs["goal_" + sys.argv[3]]}, rows
    assert phase.attrs["equalised"] == "yes" or phase.attrs["equalised"] == b"yes"
    assert 0 < phase.attrs["deadline_" + sys.argv[3]] <= rows.sum()
    assert phase["total"].attrs["threads_behind"] == 0
PY
}

@test "--equalise: after --time all I/O threads continue to the same amount, and that is read" {
    mpirun -q -n 2 --oversubscribe --bind-to none "$TIDEMILL" run --phases write,verify \
        --time 500ms --equalise --size-per-rank 1g --writers 2 --rate 20m --buffer-size 64k \
        --result r.h5 "$target" >page
    equal r.h5 01_write bytes
    grep -q 'deadline  .* after the 500 ms of --time; then all I/O threads continued to the ' page
    [ "$(attribute r.h5 phases/02_verify bytes_planned)" -eq "$(attribute r.h5 phases/01_write bytes)" ]
    [ "$(column r.h5 phases/02_verify/ranks bad_blocks)" -eq 0 ]
    mpirun -q -n 2 --oversubscribe --bind-to none "$TIDEMILL" run --phases create,stat,remove \
        --time 500ms --equalise --writers 2 --operation-rate 200 --result s.h5 "$target"
    equal s.h5 01_create operations
    [ "$(attribute s.h5 phases/02_stat operations_planned)" -eq \
        "$(attribute s.h5 phases/01_create operations)" ]
    [ -z "$(ls -A "$target")" ]
}

@test "--loop with --equalise: all I/O threads go over their data equally often" {
    ranks 2 run --phases write,read,rewrite,verify --size 1m --writers 2 --buffer-size 64k --rate 20m \
        --time 500ms --loop --equalise --result r.h5 "$target"
    for phase in 02_read 03_rewrite 04_verify; do
        equal r.h5 "$phase" bytes
        [ "$(attribute r.h5 "phases/$phase" bytes)" -gt $((1 << 20)) ]
    done
    [ "$(column r.h5 phases/04_verify/ranks bad_blocks | sort -u)" -eq 0 ]
}

@test "--pause waits before each phase, and a signal ends it" {
    "$TIDEMILL" run --size 1m --verify --pause 1s --result r.h5 "$target"
    [ "$(attribute r.h5 phases/02_read pause_ns)" -eq 1000000000 ]
    [ "$(attribute r.h5 phases/01_write started_ns)" -ge 1000000000 ]
    first=$(attribute r.h5 phases/01_write started_ns)
    [ $(($(attribute r.h5 phases/02_read started_ns) - first)) -ge 1000000000 ]
    "$TIDEMILL" run --size 1m --pause 600s --result s.h5 "$target" >out 2>err &
    pid=$!
    await "a result" test -s s.h5
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    [ -z "$(ls -A "$target")" ]
}

@test "a full file system: exit 1, a result marked as failed, one line" {
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a small file system"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    apart unshare -m --propagation private bash -c '
        mount -t tmpfs -o size=8m none "$1" || exit 77
        "$2" run --size 64m --force --phases write --result r.h5 "$1"' - "$target" "$TIDEMILL"
    [ "$status" -ne 77 ] || skip "no tmpfs can be mounted here"
    [ "$status" -eq 1 ]
    grep -q 'No space left on device' "$err"
    [ "$(attribute r.h5 / status)" = failed ]
}

@test "a result that did not fit during the run is saved after the data are removed" {
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a small file system"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    apart unshare -m --propagation private bash -c '
        mount -t tmpfs -o size=16m none "$1" || exit 77
        "$2" run --size 64m --force --quiet --result "$1/x.h5" "$1"
        code=$?
        cp "$1/x.h5" kept.h5
        exit "$code"' - "$target" "$TIDEMILL"
    [ "$status" -ne 77 ] || skip "no tmpfs can be mounted here"
    [ "$status" -eq 1 ]
    [ "$(attribute kept.h5 / status)" != running ]
    [ "$(attribute kept.h5 /phases/01_write bytes)" -gt 0 ]
}

@test "a rate below one request in the time: reported before the start, and in the summary" {
    apart "$TIDEMILL" run --size 1m --rate 50B/s --time 300ms --phases write --result r.h5 "$target"
    [ "$status" -eq 0 ]
    grep -q '^tidemill: at --rate 50 B/s a rank sends one request of 1.00 MiB every 350 min' "$err"
    grep -q 'rate 50B/s' "$err"
    [ "$(advice r.h5 | tr ' ' '\n' | grep -c 'moved-nothing\|does-not-add-up')" -eq 1 ]
    [[ $(advice r.h5) == *moved-nothing* ]]
    refused "add the unit: 50MiB/s, or 50B/s" "$TIDEMILL" run --rate 50 "$target"
}

@test "what ended a phase before its time" {
    "$TIDEMILL" run --size 1m --time 60s --keep --quiet --result r.h5 "$target"
    "$TIDEMILL" report r.h5 >page
    tr -s ' \n' ' ' <page | grep -q 'at most 1.00 MiB or 1 m for each phase'
    ! grep '^  ended' page || false # by the size, which was requested
    "$TIDEMILL" run --options-from r.h5 --phases read --time 60s --quiet --result s.h5 2>/dev/null
    "$TIDEMILL" report s.h5 >page
    [ "$(grep -c '^  ended     when all was done, before --time$' page)" -eq 1 ]
    unshare -m true 2>/dev/null || skip "this user cannot mount"
    unshare -m sh -c 'mount -t tmpfs -o size=4m none "$1" &&
        "$2" run --time 60s --phases write --quiet --result f.h5 "$1"' - "$target" "$TIDEMILL"
    "$TIDEMILL" report f.h5 >page
    grep -q '^  ended     when the free space was used up, before --time$' page
    ! grep -q 'of the planned' page
}

@test "an interrupted write to standard output continues" {
    command -v strace >/dev/null || skip "no strace here"
    # Every other write to it fails, as one to a full pipe does when a signal arrives.
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 apart strace -f -qq -o /dev/null -P "$work/out" -e trace=write -e inject=write:error=EINTR:when=1+2 \
        "$TIDEMILL" run --size 1m --verify --result r.h5 "$target"
    [ "$status" -eq 0 ]
    [ -s r.h5 ] || skip "no write can be interrupted here"
    "$TIDEMILL" report r.h5 >page
    diff page <(sed '/^result  /,$d' "$out" | sed '$d')
}

@test "a failed write to standard output is a failure" {
    "$TIDEMILL" run --quiet --size 1m --result r.h5 "$target"
    run bash -c '"$1" report r.h5 >/dev/full' - "$TIDEMILL"
    [ "$status" -eq 1 ]
    [[ $output == *'standard output'* ]]
}

@test "a limit of CPU time ends a run like SIGTERM, also on /dev/null" {
    apart prlimit --cpu=1:60 "$TIDEMILL" run --time 600s --result r.h5 /dev/null
    [ "$status" -eq 143 ]
    [ "$(attribute r.h5 / status)" = interrupted ]
    apart mpirun -q -n 2 --oversubscribe --bind-to none prlimit --cpu=2:60 "$TIDEMILL" run \
        --time 600s --result two.h5 /dev/null
    [ "$status" -eq 143 ]
    [ "$(attribute two.h5 / status)" = interrupted ]
}

@test "a stop until the end of the time under a rate is a gap, and what was not sent is counted" {
    "$TIDEMILL" run --time 8s --size 64m --rate 1m --buffer-size 64k --phases write --result r.h5 \
        "$target" >out 2>err &
    pid=$!
    await "data in the target" wrote 64k
    kill -STOP "$pid"
    sleep 9
    kill -CONT "$pid"
    wait "$pid"
    [ "$(column r.h5 phases/01_write/ranks longest_gap_ns)" -ge 8500000000 ] # a signal arrives when it arrives
    [ "$(column r.h5 phases/01_write/ranks unsent_requests)" -ge 1 ]
    [[ " $(advice r.h5) " == *" rate-missed "* ]]
    # about nine of at most ten seconds were neither fsync nor the rate's
    [ "$(column r.h5 phases/01_write/ranks drained_ns)" -ge 8500000000 ]
    [ "$(column r.h5 phases/01_write/ranks writer_paced_ns)" -lt 8000000000 ]
    [ "$(column r.h5 phases/01_write/ranks stopped_ns)" -ge 8000000000 ]
    [[ " $(advice r.h5) " == *" stopped "* ]]
    "$TIDEMILL" report r.h5 >page
    grep -q '^  limit     the program itself: .* did not run for ' page
}

@test "SIGHUP ends a run like SIGTERM, but not under nohup" {
    "$TIDEMILL" run --time 600 --rate 1m --buffer-size 64k --result r.h5 "$target" >out 2>err &
    pid=$!
    await "data in the target" wrote 64k
    kill -HUP "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    [ -z "$(ls -A "$target")" ]
    # The thread sanitizer's handlers hide which signals were ignored before.
    nm -D "$TIDEMILL" | grep -q __tsan && skip "nohup is not seen through the thread sanitizer"
    nohup "$TIDEMILL" run --quiet --size 4m --rate 1m --buffer-size 64k --phases write \
        --result s.h5 "$target" >out 2>err &
    pid=$!
    await "data in the target" wrote 64k
    kill -HUP "$pid"
    wait "$pid"
    [ "$(attribute s.h5 / status)" = complete ]
    [ "$(attribute s.h5 phases/01_write bytes)" -eq 4194304 ]
}
