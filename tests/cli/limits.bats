#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Limits from outside: what they are is shown and recorded, and what they cause is not blamed on the
# storage or the settings.
# shellcheck disable=SC2154 # helper.bash sets target, out, err, status, group

load helper

@test "a CPU quota is a fact, and the bottleneck" {
    make_group cpu
    limit cpu.cfs_quota_us 10000 cpu.max "10000 100000"
    in_group "$TIDEMILL" facts | grep -q 'CPU quota  *0.10 cores'
    in_group "$TIDEMILL" run --quiet --phases write --time 2s --result r.h5 /dev/null
    [ "$(column r.h5 environment/nodes cpu_quota_thousandths)" -eq 100 ]
    [ "$(column r.h5 phases/01_write/ranks quota_throttled_periods)" -gt 0 ]
    [ "$(column r.h5 phases/01_write/ranks quota_throttled_ns)" -gt 0 ]
    [[ $(advice r.h5) == *cpu-quota* ]]
    [[ $(advice r.h5) != *-bound* ]]
    "$TIDEMILL" report r.h5 | grep -q 'limit .*the CPU quota of the control group (0.10 cores)'
}

@test "an I/O cap is a fact, and the bottleneck" {
    local device number
    device=$("$TIDEMILL" facts "$target" | awk '$1 == "device" { sub(",", "", $2); print $2 }')
    [ -n "$device" ] || skip "no device below the target"
    number=$(<"/sys/class/block/$device/dev")
    make_group blkio
    limit blkio.throttle.write_bps_device "$number 10485760" io.max "$number wbps=10485760"
    in_group "$TIDEMILL" facts "$target" | grep -q 'capped at 10.0 MiB/s of writes'
    in_group "$TIDEMILL" run --quiet --size 30m --phases write --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write direct_in_effect)" = yes ] || skip "no O_DIRECT here"
    [ "$(column r.h5 environment/devices cap_written_bytes_per_s)" -eq 10485760 ]
    # a busy device can be slower than the cap
    [ "$(attribute r.h5 phases/01_write duration_ns)" -lt 3300000000 ] || skip "the device is slower"
    [[ $(advice r.h5) == *io-cap* ]]
    [[ $(advice r.h5) != *held-above-device* ]]
    "$TIDEMILL" report r.h5 | grep -q "limit .*the control group's I/O cap of $device allows"
}

@test "CPUs that a run loses are a warning" {
    [ "$(nproc)" -ge 2 ] || skip "one core"
    "$TIDEMILL" run --quiet --time 600 --rate 1m --buffer-size 64k --phases write --result r.h5 \
        "$target" &
    local program=$!
    await "data" wrote 0
    taskset -pc "$(taskset -pc $$ | sed 's/.*: \([0-9]*\).*/\1/')" "$program" >taskset.out
    kill -TERM "$program"
    wait "$program" || true
    [[ $(advice r.h5) == *cpus-changed* ]]
}

@test "fewer cores than threads: the advice names what restricted them" {
    [ "$(nproc)" -ge 2 ] || skip "one core"
    local first
    first=$(taskset -pc $$ | sed 's/.*: \([0-9]*\).*/\1/')
    taskset -c "$first" mpirun -q -n 1 --bind-to none "$TIDEMILL" run --quiet --size 4m --writers 2 \
        --result r.h5 "$target"
    "$TIDEMILL" report r.h5 | tr -s ' \n' ' ' >page
    grep -q 'taskset' page
    [[ $(<page) != *--bind-to* ]]
}

without_sanitizers() {
    [[ $("$TIDEMILL" facts) != *fsanitize* ]] || skip "sanitizers need more address space than a limit leaves"
}

@test "limits of address space and private memory are named before anything crashes" {
    without_sanitizers
    refused "(ulimit -v)" prlimit --as=180000000 "$TIDEMILL" run --writers 64 "$target"
    refused "(ulimit -v)" prlimit --as=180000000 "$TIDEMILL" facts
    refused "(ulimit -d)" prlimit --data=40000000 "$TIDEMILL" run "$target"
    # enough to start, too little for the buffers
    refused "(ulimit -v)" prlimit --as=900000000 "$TIDEMILL" run --buffer-size 16m \
        --buffer-count 64 "$target"
    refused "(ulimit -d)" prlimit --data=300000000 "$TIDEMILL" run --writers 64 "$target"
    # stacks are small
    prlimit --as=900000000 "$TIDEMILL" run --quiet --size 8m --writers 64 --buffer-size 64k "$target"
    ranks 2 run --dry-run --size 8m "$target" >out
    apart mpirun -q -n 2 --oversubscribe --bind-to none prlimit --as=900000000 "$TIDEMILL" run \
        --buffer-size 16m --buffer-count 64 "$target"
    [ "$status" -eq 2 ]
    grep -q '2 of 2 ranks.*(ulimit -v)' "$err"
}

@test "a limit of processes and threads is named" {
    make_group pids
    limit pids.max 40 pids.max 40
    refused "control group '/tidemill-test-" in_group "$TIDEMILL" run --writers 64 --size 64m "$target"
    in_group "$TIDEMILL" facts | grep -q 'processes .*40 (pids.max of the control group)'
}

refusals() { awk '$1 == "max" { print $2 }' "$group/pids.events"; }

