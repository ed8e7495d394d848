#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What each engine does with every option that is its own.
# shellcheck disable=SC2154 # helper.bash sets target, out, err, status

load helper

@test "every engine writes and verifies, in every order" {
    orders=(random strided sequential)
    turn=0
    for options in '--engine uring' '--engine pwrite' '--engine pwritev' '--engine pwritev --batch 7' \
        '--engine uring --uring-sqpoll' '--engine uring --fixed-buffers never'; do
        case $options in *uring*) need_uring ;; esac
        # shellcheck disable=SC2086 # words
        ranks 2 run --quiet --size 5000001 --buffer-size 64k --layout shared --verify $options \
            --order "${orders[turn++ % 3]}" --writers 2 --producers 2 "$target"
    done
}

# A request can complete before the kernel's thread releases its entry in the ring.
@test "--uring-sqpoll has an entry for each request, at every depth" {
    need_uring
    for depth in 1 8 32 64; do
        "$TIDEMILL" run --quiet --size 64m --buffer-size 4k --depth $depth --writers 1 --phases write \
            --engine uring --uring-sqpoll --direct never --fsync never --result $depth.h5 "$target"
        [ "$(attribute $depth.h5 phases/01_write bytes)" -eq 67108864 ]
    done
}

@test "--fsync each syncs after each request, --fsync never does not" {
    "$TIDEMILL" run --quiet --size 1m --buffer-size 64k --phases write --engine pwrite --writers 1 \
        --fsync each --result each.h5 "$target"
    # no sync remains for the end, and the unused descriptor is not synced
    [ "$(column each.h5 phases/01_write/ranks syncs)" -eq 16 ]
    "$TIDEMILL" run --quiet --size 1000001 --buffer-size 64k --phases write --writers 1 --depth 1 \
        --engine pwrite --direct prefer --result end.h5 "$target"
    # the tail that cannot go direct has a descriptor of its own
    tail=$("$TIDEMILL" facts "$target" | grep -c 'in effect: yes') || true
    [ "$(column end.h5 phases/01_write/ranks syncs)" -eq $((1 + tail)) ]
    "$TIDEMILL" run --quiet --size 1m --buffer-size 64k --phases write --fsync never \
        --result never.h5 "$target"
    [ "$(column never.h5 phases/01_write/ranks syncs)" -eq 0 ]
}

@test "--preallocate allocates blocks, or reports that the file system cannot" {
    "$TIDEMILL" run --quiet --size 1m --phases write --preallocate --result r.h5 "$target"
    if [ "$(column r.h5 phases/01_write/ranks preallocated_bytes)" -ne 1048576 ]; then
        [[ $(attribute r.h5 phases/01_write not_granted) == *'not preallocated'* ]]
    fi
}

@test "a depth that the engine cannot use is reported" {
    "$TIDEMILL" run --quiet --size 1m --engine pwrite --depth 8 --result r.h5 "$target"
    [[ $(advice r.h5) == *depth-one* ]]
    "$TIDEMILL" run --quiet --size 1m --engine pwrite --depth 1 --result s.h5 "$target"
    [[ $(advice s.h5) != *depth-one* ]]
}
