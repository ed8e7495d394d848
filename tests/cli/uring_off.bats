#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Without io_uring: refused with the cause where it was required, else plain calls, with a record.
# shellcheck disable=SC2154 # helper.bash sets target, out, err, status

load helper

# without_uring ERRNO COMMAND...: runs a command in which io_uring_setup fails (the leak check of a
# sanitizer does not work under strace)
without_uring() {
    local error=$1
    shift
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 strace -f -qq -o /dev/null -e trace=io_uring_setup -e inject=io_uring_setup:error="$error" "$@"
}

need_strace() {
    command -v strace >/dev/null || skip "no strace here"
    without_uring ENOSYS true 2>/dev/null || skip "strace cannot trace here"
}

@test "io_uring off on all ranks: 'uring' refuses with the cause, 'auto' continues and reports it" {
    need_strace
    refused "older than 5.1" without_uring ENOSYS "$TIDEMILL" run --engine uring --size 1m "$target"
    refused "seccomp" without_uring EPERM "$TIDEMILL" run --engine uring --size 1m "$target"
    refused "needs io_uring" without_uring ENOSYS \
        "$TIDEMILL" run --fixed-buffers require --size 1m "$target"
    without_uring ENOSYS "$TIDEMILL" run --quiet --size 1m --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write engine_used)" = pwrite ]
    [[ $(attribute r.h5 phases/01_write engine_reason) == *'io_uring is not available'* ]]
    [[ $(advice r.h5) == *fallback-engine* ]]
}

# switched_off VALUE COMMAND...: runs a command that reads VALUE as sysctl
# kernel.io_uring_disabled
switched_off() {
    # shellcheck disable=SC2016 # expanded inside
    unshare -m --propagation private bash -c '
        echo "$1" >"$0"
        mount --bind "$0" /proc/sys/kernel/io_uring_disabled || exit 77
        shift
        exec "$@"' "$work/out.sysctl" "$1" "${@:2}"
}

@test "io_uring off by sysctl: refused with its name and value, 'auto' continues and reports it" {
    need_strace
    [ -e /proc/sys/kernel/io_uring_disabled ] || skip "this kernel has no such sysctl"
    touch "$work/out.sysctl"
    switched_off 2 true 2>/dev/null || skip "no mount namespace can be made here"
    off() { ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 switched_off "$1" strace -f -qq -o /dev/null \
        -e trace=io_uring_setup -e inject=io_uring_setup:error=EPERM "$TIDEMILL" "${@:2}"; }
    for value in 1 2; do
        apart off $value run --engine uring --size 1m "$target"
        [ "$status" -eq 2 ]
        [ "$(grep -c "switched off by sysctl kernel.io_uring_disabled=$value" "$err")" -eq 1 ]
        off $value run --quiet --size 1m --result $value.h5 "$target"
        [ "$(attribute $value.h5 phases/01_write engine_used)" = pwrite ]
        [[ $(attribute $value.h5 phases/01_write engine_reason) == *io_uring_disabled=$value* ]]
        [ "$(column $value.h5 environment/nodes uring_disabled)" -eq $value ]
    done
}

# Rank 1 of 3 has no io_uring.
some_without() {
    mpirun -q --oversubscribe --bind-to none -n 1 "$TIDEMILL" "$@" : \
        -n 1 env ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" \
        strace -f -qq -o /dev/null -e trace=io_uring_setup \
        -e inject=io_uring_setup:error=EPERM "$TIDEMILL" "$@" : -n 1 "$TIDEMILL" "$@"
}

@test "io_uring off on one rank: one engine for all, and the rank is reported" {
    need_strace
    need_uring
    refused "1 of 3 ranks" some_without run --engine uring --size 1m "$target"
    some_without run --quiet --size 3m --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write engine_used)" = pwrite ]
    [[ $(attribute r.h5 phases/01_write engine_reason) == '1 of 3 ranks'* ]]
}
