#!/usr/bin/env bats
# run --cleanup RESULT: takes away what a dead run left, and nothing else.

load ../cli/helper

# dead RESULT OPTION...: a run that was killed in the middle of its first phase.
dead() {
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

# Refused, with these words, and everything is as it was.
kept() { # RESULT WORDS
    local before
    before=$(find "$target" -printf '%p %y %s\n' | sort)
    clean "$1"
    cat "$err"
    [ "$status" -eq 2 ]
    [ "$(wc -l <"$err")" -eq 1 ]
    grep -q -- "$2" "$err"
    [ "$before" = "$(find "$target" -printf '%p %y %s\n' | sort)" ]
}

@test "every layout's files and their folder go, once" {
    for layout in rank shared writer; do
        dead "$layout.h5" --layout "$layout" --writers 2
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

@test "other runs and other files stay" {
    printf 'precious' >"$target/r0"
    mkdir "$target/tidemill-0000000000000000"
    printf 'precious' >"$target/tidemill-0000000000000000/r0"
    dead r.h5
    clean r.h5
    [ "$status" -eq 0 ]
    [ "$(cat "$target/r0" "$target/tidemill-0000000000000000/r0")" = preciousprecious ]
    [ "$(find "$target" -mindepth 1 | wc -l)" -eq 3 ]
}

@test "a folder with something foreign in it stays as it is" {
    dead r.h5
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

@test "a link in the place of the folder is not followed" {
    dead r.h5
    mv "$folder" "$work/elsewhere"
    ln -s "$work/elsewhere" "$folder"
    kept r.h5 "cannot open directory"
    [ -e "$work/elsewhere/r0" ]
}

# The file system below the target gives locks as locks.c says: nfs or none.
locks() {
    export FAULT_LOCKS=$1 FAULT_PATH=$target
    export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
    export LD_PRELOAD=${TIDEMILL%/*}/tests/faults/libfault_locks.so
    [ -e "$LD_PRELOAD" ]
}

# going RESULT: a run that has files and is in the middle of its phase.
going() {
    "$TIDEMILL" run --size 256m --buffer-size 64k --rate 512k/s --quiet --phases write \
        --result "$1" "$target" &
    pid=$!
    await "data in the target" wrote 0
}

# It still had its files when it was told to end.
end_going() {
    kept_files=$(find "$target" -type f -size +0 | wc -l)
    kill -TERM "$pid"
    ended=0
    wait "$pid" || ended=$?
    [ "$ended" -eq 143 ]
    [ "$kept_files" -eq 1 ]
    [ -z "$(ls -A "$target")" ]
}

@test "a run that is still going is left alone" {
    going r.h5
    clean r.h5
    end_going
    [ "$status" -eq 2 ]
    grep -q "a run is using 'r0'; nothing was removed" "$err"
}

@test "a run that is still going is left alone on NFS" {
    locks nfs
    going r.h5
    clean r.h5
    end_going
    [ "$status" -eq 2 ]
    grep -q "a run is using 'r0'; nothing was removed" "$err"
}

@test "where there are no locks nothing goes without --force" {
    locks none
    going r.h5
    clean r.h5
    end_going
    [ "$status" -eq 2 ]
    grep -q "cannot check whether another run is using 'r0': .*; --force skips this check$" "$err"
    [ "$(wc -l <"$err")" -eq 1 ]
    dead r2.h5
    kept r2.h5 'cannot check whether another run'
    apart "$TIDEMILL" run --cleanup r2.h5 --force
    [ "$status" -eq 0 ]
    grep -q '^removed 1 file and 1 directory' "$out"
    [ -z "$(ls -A "$target")" ]
}

@test "where there are no locks no file is overwritten without --force" {
    truncate -s 1m "$target/file"
    locks none
    refused 'cannot check whether another run' "$TIDEMILL" run --size 1m --layout shared \
        --overwrite --result r.h5 "$target/file"
    "$TIDEMILL" run --size 1m --layout shared --overwrite --force --quiet --result r.h5 \
        "$target/file"
}

@test "what was to be kept is kept" {
    "$TIDEMILL" run --size 1m --quiet --keep --result r.h5 "$target"
    kept r.h5 'kept its files on request (--keep)'
}

@test "what is no result, or not there, or with a target" {
    printf 'precious' >notes
    refused 'not a result of tidemill' "$TIDEMILL" run --cleanup notes
    refused 'missing.h5' "$TIDEMILL" run --cleanup missing.h5
    refused 'give no target' "$TIDEMILL" run --cleanup notes "$target"
}

@test "several ranks do it once" {
    dead r.h5
    apart ranks 3 run --cleanup r.h5
    [ "$status" -eq 0 ]
    [ "$(wc -l <"$out")" -eq 1 ]
    [ -z "$(ls -A "$target")" ]
}
