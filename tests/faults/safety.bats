#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# bats file_tags=safety
# Safety of other users' files: which targets are refused, what is left unchanged, permissions.
# tests/unit/platform checks that each kind of target is detected.

load ../cli/helper

# Metadata and content, as overwriting in place must keep the inode.
identity() {
    stat -c '%i %h %a %s' "$1"
    sha256sum <"$1"
}

untouched() { # FILE WORDS COMMAND...: COMMAND is refused, and does not change FILE
    local file=$1 before
    shift
    before=$(identity "$file")
    refused "$@"
    [ "$before" = "$(identity "$file")" ]
}

in_namespace() { # SCRIPT ARGUMENT...: runs a script that mounts; skips if that is not possible
    [ "$(id -u)" -eq 0 ] || skip "mounts need root"
    unshare --mount true 2>/dev/null || skip "no mount namespace is available"
    apart unshare --mount --propagation private bash -euc "$@"
    [ "$status" -ne 77 ] || skip "$(cat "$err")"
}

small() { # OPTION...: a run of 1 MiB
    "$TIDEMILL" run --size 1m --buffer-size 64k --quiet "$@"
}

@test "an existing file, a symlink, and two links to one file" {
    printf 'precious' >"$work/file"
    ln -s file "$work/link"
    ln "$work/file" "$work/second"
    untouched "$work/file" 'already exists' small --layout shared --result r.h5 "$work/file"
    untouched "$work/file" 'symlink' small --overwrite --layout shared --result r.h5 "$work/link"
    untouched "$work/file" 'symlink' small --layout shared --result r.h5 "$work/link"
}

@test "--overwrite writes in place: the file is not truncated, replaced or removed" {
    head -c 3000000 /dev/zero | tr '\0' 'x' >"$work/file"
    ln "$work/file" "$work/second"
    inode=$(stat -c %i "$work/file")
    apart small --overwrite --layout shared --verify --result r.h5 "$work/file"
    [ "$status" -eq 0 ]
    [ "$(stat -c '%i %h %s' "$work/file")" = "$inode 2 3000000" ]
    [ "$(tail -c +1048577 "$work/second" | tr -d x | wc -c)" -eq 0 ]
    [ "$(head -c 1048576 "$work/second" | tr -d x | wc -c)" -gt 1000000 ]
}

@test "a FIFO, a socket, a character device" {
    mkfifo "$work/fifo"
    /usr/bin/python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$work/socket"
    for target in "$work/fifo" "$work/socket" /dev/zero; do
        refused 'FIFO, a socket or a character device' \
            timeout 20 "$TIDEMILL" run --size 1m --overwrite --layout shared "$target"
    done
}

@test "the root directory, also by another name" {
    refused 'the root directory' "$TIDEMILL" run --size 1m /
    refused 'the root directory' "$TIDEMILL" run --size 1m /../.
    ln -s / "$work/root"
    refused 'the root directory' "$TIDEMILL" run --size 1m "$work/root"
}

@test "the kernel's own files" {
    refused 'a file system of the kernel' "$TIDEMILL" run --size 1m /proc/self
    refused 'a file system of the kernel' "$TIDEMILL" run --size 1m /sys
}

@test "a read-only mount" {
    in_namespace 'mount -t tmpfs -o size=4m,ro none "$1"
        "$2" run --size 1m "$1"' - "$target" "$TIDEMILL"
    [ "$status" -eq 2 ]
    grep -q 'its file system is read-only' "$err"
}

# Loop devices are removed with their mount, or when the shell ends.
with_device='
    image=$1/image; program=$2; target=$1/target
    truncate -s 16M "$image"
    device=$(losetup -f --show "$image") || exit 77
    trap "losetup -d $device" EXIT
    refuse() { # WORDS OPTION...
        local words=$1 code=0 before
        shift
        before=$(sha256sum <"$image")
        "$program" run --size 1m --layout shared --phases write "$@" "$device" 2>"$target/output" || code=$?
        [ "$code" -eq 2 ] && grep -q "$words" "$target/output" && [ "$before" = "$(sha256sum <"$image")" ] ||
            { cat "$target/output"; exit 1; }
    }'

@test "a block device needs --allow-block-device, and must be empty" {
    in_namespace "$with_device"'
        refuse "it is a block device; --allow-block-device"
        refuse "it is a block device; --allow-block-device" --overwrite
        mkfs.ext4 -q -F "$device"
        refuse "ext4" --allow-block-device' - "$work" "$TIDEMILL"
    [ "$status" -eq 0 ]
}

