#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Memory, locked memory, lanes and cores: what is not available is recorded, or refused.
# shellcheck disable=SC2154 # helper.bash sets target, out, err, status

load helper

# Runs a command as an ordinary user with a memlock limit of 64 KiB, less than any pool.
with_little_memlock() {
    prlimit --memlock=65536:65536 setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock \
        --reuid 65534 --regid 65534 --clear-groups "$@"
}

@test "memlock 64 KiB without CAP_IPC_LOCK: reported, and refused if required" {
    [ "$(id -u)" -eq 0 ] || skip "only root can become another user"
    need_uring
    chmod 755 "$work"
    chmod 777 "$target"
    with_little_memlock test -x "$TIDEMILL" -a -w "$target" || skip "the other user cannot reach the files"
    with_little_memlock true || skip "setpriv cannot drop the capability here"
    export TMPDIR=$target
    cd "$target"
    with_little_memlock "$TIDEMILL" run --quiet --size 4m --depth 4 --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write buffers_fixed)" = no ]
    [[ $(attribute r.h5 phases/01_write not_granted) == *'ulimit -l'*'64.0 KiB'* ]]
    apart with_little_memlock "$TIDEMILL" run --size 4m --depth 4 --fixed-buffers require "$target"
    [ "$status" -eq 2 ]
    grep -q 'raise it' "$err"
}

@test "eight ranks share one memlock limit and all make the same decision" {
    [ "$(id -u)" -eq 0 ] || skip "only root can become another user"
    need_uring
    chmod 755 "$work"
    chmod 777 "$target"
    cd "$target"
    export TMPDIR=$target HOME=$target
    limited() {
        prlimit --memlock=8388608:8388608 setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock \
            --reuid 65534 --regid 65534 --clear-groups mpirun -q -n "$1" --oversubscribe \
            --bind-to none "$TIDEMILL" "${@:2}"
    }
    limited 1 run --quiet --dry-run --size 8m "$target" >/dev/null || skip "the other user cannot run it"
    # one rank's pool fits: 4 buffers and a bit for its rings
    limited 1 run --quiet --size 8m --buffer-count 4 --depth 3 --result one.h5 "$target"
    [ "$(attribute one.h5 phases/01_write buffers_fixed)" = yes ]
    limited 8 run --quiet --size 8m --buffer-count 4 --depth 3 --result eight.h5 "$target"
    [ "$(attribute eight.h5 phases/01_write buffers_fixed)" = no ]
    [ "$(attribute eight.h5 phases/01_write ranks_without)" -eq 8 ]
    [[ $(attribute eight.h5 phases/01_write not_granted) == *'8 ranks of a node'* ]]
}

@test "locked memory that another process holds: all ranks make the same decision" {
    [ "$(id -u)" -eq 0 ] || skip "only root can become another user"
    need_uring
    chmod 755 "$work"
    chmod 777 "$target"
    cd "$target"
    export TMPDIR=$target HOME=$target
    # a user of this test alone, with 8 MiB of locked memory
    local limited=(prlimit --memlock=8388608:8388608 setpriv --bounding-set=-ipc_lock
        --inh-caps=-ipc_lock --reuid 65533 --regid 65533 --clear-groups)
    local pool=(--size 8m --buffer-size 64k --buffer-count 8 --writers 1 --depth 4)
    "${limited[@]}" "$TIDEMILL" run --quiet --dry-run "${pool[@]}" "$target" >/dev/null || skip "the other user cannot run it"
    mkdir held
    chmod 777 held
    "${limited[@]}" "$TIDEMILL" run --quiet --time 600 --rate 1m --buffer-size 1m --buffer-count 5 --writers 1 \
        --phases write --huge-pages never --fixed-buffers require --result held.h5 held &
    local holder=$! reason
    await "data" wrote 0
    "${limited[@]}" mpirun -q -n 8 --oversubscribe --bind-to none "$TIDEMILL" run --quiet "${pool[@]}" \
        --result eight.h5 "$target"
    apart "${limited[@]}" mpirun -q -n 8 --oversubscribe --bind-to none "$TIDEMILL" run --quiet "${pool[@]}" \
        --fixed-buffers require --result required.h5 "$target"
    kill -TERM "$holder"
    wait "$holder" || true
    [ "$(attribute eight.h5 phases/01_write buffers_fixed)" = no ]
    [ "$(attribute eight.h5 phases/01_write ranks_without)" -eq 8 ]
    reason=$(attribute eight.h5 phases/01_write not_granted)
    [[ $reason == "on no rank, as "[1-7]" of 8 cannot ("* || $reason != *" of 8 "* ]]
    [[ $reason != *"--fixed-buffers"* ]]
    [ "$status" -eq 2 ]
    [ ! -e required.h5 ]
    grep -q 'of 8 ranks.*ulimit -l.*; or --fixed-buffers prefer' "$err"
}

