#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Large requests, depths and thread counts, limits that are met in the middle, storms of signals.
# shellcheck disable=SC2154 # helper.bash sets target, out, err, status

load helper

# More than one system call can transfer: it is shortened and continued, but is still one request.
@test "a request of 3 GiB is one request, on every engine" {
    local free_kib
    free_kib=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
    [ "$free_kib" -gt 9000000 ] || skip "9 GB of memory are not free"
    free_kib=$(df --output=avail -k "$target" | tail -1)
    [ "$free_kib" -gt 5000000 ] || skip "5 GB are not free on the target"
    for engine in pwrite pwritev uring; do
        [ $engine != uring ] || need_uring
        "$TIDEMILL" run --quiet --engine $engine --size 3g --buffer-size 3g --buffer-count 1 \
            --writers 1 --depth 1 --verify --result $engine.h5 "$target"
        for phase in 01_write 02_read; do
            [ "$(attribute $engine.h5 phases/$phase bytes)" -eq 3221225472 ]
            [ "$(attribute $engine.h5 phases/$phase requests)" -eq 1 ]
        done
    done
}

@test "depth 32768" {
    need_uring
    "$TIDEMILL" run --quiet --size 32m --buffer-size 4k --depth 32768 --writers 1 --verify "$target"
    refused "at most 32768" "$TIDEMILL" run --engine uring --depth 32769 --size 1m "$target"
}

@test "64 writers on few cores" {
    "$TIDEMILL" run --quiet --size 32m --buffer-size 16k --writers 64 --layout writer --verify "$target"
    "$TIDEMILL" run --quiet --size 32m --buffer-size 16k --writers 64 --layout shared --verify "$target"
}

@test "RLIMIT_FSIZE in the middle of a write: exact bytes, one line, exit 1" {
    for engine in pwrite pwritev uring; do
        [ $engine != uring ] || need_uring
        # more than the launcher's own files need
        apart prlimit --fsize=20000000 "$TIDEMILL" run --engine $engine --writers 1 --depth 1 \
            --buffer-size 64k --size 32m --phases write --layout shared --keep --result $engine.h5 \
            "$target"
        [ "$status" -eq 1 ]
        [ "$(grep -c 'File too large' "$err")" -eq 1 ]
        # whole requests below the limit were acknowledged
        [ "$(attribute $engine.h5 phases/01_write bytes)" -eq $((20000000 / 65536 * 65536)) ]
        rm -rf "${target:?}"/*
    done
}

@test "a full tmpfs: every engine reports it, with exact bytes" {
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a small file system"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    for engine in pwrite pwritev uring; do
        [ $engine != uring ] || need_uring
        # shellcheck disable=SC2016 # expanded inside
        apart unshare -m --propagation private bash -c '
            mount -t tmpfs -o size=8m none "$1" || exit 77
            "$2" run --engine "$3" --size 64m --force --phases write --writers 1 --depth 1 \
                --buffer-size 64k --result "$3.h5" "$1"' - "$target" "$TIDEMILL" $engine
        [ "$status" -ne 77 ] || skip "no tmpfs can be mounted here"
        [ "$status" -eq 1 ]
        [ "$(grep -c 'No space left on device' "$err")" -eq 1 ]
        [ "$(attribute $engine.h5 phases/01_write bytes)" -le 8388608 ]
        [ "$(attribute $engine.h5 phases/01_write bytes)" -ge 7340032 ]
    done
}

@test "frequent signals during a write lose no byte" {
    command -v gcc >/dev/null || skip "no compiler here"
    cat >storm.c <<'C'
#define _GNU_SOURCE
#include <signal.h>
#include <time.h>
#include <unistd.h>
static void nothing(int number) { (void)number; }
__attribute__((constructor)) static void start(void)
{
    struct sigaction action = {.sa_handler = nothing};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    struct itimerspec often = {{0, 1000000}, {0, 1000000}};
    timer_t timer;
    sigaction(SIGRTMIN, &action, 0);
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &often, 0);
}
C
    gcc -shared -fPIC -o storm.so storm.c
    for engine in uring pwrite pwritev; do
        [ $engine != uring ] || need_uring
        ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 LD_PRELOAD=$work/storm.so \
            "$TIDEMILL" run --quiet --engine $engine --size 64m --rate 64m \
            --verify "$target"
    done
}