@test "a block device that is mounted or in use" {
    in_namespace "$with_device"'
        # no lazy initialisation, which the kernel would continue after the mount
        mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$device"
        mkdir "$1/mounted"
        mount "$device" "$1/mounted"
        refuse "mounted" --allow-block-device --overwrite
        umount "$1/mounted"
        exec 9< <(/usr/bin/python3 -c "import os, sys, time
os.open(sys.argv[1], os.O_RDONLY | os.O_EXCL)
print(1, flush=True)
time.sleep(60)" "$device")
        holder=$!
        read -r -u 9 _
        refuse "in use" --allow-block-device --overwrite
        kill "$holder"' - "$work" "$TIDEMILL"
    [ "$status" -eq 0 ]
}

@test "a block device with --allow-block-device is written, up to the given size" {
    in_namespace "$with_device"'
        "$program" run --size 1m --layout shared --phases write,verify --allow-block-device --quiet \
            --result "$1/r.h5" "$device"
        [ "$(tail -c +1048577 "$image" | tr -d "\0" | wc -c)" -eq 0 ]
        [ "$(head -c 1048576 "$image" | tr -d "\0" | wc -c)" -gt 1000000 ]' - "$work" "$TIDEMILL"
    [ "$status" -eq 0 ]
}

@test "the result file as target, by any of its names" {
    ln -s . "$work/here"
    refused 'is the result file itself' small --new-file --result new new
    refused 'is the result file itself' small --new-file --result here/new "$work/new"
    small --result old.h5 "$target"
    untouched "$work/old.h5" 'is the result file itself' \
        small --layout shared --overwrite --result old.h5 "$work/old.h5"
}

@test "a result does not replace another kind of file" {
    printf 'precious' >"$work/notes.h5"
    untouched "$work/notes.h5" 'is not a tidemill result' \
        small --overwrite --result notes.h5 "$target"
    small --result r.h5 "$target"
    untouched "$work/r.h5" 'exists' small --result r.h5 "$target"
}

@test "a file that another run is using" {
    truncate -s 256m "$work/file"
    "$TIDEMILL" run --size 256m --buffer-size 64k --rate 256k/s --layout shared --overwrite --quiet \
        --phases write --result first.h5 "$work/file" &
    first=$!
    locked() { [ -s first.h5 ] && ! flock --nonblock --exclusive "$work/file" true; }
    await "a run that has locked its file" locked
    apart small --layout shared --overwrite --result second.h5 "$work/file"
    kill -TERM "$first"
    wait "$first" || true
    [ "$status" -eq 2 ]
    grep -q "another run is using it" "$err"
    [ ! -e second.h5 ]
    # The lock has ended with the first run.
    small --layout shared --overwrite --phases write --result second.h5 "$work/file"
}

@test "other users have no access, regardless of the umask" {
    (umask 0 && "$TIDEMILL" run --size 1m --keep --quiet --result r.h5 --layout writer "$target")
    [ -n "$(ls "$target"/tidemill-*/)" ]
    [ -z "$(find "$target" -mindepth 1 -perm /077)" ]
    [ -z "$(find "$work" -name 'r.h5*' -perm /022)" ]
}

@test "no argument reaches a shell" {
    name='a b;touch pwned $(touch pwned) `touch pwned` "q" '"'"'x'
    mkdir -- "$work/$name"
    small --label "$name" --result "$name.h5" "$name"
    "$TIDEMILL" report "$name.h5" >page
    [ -z "$(find "$work" -name 'pwned*')" ]
    [ -z "$(ls -A "$work/$name")" ]
}

@test "two runs in one directory leave each other alone" {
    small --keep --result one.h5 "$target"
    before=$(cd "$target" && sha256sum tidemill-*/*)
    small --result two.h5 "$target"
    [ "$before" = "$(cd "$target" && sha256sum tidemill-*/*)" ]
}

@test "the floor of free space holds while others fill the file system" {
    in_namespace 'mount -t tmpfs -o size=32m none "$1"
        (for _ in $(seq 3000); do # until the run writes, as it has then checked the space
            [ -z "$(find "$1" -type f -size +0)" ] || break
            sleep 0.1
        done
        head -c 24m /dev/zero >"$1/others") &
        "$2" run --size 8m --buffer-size 64k --rate 128k/s --phases write --free-space-floor 30 \
            --quiet --result r.h5 "$1" || code=$?
        wait
        ls "$1"
        exit "${code:-0}"' - "$target" "$TIDEMILL"
    [ "$status" -eq 1 ]
    [ "$(<"$out")" = $'r.h5\nothers' ]
    grep -q "stopped writing to '.*': [0-9]* % of its file system are free, less than" "$err"
    grep -q 'free-space-floor 30$' "$err"
    [ "$(grep -vc "^tidemill: \(WARNING\|warning\):" "$err")" -eq 1 ]
}

@test "a plan that does not fit above the floor is refused" {
    in_namespace 'mount -t tmpfs -o size=32m none "$1"
        "$2" run --size 24m --phases write --free-space-floor 50 --quiet --result r.h5 "$1"' \
        - "$target" "$TIDEMILL"
    [ "$status" -eq 2 ]
    grep -q 'the plan needs 24.0 MiB (25165824 bytes)' "$err"
    [ ! -e r.h5 ]
}

@test "the plan keeps the floor free for each kind of target" {
    in_namespace 'mount -t tmpfs -o size=32m none "$1"
        head -c 4m /dev/zero >"$1/old"
        for name in "" /new /old; do # 32 MiB, 4 of them taken, 16 to be kept free
            "$2" run --time 5s --phases write --new-file --overwrite --free-space-floor 50 \
                --dry-run "$1$name" | grep -o "gets .* MiB"
        done
        "$2" run --size 24m --phases write --free-space-floor 50 --new-file --result r.h5 "$1/new"' \
        - "$target" "$TIDEMILL"
    [ "$status" -eq 2 ]
    [ "$(<"$out")" = $'gets 12.0 MiB\ngets 12.0 MiB\ngets 16.0 MiB' ]
    grep -q 'the plan needs 24.0 MiB (25165824 bytes)' "$err"
}

@test "two directories share the space of their file system" {
    in_namespace 'mount -t tmpfs -o size=32m none "$1"
        mkdir "$1/a" "$1/b"
        "$2" run --time 5s --phases write --layout writer --writers 2 --dry-run "$1/a" "$1/b" |
            grep -o "gets .* MiB"
        "$2" run --size 40m --phases write --result r.h5 "$1/a" "$1/b"' - "$target" "$TIDEMILL"
    [ "$status" -eq 2 ]
    [ "$(<"$out")" = $'gets 15.0 MiB\ngets 15.0 MiB' ]
    grep -q 'the plan needs 40.0 MiB (41943040 bytes)' "$err"
}
