#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tidemill inspect: files with known properties, and files that cannot be read.
# shellcheck disable=SC2154 # helper.bash sets target, out, err, status

load ../cli/helper

# row CHUNK: the line of the table on standard output that begins with CHUNK
row() {
    grep "^$1 " "$out"
}

@test "random data are unique and do not compress" {
    head -c 3000000 /dev/urandom >"$target/a"
    apart "$TIDEMILL" inspect "$target/a"
    [ "$status" -eq 0 ]
    [ ! -s "$err" ]
    grep -q 'inspected 2.86 MiB in 1 file$' "$out"
    for chunk in '512 B' '4 KiB' '128 KiB' '1 MiB'; do
        row "$chunk" | grep -Eq ' 100\.00 +1\.000 +0\.00 +1\.000 +1\.000$'
    done
}

@test "copies in different files of a tree are found" {
    mkdir -p "$target/one/two"
    head -c 2m /dev/urandom >"$target/a"
    cp "$target/a" "$target/one/two/b"
    ln -s ../a "$target/one/link"
    apart "$TIDEMILL" inspect "$target"
    [ "$status" -eq 0 ]
    row '4 KiB' | grep -Eq ' 1024 +50\.00 +2\.000 '
    row '1 MiB' | grep -Eq ' 4 +50\.00 +2\.000 '
    grep -q 'in 2 files; skipped: 1 links' "$out"
}

@test "holes of a huge sparse file are skipped quickly" {
    truncate -s 4T "$target/sparse"
    head -c 4096 /dev/urandom | dd of="$target/sparse" bs=4096 seek=500000000 conv=notrunc status=none
    apart timeout 20 "$TIDEMILL" inspect "$target/sparse"
    [ "$status" -eq 0 ]
    grep -q 'skipped: 4.00 TiB of holes' "$out"
    row '4 KiB' | grep -Eq ' 256 '
}

@test "empty files and directories do not fail" {
    : >"$target/empty"
    mkdir "$target/folder"
    apart "$TIDEMILL" inspect "$target"
    [ "$status" -eq 0 ]
    grep -q 'in 1 file (1 empty)' "$out"
    grep -q 'no data to analyse' "$out"
}

@test "unreadable files are reported, the others inspected, exit 1" {
    head -c 1m /dev/urandom >"$target/a"
    mkfifo "$target/pipe"
    apart timeout 20 "$TIDEMILL" inspect "$target/missing" "$target/pipe" "$target/a"
    [ "$status" -eq 1 ]
    grep -q "cannot open '$target/missing': No such file" "$err"
    grep -q "cannot inspect '$target/pipe': neither a file nor a block device" "$err"
    row '4 KiB' | grep -Eq ' 256 +100\.00 '
}

@test "usage errors: exit 2" {
    refused "no path given" "$TIDEMILL" inspect
    refused "unknown option '--deep'" "$TIDEMILL" inspect --deep "$target"
    refused "a path is an empty name" "$TIDEMILL" inspect ''
}
