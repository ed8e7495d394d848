#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# run --cleanup RESULT: removes the files of a killed run, and nothing else.

load ../cli/helper

# killed_run RESULT OPTION...: starts a run and kills it in the middle of its first phase
killed_run() {
    local result=$1
    shift
    touch "$work/stamp"
    sleep 0.02
    "$TIDEMILL" run --size 256m --buffer-size 64k --rate 256k/s --quiet --result "$result" "$@" \
        "$target" &
    pid=$!
    await "data in the target" wrote 0 -newer "$work/stamp"
    kill -KILL "$pid"
    wait "$pid" || true
    folder=$(find "$target" -mindepth 1 -maxdepth 1 -name 'tidemill-*' -newer "$work/stamp")
    [ -d "$folder" ]
}

clean() {
    apart "$TIDEMILL" run --cleanup "$1"
}

kept() { # RESULT WORDS: the cleanup is refused with these words, and removes nothing
    local before
    before=$(find "$target" -printf '%p %y %s\n' | sort)
    clean "$1"
    cat "$err"
    [ "$status" -eq 2 ]
    [ "$(wc -l <"$err")" -eq 1 ]
    grep -q -- "$2" "$err"
    [ "$before" = "$(find "$target" -printf '%p %y %s\n' | sort)" ]
}

@test "files and directory of each layout are removed, once" {
    for layout in rank shared writer; do
        killed_run "$layout.h5" --layout "$layout" --writers 2
        "$TIDEMILL" report "$layout.h5" >page
        clean "$layout.h5"
        [ "$status" -eq 0 ]
        grep -Eq '^removed [1-9] files? and 1 directory of run [0-9a-f]{16}$' "$out"
        [ -z "$(ls -A "$target")" ]
        clean "$layout.h5"
        [ "$status" -eq 0 ]
        grep -q '^removed 0 files and 0 directories' "$out"
    done
}

@test "files of other runs and users are kept" {
    printf 'precious' >"$target/r0"
    mkdir "$target/tidemill-0000000000000000"
    printf 'precious' >"$target/tidemill-0000000000000000/r0"
    killed_run r.h5
    clean r.h5
    [ "$status" -eq 0 ]
    [ "$(cat "$target/r0" "$target/tidemill-0000000000000000/r0")" = preciousprecious ]
    [ "$(find "$target" -mindepth 1 | wc -l)" -eq 3 ]
}

@test "a directory with a file of others is left unchanged" {
    killed_run r.h5
    printf 'precious' >"$folder/notes"
    kept r.h5 "that run did not create 'notes' in it; nothing was removed"
    mv "$folder/notes" "$folder/r7"
    kept r.h5 "'r7' in it"
    rm "$folder/r7"
    mkdir "$folder/shared"
    kept r.h5 "'shared' in it"
    rmdir "$folder/shared"
    rm "$folder/r0"
    ln -s /etc/hostname "$folder/r0"
    kept r.h5 "'r0' in it"
    [ -e /etc/hostname ]
}

@test "a link that replaces the directory is not followed" {
    killed_run r.h5
    mv "$folder" "$work/elsewhere"
    ln -s "$work/elsewhere" "$folder"
    kept r.h5 "cannot open directory"
    [ -e "$work/elsewhere/r0" ]
}