# refusing COUNT ARGUMENT...: a run in $group, which may have COUNT threads. Fails unless the kernel
# refused a thread. One writer whose share does not fit its buffers: until its first request is
# under way, no thread of the run ends and leaves its place to another.
refusing() {
    local count=$1 before
    shift
    while [ "$(<"$group/pids.current")" -ne 0 ]; do sleep 0.01; done # threads of the run before
    limit pids.max "$count" pids.max "$count"
    before=$(refusals)
    # shellcheck disable=SC2016 # expanded inside
    apart mpirun -q -n 1 --bind-to none sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" \
        "$TIDEMILL" run --quiet --direct never --writers 1 --producers 1 --buffer-size 1m \
        --buffer-count 4 --size 32m "$@" "$target"
    [ "$(refusals)" -gt "$before" ]
}

@test "kernel threads for io_uring that are refused: plain calls, or the limit is named" {
    local count refused=yes
    need_uring
    make_group pids
    for count in $(seq 5 20); do # one more than the program's own threads, which depend on MPI
        refusing "$count" --engine uring --phases write || true
        [ "$status" -ne 0 ] || skip "the kernel needs no thread for this file system"
        ! grep -q 'io_uring needs kernel threads' "$err" || break
    done
    grep -q 'io_uring needs kernel threads.*(pids.max)' "$err"
    refusing "$count" --verify --result r.h5 || refused=no
    [ "$status" -eq 0 ]
    [ "$(attribute r.h5 phases/01_write engine_used)" = uring ] || skip "auto chose another engine"
    [ "$refused" = yes ]
    [[ $(attribute r.h5 phases/01_write not_granted) == *'plain calls'*'(pids.max)'* ]]
}

@test "a run that does not fit a memory limit is refused, and one that is accepted fits" {
    local count
    make_group memory
    limit memory.limit_in_bytes 268435456 memory.max 268435456
    "$TIDEMILL" facts >facts # in the page cache
    for count in 257 256 250 240; do
        refused "memory limit" in_group "$TIDEMILL" run --buffer-size 1m --buffer-count "$count" \
            --size 64m "$target"
    done
    without_sanitizers
    while [ "$count" -gt 150 ]; do # the largest pool that is accepted
        apart in_group "$TIDEMILL" run --buffer-size 1m --buffer-count "$count" --size 512m \
            --phases write --quiet "$target"
        [ "$status" -eq 2 ] || break
        count=$((count - 4))
    done
    [ "$status" -eq 0 ]
}

@test "files in memory count against a memory limit" {
    mountpoint -q /dev/shm && [ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "/dev/shm is not a tmpfs"
    make_group memory
    limit memory.limit_in_bytes 268435456 memory.max 268435456
    refused "memory limit" in_group "$TIDEMILL" run --size 256m /dev/shm
}

@test "few open files: the soft limit is raised" {
    # shellcheck disable=SC2016 # expanded inside
    bash -c 'ulimit -Sn 24 && exec "$@"' - "$TIDEMILL" run --quiet --size 8m --writers 64 \
        --buffer-size 64k "$target"
}

@test "a hard limit of open files that is too low is refused before anything is created" {
    local count
    for count in 12 31 32 100; do
        refused "limit of open files (ulimit -Hn) is $count" prlimit --nofile="$count:$count" \
            "$TIDEMILL" run --size 8m --writers 64 --buffer-size 64k --engine pwrite --result r.h5 "$target"
        [ ! -e r.h5 ]
        [ -z "$(ls -A "$target")" ]
    done
    refused "limit of open files" prlimit --nofile=100:100 "$TIDEMILL" run --writers 64 \
        --phases create "$target"
    apart mpirun -q -n 1 --bind-to none "$TIDEMILL" run --size 8m --writers 64 "$target" : \
        -n 1 --bind-to none prlimit --nofile=100:100 "$TIDEMILL" run --size 8m --writers 64 "$target"
    [ "$status" -eq 2 ]
    grep -q "1 of 2 ranks.*limit of open files" "$err"
    [ -z "$(ls -A "$target")" ]
    # the least that is accepted is enough, for each engine and way of opening
    local how
    for how in "--size 8m --engine pwrite" "--size 8m --engine pwrite --direct never" \
        "--size 8m --engine auto --layout writer" \
        "--phases create,stat,open,remove --object-size 4k"; do
        # shellcheck disable=SC2086 # several words
        apart prlimit --nofile=32:32 "$TIDEMILL" run --writers 16 --buffer-size 64k $how "$target"
        [ "$status" -eq 2 ]
        count=$(($(sed -n 's/.* of which \([0-9]*\) are in use and \([0-9]*\) more.*/\1 + \2/p' "$err")))
        # shellcheck disable=SC2086
        prlimit --nofile="$count:$count" "$TIDEMILL" run --quiet --writers 16 \
            --buffer-size 64k --overwrite --result r.h5 $how "$target"
        [ "$(attribute r.h5 / status)" = complete ]
    done
}

@test "standard streams that are closed at the start are no other files" {
    # shellcheck disable=SC2016 # expanded inside
    bash -c 'exec "$@" 0>&- 1>&- 2>&-' - "$TIDEMILL" run --size 8m --result r.h5 "$target"
    [ "$(attribute r.h5 / status)" = complete ]
    "$TIDEMILL" report r.h5 >page
    [ -s page ]
}
