#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Claims about O_DIRECT, caches and sync rest on what the kernel counted, or are unknown.
# shellcheck disable=SC2154 # helper.bash sets work, target, out, err, status

load ../cli/helper

tools=${TIDEMILL%/*}/tests/faults

# in_namespace SCRIPT ARGUMENT...: runs a script that mounts, its directory as $0; skips if that is not
# possible
in_namespace() {
    [ "$(id -u)" -eq 0 ] || skip "mounts need root"
    unshare --mount true 2>/dev/null || skip "no mount namespace is available"
    apart unshare --mount --propagation private bash -euc "$1" "$work" "${@:2}"
    cat "$err"
    [ "$status" -ne 77 ] || skip "$(cat "$err")"
    [ "$status" -eq 0 ]
}

@test "a sync that does nothing is named, on each engine" {
    [[ $(stat -f -c %T "$target") != tmpfs ]] || skip "memory is never synced"
    export FAULT_PATH=$target FAULT_RULES='* fsync 1+ zero'
    export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
    for engine in uring pwrite pwritev; do
        LD_PRELOAD=$tools/libfault_preload.so "$TIDEMILL" run --quiet --size 64m --phases write \
            --direct never --engine "$engine" --result "$engine.h5" "$target"
        [ "$(column "$engine.h5" phases/01_write/ranks counted_files)" -eq 1 ] ||
            skip "no cachestat here"
        "$TIDEMILL" report "$engine.h5" | tr -s ' \n' ' ' >page
        grep -q 'after 01_write was synced, .* were still dirty: fsync did nothing' page
        grep -q 'cache used, and fsync did nothing: .* kernel: [0-9.]* MiB into the page cache' page
        [[ $(<page) != *"limit storage"* && $(<page) != *--buffer-count* ]]
    done
    "$TIDEMILL" run --quiet --size 64m --phases write --direct never --result synced.h5 "$target"
    [ "$(column synced.h5 phases/01_write/ranks counted_dirty_bytes)" -eq 0 ]
    [[ $(advice synced.h5) != *not-synced* ]]
}

@test "an overlay with 'volatile' ignores the sync" {
    in_namespace 'cd "$0"; mkdir lower upper work2 merged
        mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work2,volatile merged \
            2>/dev/null || { echo "no volatile overlay here" >&2; exit 77; }
        "$TIDEMILL" run --quiet --size 16m --result volatile.h5 merged
        "$TIDEMILL" run --size 16m --direct never --phases write --result never.h5 merged >page
        umount merged
        mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work2 merged ||
            { rm -rf work2; mkdir work2
              mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work2 merged; }
        "$TIDEMILL" run --quiet --size 16m --result synced.h5 merged
        umount merged'
    [[ $(advice "$work/volatile.h5") == *not-synced* ]]
    tr -s ' \n' ' ' <"$work/page" | grep -q 'cache used, and fsync did nothing: .* into the page cache'
    ! grep -q 'limit *storage' "$work/page"
    [[ $(advice "$work/synced.h5") != *not-synced* ]]
}

@test "files without extents are not called direct" {
    in_namespace 'cd "$0"; truncate -s 200M image; mkdir ext
        mkfs.ext4 -q -F -O ^extents,^64bit image &&
            device=$(losetup --find --show --direct-io=on image) ||
            { echo "no loop device with direct I/O here" >&2; exit 77; }
        trap "umount ext; losetup -d $device" EXIT
        mount -t ext4 "$device" ext || { echo "no ext4 without extents here" >&2; exit 77; }
        "$TIDEMILL" run --quiet --size 64m --order random --buffer-size 256KiB --keep \
            --result prefer.h5 ext
        "$TIDEMILL" run --quiet --options-from prefer.h5 --phases read --direct require \
            --result read.h5
        ! "$TIDEMILL" run --quiet --size 16m --direct require --result require.h5 ext 2>refusal
        "$TIDEMILL" facts ext >facts
        umount ext
        mkfs.ext2 -q -F image && mount -t ext2 "$device" ext || exit 0
        "$TIDEMILL" run --quiet --size 4m --phases write --result second.h5 ext'
    cd "$work"
    grep -q 'and ext4 writes into its holes' refusal
    [ ! -e second.h5 ] || [[ $(attribute second.h5 phases/01_write reason) == *'and ext2 writes into its holes'* ]]
    [ "$(attribute prefer.h5 phases/01_write direct_opened)" = yes ]
    [ "$(attribute prefer.h5 phases/01_write direct_in_effect)" = no ]
    [ "$(attribute prefer.h5 phases/01_write direct_cause)" = 'holes in a file without extents' ]
    [ "$(attribute read.h5 phases/01_read direct_in_effect)" = yes ]
    grep -q 'has no extents' refusal
    grep -q 'in effect: no, the file has no extents' facts
    grep -q 'bypasses  *unknown: ' facts
}

@test "checksummed files of btrfs are not called direct, others are where the counters show it" {
    command -v mkfs.btrfs >/dev/null || skip "no mkfs.btrfs here"
    in_namespace 'cd "$0"; truncate -s 600M image; mkdir mounted
        mkfs.btrfs -q -f image >/dev/null 2>&1 &&
            device=$(losetup --find --show --direct-io=on image) ||
            { echo "no loop device with direct I/O here" >&2; exit 77; }
        trap "umount mounted; losetup -d $device" EXIT
        mount "$device" mounted || { echo "no btrfs here" >&2; exit 77; }
        mkdir mounted/checked mounted/plain
        chattr +C mounted/plain
        "$TIDEMILL" run --quiet --size 64m --result checked.h5 mounted/checked
        "$TIDEMILL" run --quiet --size 64m --result plain.h5 mounted/plain'
    cd "$work"
    if [ "$(attribute checked.h5 phases/01_write direct_cause)" != 'not reported' ]; then
        [ "$(attribute checked.h5 phases/01_write direct_in_effect)" = no ]
        [ "$(attribute checked.h5 phases/01_write direct_cause)" = 'checksummed file' ]
    fi
    [ "$(attribute plain.h5 phases/01_write direct_in_effect)" = yes ]
    [ "$(attribute plain.h5 phases/01_write direct_cause)" = none ]
    [ "$(attribute plain.h5 phases/02_read direct_in_effect)" = yes ]
}

@test "a loop device that caches below O_DIRECT is named" {
    in_namespace 'cd "$0"; truncate -s 400M image; mkdir mounted
        mkfs.xfs -q -f image 2>/dev/null &&
            device=$(losetup --find --show --direct-io=off image) ||
            { echo "no xfs on a loop device here" >&2; exit 77; }
        trap "umount mounted; losetup -d $device" EXIT
        mount "$device" mounted || { echo "no xfs here" >&2; exit 77; }
        "$TIDEMILL" run --size 16m --phases write --result loop.h5 mounted >page'
    cd "$work"
    [ "$(attribute loop.h5 phases/01_write direct_cause)" = 'device below uses the page cache' ]
    tr -s ' \n' ' ' <page | grep -q "mode . O_DIRECT, cached below, .*: O_DIRECT in xfs, but the loop device"
}

@test "dirtied pages of the device are counted, and contradict O_DIRECT or confirm it" {
    in_namespace 'cd "$0"
        mount -t debugfs none /sys/kernel/debug 2>/dev/null ||
            { echo "no debugfs here" >&2; exit 77; }
        "$TIDEMILL" run --quiet --size 64m --phases write --result direct.h5 "$1"
        "$TIDEMILL" run --quiet --size 64m --phases write --direct never --result never.h5 "$1"' \
        "$target"
    cd "$work"
    [ "$(column never.h5 phases/01_write/ranks dirtied_of_device)" -eq 1 ] ||
        skip "the device of the directory for tests is unknown"
    [ "$(column never.h5 phases/01_write/ranks dirtied_bytes)" -ge 67108864 ]
    [ "$(column never.h5 phases/01_write/ranks written_back_bytes)" -ge 67108864 ]
    [ "$(column direct.h5 phases/01_write/ranks dirtied_of_device)" -eq 1 ]
}

@test "caches below a FUSE client are unknown" {
    [ -x "$tools/fault_fs" ] || skip "FUSE is not available for building"
    in_namespace '[ -e /dev/fuse ] || { echo "no /dev/fuse" >&2; exit 77; }
        cd "$0"; mkdir source mounted
        FAULT_RULES="" FAULT_DIRECT=no "$1/fault_fs" "$0/source" "$0/mounted" 2>/dev/null &
        server=$!
        trap "umount mounted; wait $server" EXIT
        for ((i = 0; i < 100; i++)); do
            mountpoint -q mounted && break
            sleep 0.05
        done
        "$TIDEMILL" run --size 64m --direct never --cache drop --result fuse.h5 mounted >page' \
        "$tools"
    cd "$work"
    [ "$(attribute fuse.h5 phases/02_read cache_state)" = 'client cold' ]
    [[ $(attribute fuse.h5 phases/02_read cache) == 'page cache of the client empty ('* ]]
    [[ $(attribute fuse.h5 phases/02_read cache) == *'; caches of daemon and servers unknown' ]]
    [ "$(grep -c 'cold:\|from storage' page)" -eq 0 ]
    # what the daemon wrote is in the page cache of its own files, but others may read from the disks
    [ "$(column fuse.h5 phases/02_read/ranks disks_read_bytes)" -lt 8388608 ] || return 0
    tr -s ' \n' ' ' <page | grep -q '02_read read 64.0 MiB, but disks and networks of the nodes delivered'
}