@test "CAP_IPC_LOCK of a user namespace does not count" {
    need_uring
    unshare -r true || skip "no user namespaces here"
    prlimit --memlock=8388608:8388608 unshare -r "$TIDEMILL" facts | grep '  lockable' >facts
    [[ $(<facts) != *CAP_IPC_LOCK* ]]
    prlimit --memlock=8388608:8388608 unshare -r mpirun -q -n 2 --oversubscribe --bind-to none \
        "$TIDEMILL" run --quiet --size 32m --buffer-size 1m --buffer-count 8 --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write ranks_without)" -eq 2 ]
    [ "$(attribute r.h5 phases/01_write buffers_fixed)" = no ]
}

@test "no huge pages: reported, and refused if required" {
    # Explicit huge pages may be reserved on this machine: they are hidden.
    grep -v '^Hugepagesize' /proc/meminfo >meminfo
    without_huge() { # runs a command without huge pages
        # shellcheck disable=SC2016 # expanded inside
        unshare -m --propagation private bash -c 'mount --bind "$0" /proc/meminfo && exec "$@"' \
            "$work/meminfo" /usr/bin/python3 -c 'import ctypes, os, sys
if ctypes.CDLL(None).prctl(41, 1, 0, 0, 0): sys.exit(77)
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
    }
    without_huge true || skip "huge pages cannot be disabled here"
    refused "not in huge pages" without_huge "$TIDEMILL" run --size 4m --huge-pages require "$target"
    without_huge "$TIDEMILL" run --quiet --size 4m --result r.h5 "$target"
    [ "$(column r.h5 phases/01_write/ranks pool_small_bytes)" -gt 0 ]
    [ "$(column r.h5 phases/01_write/ranks pool_transparent_bytes)" -eq 0 ]
    [[ $(attribute r.h5 phases/01_write not_granted) == *'not in huge pages'* ]]
    "$TIDEMILL" run --quiet --size 4m --huge-pages never --result never.h5 "$target"
    [ "$(column never.h5 phases/01_write/ranks pool_transparent_bytes)" -eq 0 ]
    [ -z "$(attribute never.h5 phases/01_write not_granted)" ]
}

@test "two lanes, each on its core (on a simulated machine with two NUMA nodes)" {
    [ "$(nproc)" -ge 2 ] || skip "one core"
    export HWLOC_SYNTHETIC='numa:2 core:1 pu:1' HWLOC_THISSYSTEM=1
    "$TIDEMILL" run --quiet --size 8m --buffer-size 64k --writers 2 --producers 2 --verify \
        --result r.h5 "$target"
    [ "$(column r.h5 phases/01_write/ranks lanes)" -eq 2 ]
    "$TIDEMILL" run --quiet --size 8m --writers 2 --producers 2 --numa off --result off.h5 "$target"
    [ "$(column off.h5 phases/01_write/ranks lanes)" -eq 1 ]
    unset HWLOC_SYNTHETIC HWLOC_THISSYSTEM
    "$TIDEMILL" run --quiet --size 8m --numa force --verify --result force.h5 "$target"
    [[ $(attribute force.h5 phases/01_write not_granted) != *'not bound'* ]]
}

@test "ranks with one lane each spread over the NUMA nodes; one that leaves some idle reports it" {
    [ "$(nproc)" -ge 2 ] || skip "one core"
    export HWLOC_SYNTHETIC='numa:2 core:1 pu:1' HWLOC_THISSYSTEM=1
    "$TIDEMILL" run --quiet --size 4m --writers 1 --producers 1 --result one.h5 "$target"
    [[ $(attribute one.h5 phases/01_write not_granted) == *'threads on 1 of 2 NUMA nodes'* ]]
    # no function of the shell's in between: the signal is for mpirun
    mpirun -q -n 2 --oversubscribe --bind-to none "$TIDEMILL" run --quiet --time 600 --rate 1m \
        --buffer-size 64k --writers 1 --producers 1 --phases write --result two.h5 "$target" &
    local launcher=$!
    # a thread that was just started is not bound yet
    bound() {
        [ "$(for rank in $(pgrep -P "$launcher"); do
            cat "/proc/$rank/task/"*/status 2>/dev/null |
                awk '$1 == "Name:" { io = $2 ~ /^tm-io/ }
                     io && $1 == "Cpus_allowed_list:" { print $2 }'
        done | sort | xargs)" = '0 1' ]
    }
    local code=0
    await "one I/O thread on each core" bound || code=$?
    kill -TERM "$launcher"
    wait "$launcher" || true
    [ "$code" -eq 0 ]
}

@test "more threads than allowed cores: the warning names the options" {
    [ "$(nproc)" -ge 2 ] || skip "one core"
    mpirun -q -n 1 --bind-to core "$TIDEMILL" run --quiet --size 4m --writers 2 --result r.h5 "$target"
    [[ $(advice r.h5) == *binding* ]]
    "$TIDEMILL" report r.h5 | tr -s ' \n' ' ' >page
    grep -q -- '--bind-to none' page
    grep -q -- '--map-by ppr:' page
}