# locks nfs|none: simulates the locks of other file systems (locks.c)
locks() {
    export FAULT_LOCKS=$1 FAULT_PATH=$target
    export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
    export LD_PRELOAD=${TIDEMILL%/*}/tests/faults/libfault_locks.so
    [ -e "$LD_PRELOAD" ]
}

# start_run RESULT: starts a run and waits until its phase writes
start_run() {
    "$TIDEMILL" run --size 256m --buffer-size 64k --rate 512k/s --quiet --phases write \
        --result "$1" "$target" &
    pid=$!
    await "data in the target" wrote 0
}

# Ends the run, which must still have its files.
end_run() {
    kept_files=$(find "$target" -type f -size +0 | wc -l)
    kill -TERM "$pid"
    ended=0
    wait "$pid" || ended=$?
    [ "$ended" -eq 143 ]
    [ "$kept_files" -eq 1 ]
    [ -z "$(ls -A "$target")" ]
}

@test "files of a running run are kept" {
    start_run r.h5
    clean r.h5
    end_run
    [ "$status" -eq 2 ]
    grep -q "a run is using 'r0'; nothing was removed" "$err"
}

@test "files of a running run are kept on NFS" {
    locks nfs
    start_run r.h5
    clean r.h5
    end_run
    [ "$status" -eq 2 ]
    grep -q "a run is using 'r0'; nothing was removed" "$err"
}

@test "without locks nothing is removed except with --force" {
    locks none
    start_run r.h5
    clean r.h5
    end_run
    [ "$status" -eq 2 ]
    grep -q "cannot check whether another run is using 'r0': .*; --force skips this check$" "$err"
    [ "$(wc -l <"$err")" -eq 1 ]
    killed_run r2.h5
    kept r2.h5 'cannot check whether another run'
    apart "$TIDEMILL" run --cleanup r2.h5 --force
    [ "$status" -eq 0 ]
    grep -q '^removed 1 file and 1 directory' "$out"
    [ -z "$(ls -A "$target")" ]
}

@test "without locks no file is overwritten except with --force" {
    truncate -s 1m "$target/file"
    locks none
    refused 'cannot check whether another run' "$TIDEMILL" run --size 1m --layout shared \
        --overwrite --result r.h5 "$target/file"
    "$TIDEMILL" run --size 1m --layout shared --overwrite --force --quiet --result r.h5 \
        "$target/file"
}

@test "files of a run with --keep are kept" {
    "$TIDEMILL" run --size 1m --quiet --keep --result r.h5 "$target"
    kept r.h5 'kept its files on request (--keep)'
}

@test "usage errors: not a result, no file, a target" {
    printf 'precious' >notes
    refused 'not a result of tidemill' "$TIDEMILL" run --cleanup notes
    refused 'missing.h5' "$TIDEMILL" run --cleanup missing.h5
    refused 'leave the target out' "$TIDEMILL" run --cleanup notes "$target"
}

# on_fuse SCRIPT ARGUMENT...: runs a script with the target on the FUSE file system of the fault bench, in
# a namespace of its own
on_fuse() {
    [ "$(id -u)" -eq 0 ] && [ -x "$FAULT_FS" ] && [ -w /dev/fuse ] || skip "no FUSE here"
    unshare --mount true 2>/dev/null || skip "no mount namespace is available"
    mkdir behind
    export -f killed_run clean await wrote apart attribute
    export work target TIDEMILL
    # shellcheck disable=SC2016 # expanded inside
    unshare --mount --propagation private bash -euc '
        "$FAULT_FS" "$work/behind" "$target" 2>/dev/null &
        fuse=$!
        trap "exec 9<&-; umount -l $target; wait $fuse" EXIT
        await "a mount" mountpoint -q "$target"
        eval "$1"' - "$1"
}

@test "with root squash, files that belong to another user are recognised as own" {
    FAULT_OWNER=1234 on_fuse '
        killed_run r.h5
        [ "$(stat -c %u "$folder")" -eq 1234 ]
        clean r.h5
        [ "$status" -eq 0 ]'
    [ -z "$(ls -A behind)" ]
}

@test "a removed file that is still open is reported, in the result too, and --cleanup finishes later" {
    FAULT_HIDE=yes on_fuse '
        "$TIDEMILL" run --size 256m --buffer-size 64k --rate 256k/s --quiet --result r.h5 "$target" \
            2>errors &
        pid=$!
        await "data in the target" wrote 0
        exec 9<"$(find "$target" -type f)"
        kill -TERM "$pid"
        wait "$pid" || [ $? -eq 143 ]
        cat errors
        grep "cannot remove directory .* yet: it holds .\.fuse_hidden.*that a process still has open" errors
        attribute r.h5 / removal_failure | grep -q "it holds .\.fuse_hidden"
        clean r.h5
        [ "$status" -eq 1 ]
        grep -q "still has open" "$err"
        exec 9<&-
        clean r.h5
        cat "$err"
        [ "$status" -eq 0 ]'
    [ -z "$(ls -A behind)" ]
}

@test "several ranks clean up once" {
    killed_run r.h5
    apart ranks 3 run --cleanup r.h5
    [ "$status" -eq 0 ]
    [ "$(wc -l <"$out")" -eq 1 ]
    [ -z "$(ls -A "$target")" ]
}

@test "a killed run's result is named, and not replaced while its files remain" {
    export SLURM_JOB_ID=4711 # as when Slurm queues the job again
    killed_run r.h5
    unset SLURM_JOB_ID
    printf 'half a result' >r.h5.tmp.99999999
    run_id=${folder##*/tidemill-}
    refused "the result 'r.h5' is of run $run_id (started 20" \
        ranks 2 run --size 1m --result r.h5 "$target"
    grep -q "on $(uname -n), job 4711), which did not end: .* 'tidemill run --cleanup r.h5' first" \
        "$err"
    refused "will not replace the result 'r.h5' of run $run_id (started 20" \
        ranks 2 run --size 1m --overwrite --result r.h5 "$target"
    grep -q "'$folder' remains; .* 'tidemill run --cleanup r.h5' first" "$err"
    clean r.h5
    [ "$status" -eq 0 ]
    [ "$(echo r.h5*)" = r.h5 ]
    refused 'which did not end' "$TIDEMILL" run --size 1m --result r.h5 "$target"
    "$TIDEMILL" run --size 1m --quiet --overwrite --result r.h5 "$target"
    [ "$(attribute r.h5 / status)" = complete ]
}

