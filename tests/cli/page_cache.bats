#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# O_DIRECT, uncached requests and caches: what was in effect is recorded, what was required is refused.
# shellcheck disable=SC2154 # helper.bash sets target, out, err, status

load helper

# Skips if O_DIRECT has no effect on the target.
need_direct() {
    "$TIDEMILL" facts "$target" | grep -q 'in effect: yes' || skip "O_DIRECT has no effect here"
}

@test "--direct require reports the alignment and the nearest valid size" {
    need_direct
    refused "--buffer-size 3906KiB" "$TIDEMILL" run --direct require --buffer-size 4MB "$target"
    refused "multiples of 512" "$TIDEMILL" run --direct require --buffer-size 100 "$target"
    refused "use '--size " "$TIDEMILL" run --direct require --size 10000001 "$target"
}

@test "under prefer only the unaligned requests are buffered, and are counted" {
    need_direct
    "$TIDEMILL" run --quiet --size 10000001 --buffer-size 64k --verify --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write direct_in_effect)" = yes ]
    [ "$(column r.h5 phases/01_write/ranks unaligned_requests)" -eq 1 ]
    [ "$(column r.h5 phases/01_write/ranks buffered_bytes)" -le 65536 ]
}

@test "an unaligned end of one small file is one note" {
    need_direct
    "$TIDEMILL" run --quiet --size 9120 --result r.h5 "$target"
    [[ $(advice r.h5) == *unaligned-tail* ]]
    [[ $(advice r.h5) != *mixed-direct* ]]
    [[ $(advice r.h5) != *cached-reads* ]]
}

@test "kernel counters and the page cache confirm a direct write" {
    need_direct
    "$TIDEMILL" run --quiet --size 8m --phases write --direct require --result r.h5 "$target"
    [ "$(column r.h5 phases/01_write/ranks device_written_bytes)" -ge 8388608 ]
    [ "$(column r.h5 phases/01_write/ranks sampled_pages)" -gt 0 ]
    [ "$(column r.h5 phases/01_write/ranks cached_pages)" -eq 0 ]
    "$TIDEMILL" run --quiet --size 8m --phases write --direct never --result never.h5 "$target"
    [ "$(column never.h5 phases/01_write/ranks cached_pages)" -gt 0 ]
}

@test "--uncached leaves nothing in the page cache, or reports that it cannot" {
    "$TIDEMILL" run --quiet --size 8m --uncached --verify --result r.h5 "$target"
    if "$TIDEMILL" facts "$target" | grep -q 'uncached  *yes'; then
        [ "$(attribute r.h5 phases/01_write uncached)" = yes ]
        [ "$(column r.h5 phases/01_write/ranks cached_pages)" -eq 0 ]
        "$TIDEMILL" report r.h5 | grep -q 'uncached (RWF_DONTCACHE)'
    else
        [ "$(attribute r.h5 phases/01_write uncached)" = no ]
        [[ $(attribute r.h5 phases/01_write not_granted) == *RWF_DONTCACHE* ]]
    fi
}

@test "--cache drop makes a buffered read cold, and the label shows the page cache" {
    [[ $(stat -f -c %T "$target") != tmpfs ]] || skip "memory is never cold"
    "$TIDEMILL" run --quiet --size 8m --direct never --cache drop --result cold.h5 "$target"
    [[ $(attribute cold.h5 phases/02_read cache) == cold:* ]]
    [ "$(column cold.h5 phases/02_read/ranks cached_before_pages)" -eq 0 ]
    [ "$(column cold.h5 phases/02_read/ranks device_read_bytes)" -ge 8388608 ]
    [[ $(advice cold.h5) != *cached-reads* ]]
    "$TIDEMILL" run --quiet --size 8m --direct never --result warm.h5 "$target"
    # the kernel may have reclaimed some pages meanwhile
    [[ $(attribute warm.h5 phases/02_read cache) =~ ^may\ be\ cached.*\;\ ([0-9]+)\ of\ 2048\ sampled ]]
    [ "${BASH_REMATCH[1]}" -gt 20 ]
    [[ $(advice warm.h5) == *cached-reads* ]]
    "$TIDEMILL" run --quiet --size 8m --direct never --cache keep --result keep.h5 "$target"
    [ "$(column keep.h5 phases/02_read/ranks sampled_before_pages)" -eq 0 ]
}

@test "in memory 'auto' uses plain system calls, and nothing is called direct" {
    [ -d /dev/shm ] || skip "no /dev/shm here"
    mkdir /dev/shm/tidemill-test.$$
    "$TIDEMILL" run --quiet --size 4m --uncached --result r.h5 /dev/shm/tidemill-test.$$
    rmdir /dev/shm/tidemill-test.$$
    [ "$(attribute r.h5 phases/01_write engine_used)" = pwrite ]
    [ "$(attribute r.h5 phases/01_write direct_in_effect)" = no ]
    [ "$(attribute r.h5 phases/01_write uncached)" = no ]
    [[ $(attribute r.h5 phases/01_write engine_reason) == *memory* ]]
}

@test "--uring-iopoll on a device without poll queues is refused" {
    need_direct
    "$TIDEMILL" facts "$target" | grep -q 'IOPOLL  *no' || skip "the device can be polled"
    refused "--uring-iopoll" "$TIDEMILL" run --size 4m --uring-iopoll "$target"
}