@test "the next run on a result's path removes the temporary files next to it" {
    printf 'half a result' >r.h5.tmp.99999999
    "$TIDEMILL" run --size 1m --quiet --result r.h5 "$target"
    [ "$(echo r.h5*)" = r.h5 ]
    printf 'half a result' >r.h5.tmp.99999999
    "$TIDEMILL" run --size 1m --quiet --overwrite --result r.h5 "$target"
    [ "$(echo r.h5*)" = r.h5 ]
}

@test "a run that is killed at the first sign of its result can be cleaned up" {
    "$TIDEMILL" run --size 1g --rate 1m --quiet --result r.h5 "$target" &
    pid=$!
    await "a result" test -e r.h5
    kill -KILL "$pid"
    wait "$pid" || true
    [ -s r.h5 ]
    [ "$(attribute r.h5 / status)" = running ]
    clean r.h5
    [ "$status" -eq 0 ]
    [ -z "$(ls -A "$target")" ]
}

@test "objects on a file system that becomes read-only in mid-phase are named, and removed later" {
    [ "$(id -u)" -eq 0 ] || skip "mounts need root"
    unshare --mount true 2>/dev/null || skip "no mount namespace is available"
    apart unshare --mount --propagation private bash -euc 'cd "$0"
        truncate -s 64M image
        mkfs.ext4 -q -F -O ^has_journal image && mount -o loop,errors=remount-ro image target ||
            { echo "no ext4 on a loop device here" >&2; exit 77; }
        device=$(findmnt -no SOURCE target)
        trigger=/sys/fs/ext4/${device#/dev/}/trigger_fs_error
        [ -w "$trigger" ] || { umount target; echo "no $trigger" >&2; exit 77; }
        "$1" run --quiet --result r.h5 --phases create,stat --time 300s --fan-out 100 target 2>printed &
        while ! find target -name "*.r0.*" -print -quit | grep -q .; do sleep 0.02; done
        echo tidemill >"$trigger"
        wait $! && exit 8 || [ $? -eq 1 ]
        umount target
        fsck.ext4 -fy image >/dev/null 2>&1 || true
        mount -o loop image target
        find target -name "*.r0.*" -print -quit | grep -q . || exit 9
        "$1" run --cleanup r.h5 >cleaned
        ls -A target >left
        umount target' "$work" "$TIDEMILL"
    cat "$err" "$work/printed"
    [ "$status" -ne 77 ] || skip "$(cat "$err")"
    [ "$status" -eq 0 ]
    # an object, or the directory of some
    grep -q "cannot create .*/objects/.*': Read-only file system: the file system was remounted" printed
    grep -q "cannot remove '.*': Read-only file system" printed
    "$TIDEMILL" report r.h5 | grep -q 'failed *[0-9]* EROFS (the file system became read-only)'
    grep -q '^removed [1-9][0-9]* files' cleaned
    [ "$(cat left)" = lost+found ]
}
