#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Small real runs: exit codes, files left behind, and what is printed to which stream.

load helper

result() { # the one result file
    local files=("$work"/results/*.h5)
    [ "${#files[@]}" -eq 1 ] && [ -f "${files[0]}" ] && printf '%s\n' "${files[0]}"
}



@test "write and read with verification: exit 0, a result, nothing else left" {
    apart "$TIDEMILL" run --size 8m --verify "$target"
    [ "$status" -eq 0 ]
    [ -s "$out" ]
    [ -z "$(ls -A "$target")" ]
    [ "$(attribute "$(result)" / status)" = complete ]
}

@test "four ranks and a shared file of an odd size" {
    ranks 4 run --size 10000019 --layout shared --verify --keep --buffer-size 64k "$target"
    [ "$(find "$target" -type f -printf '%s %f\n')" = '10000019 shared' ]
}

# Each number of ranks with another engine, order and size: all bytes are checked again by a run that
# reads them in another way.
@test "an interleaved shared file: every byte once, for any ranks, and read in another way" {
    local count engine order
    for count in 1 2 3 4; do
        engine=$(echo pwrite uring pwritev uring | cut -d ' ' -f $count)
        [ $engine != uring ] || "$TIDEMILL" facts | grep -q 'io_uring  *yes' || engine=pwrite
        order=$(echo sequential random strided sequential | cut -d ' ' -f $count)
        ranks $count run --quiet --interleave 47008 --size 300000$count --writers 3 --verify \
            --engine $engine --order $order --keep --result a.h5 --overwrite "$target"
        [ "$(find "$target" -type f -printf '%s %f\n')" = "300000$count shared" ]
        [ "$(column a.h5 phases/02_read/ranks bytes)" -eq 300000$count ]
        ranks $count run --quiet --options-from a.h5 --phases verify --buffer-size 5000 \
            --order random --result b.h5 --overwrite
        [ "$(column b.h5 phases/01_verify/ranks bytes)" -eq 300000$count ]
        rm -rf "${target:?}"/*
    done
    [[ " $(advice a.h5) " == *' interleave-unaligned '* ]]
}

@test "turns that are whole pages go through O_DIRECT, others are refused where that is required" {
    "$TIDEMILL" facts "$target" | grep -q 'O_DIRECT  *opens; in effect: yes' || skip "no O_DIRECT here"
    ranks 2 run --quiet --interleave 64k --buffer-size 16k --size 4m --direct require --verify \
        --result a.h5 "$target"
    [ "$(column a.h5 phases/01_write/ranks buffered_bytes)" -eq 0 ]
    apart "$TIDEMILL" run --interleave 47008 --size 4m --direct require "$target"
    [ "$status" -eq 2 ]
    apart "$TIDEMILL" run --interleave 10000 --buffer-size 4k --size 4m --direct require "$target"
    [ "$status" -eq 2 ]
    grep -q -e '--interleave is 10000 bytes' "$err"
}

@test "one file for each rank, one file for each writer" {
    ranks 3 run --size 9999999 --layout rank --keep --verify --buffer-size 64k "$target"
    [ "$(find "$target" -type f -printf '%f\n' | sort | xargs)" = 'r0 r1 r2' ]
    [ "$(find "$target" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')" -eq 9999999 ]
    rm -rf "${target:?}"/*
    ranks 2 run --size 8m --layout writer --writers 2 --keep --verify --buffer-size 64k "$target"
    [ "$(find "$target" -type f -printf '%f\n' | sort | xargs)" = 'r0.w0 r0.w1 r1.w0 r1.w1' ]
    [ "$(find "$target" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')" -eq 8388608 ]
}

# per_target RESULT: bytes and latencies of each target agree with the phase
per_target() {
    /usr/bin/python3 - "$1" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    for name, phase in file["phases"].items():
        targets = phase["targets"]
        assert sum(targets["bytes"][:]) == phase.attrs["bytes"], name
        assert sum(targets["requests"][:]) == sum(phase["ranks/requests"][:]), name
        assert max(targets["latency_max_ns"][:]) == max(phase["ranks/latency_max_ns"][:]), name
        assert max(targets["end_ns"][:]) == phase.attrs["duration_ns"], name
        print(name, *targets["ranks"][:], *targets["bytes"][:])
PY
}

@test "several targets: nodes, ranks or writers take them in turn, and all of a node are used" {
    local targets=("$target/a" "$target/b" "$target/c" "$target/d")
    mkdir "${targets[@]}"
    ranks 1 run --size 4m --writers 4 --producers 1 --buffer-size 64k --keep --phases write,verify \
        --result writer.h5 "${targets[@]}"
    [ "$(find "$target" -type f -printf '%P %s\n' | sed 's,/[^/]*/, ,' | sort | xargs)" = \
        'a r0.w0 1048576 b r0.w1 1048576 c r0.w2 1048576 d r0.w3 1048576' ]
    per_target writer.h5
    ranks 1 run --options-from writer.h5 --phases verify --order random --result again.h5
    per_target again.h5
    run ranks 1 run --options-from writer.h5 --phases verify --spread node --result no.h5
    [ "$status" -eq 2 ]
    [[ $output == *'leave the option out'* ]]
    rm -rf "${target:?}"/*/*
    ranks 4 run --size 4m --writers 1 --producers 1 --buffer-size 64k --keep --verify \
        --result rank.h5 "${targets[@]}"
    [ "$(find "$target" -type f -printf '%P\n' | sed 's,/[^/]*/, ,' | sort | xargs)" = \
        'a r0 b r1 c r2 d r3' ]
    [ "$(per_target rank.h5 | head -1)" = '01_write 1 1 1 1 1048576 1048576 1048576 1048576' ]
    rm -rf "${target:?}"/*/*
    ranks 4 run --size 1000001 --layout shared --spread rank --writers 2 --producers 1 \
        --buffer-size 4k --keep --verify "${targets[@]:0:2}"
    [ "$(find "$target" -type f | wc -l)" -eq 2 ]
    rm -rf "${target:?}"/*/*
    run ranks 2 run --size 1m --writers 2 --spread writer --layout rank "${targets[@]}"
    [ "$status" -eq 2 ]
    [[ $output == *'--spread writer needs a file for each writer'* ]]
    [ -z "$(find "$target" -mindepth 2)" ]
}

@test "a thread that reads from several targets counts each of them" {
    mkdir "$target/a" "$target/b"
    printf '%s\n' 'size = 4m' 'producers = 1' 'buffer-size = 64k' "target = $target/a" \
        "target = $target/b" '[dump]' 'phase = write' 'writers = 2' '[restart]' 'phase = verify' \
        'data = dump' 'writers = 1' 'order = random' >two.conf
    ranks 1 run --options-from two.conf --result two.h5
    [ "$(per_target two.h5)" = "$(printf '%s\n' '01_dump 1 1 2097152 2097152' \
        '02_restart 1 1 2097152 2097152')" ]
    [ -z "$(find "$target" -mindepth 2)" ]
}

# fake_lfs: records its calls; only directories with a file 'lustre', or in one with it, are its own
fake_lfs() {
    mkdir "$work/bin"
    echo '#!/bin/sh' >"$work/bin/lfs"
    cat >>"$work/bin/lfs" <<'SH'
for last; do :; done
case $1 in
setstripe) echo "$@" >>"${0%/*}/asked"; shift; echo "stripe_count: $2 stripe_size: $4" >"${0%/*}/layout" ;;
getstripe) [ -e "$last/lustre" ] || [ -e "${last%/*}/lustre" ] || exit 1
    cat "${0%/*}/layout" 2>/dev/null || echo 'stripe_count: 1 stripe_size: 1048576' ;;
esac
SH
    chmod +x "$work/bin/lfs"
}

@test "stripes are set on the run's directory through lfs, recorded, and refused elsewhere" {
    run ranks 1 run --size 1m --stripe-count 4 "$target"
    [ "$status" -eq 2 ]
    [[ $output == *'--stripe-count needs Lustre and its command lfs, which is not in PATH'* ]]
    fake_lfs
    PATH=$work/bin:$PATH
    run ranks 1 run --size 1m --stripe-size 1m "$target"
    [ "$status" -eq 2 ]
    [[ $output == *"--stripe-size needs Lustre, and '$target' is "*": 'lfs getstripe -d' failed"* ]]
    [ -z "$(ls -A "$target")" ]
    touch "$target/lustre"
    ranks 2 run --size 1m --stripe-count 4 --stripe-size 128k --verify --result a.h5 "$target" >page
    grep -v '^  quote' page | tr -s ' \n' ' ' | grep -qF ', 4 stripes of 128 KiB (set by this run)'
    grep -Eq "^setstripe -c 4 -S 131072 $target/tidemill-[0-9a-f]{16}\$" "$work/bin/asked"
    [ "$(wc -l <"$work/bin/asked")" -eq 1 ]
    [ "$(ls -A "$target")" = lustre ]
    run ranks 1 run --size 1m --stripe-size 100000 "$target"
    [ "$status" -eq 2 ]
    [[ $output == *'is not a multiple of 64KiB'* ]]
    run ranks 1 run --size 1m --sweep stripe-count=1,2 "$target"
    [ "$status" -eq 2 ]
    [[ $output == *'--stripe-count cannot be swept'* ]]
}

# sizes: of the kept files, and of what each rank wrote in its result
sizes() {
    find "$target" -type f -printf '%s\n' | xargs
    /usr/bin/python3 - "$1" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    print(*file["phases/01_write/ranks/bytes"][:])
PY
}

@test "each rank writes exactly --size-per-rank, in every layout and order, and it is read again" {
    local layout order files
    for layout in rank shared writer; do
        for order in sequential random; do
            ranks 3 run --quiet --size-per-rank 150001 --buffer-size 64KiB --writers 2 --keep \
                --layout $layout --order $order --verify --result "$layout$order.h5" "$target"
            files='150001 150001 150001'
            [ $layout != shared ] || files=450003
            [ $layout != writer ] || files='65536 65536 65536 84465 84465 84465'
            [ "$(find "$target" -type f -printf '%s\n' | sort -n | xargs)" = "$files" ]
            [ "$(sizes "$layout$order.h5" | tail -n 1)" = '150001 150001 150001' ]
            ranks 3 run --quiet --options-from "$layout$order.h5" --phases verify --order random \
                --result again.h5 --overwrite
            [ "$(attribute again.h5 /phases/01_verify bytes)" -eq 450003 ]
            rm -rf "${target:?}"/*
        done
        printf '%s\n' 'size-per-rank = 150001' "layout = $layout" '[dump]' 'phase = write' \
            '[restart]' 'phase = verify' 'data = dump' 'buffer-size = 12KiB' 'writers = 3' >s.ini
        ranks 3 run --quiet --options-from s.ini --result again.h5 --overwrite "$target"
        [ "$(attribute again.h5 /phases/02_restart bytes)" -eq 450003 ]
    done
}

@test "each node writes exactly --size-per-node; a small size per rank leaves no rank without data" {
    ranks 2 run --quiet --size-per-node 100001 --buffer-size 32KiB --keep --verify --result n.h5 \
        "$target"
    [ "$(sizes n.h5 | tail -n 1)" = '65536 34465' ]
    rm -rf "${target:?}"/*
    ranks 3 run --quiet --size-per-rank 9120 --keep --verify --result r.h5 "$target"
    [ "$(sizes r.h5 | head -n 1)" = '9120 9120 9120' ]
    refused "--size-per-rank is 9120 bytes: use '--size-per-rank " \
        ranks 3 run --size-per-rank 9120 --direct require "$target"
}

# Version 0.1.0 divided the whole data set into requests, so that only its last one was short.

@test "files that version 0.1.0 wrote by --size-per-rank are read as it wrote them" {
    ranks 3 run --quiet --size 4500000 --buffer-size 1MiB --keep --phases write --result a.h5 \
        "$target"
    [ "$(sizes a.h5 | tail -n 1)" = '1048576 2097152 1354272' ]
    /usr/bin/python3 - a.h5 <<'PY'
import sys, h5py
with h5py.File(sys.argv[1], "r+") as file:
    options = file.attrs["options"]
    options = options.decode() if isinstance(options, bytes) else options
    assert "size = 4500000\n" in options
    file.attrs["options"] = options.replace("size = 4500000\n", "size-per-rank = 1500000\n", 1)
    del file.attrs["schema_revision"]
PY
    ranks 3 run --quiet --options-from a.h5 --phases verify --result b.h5
    [ "$(attribute b.h5 /phases/01_verify bytes)" -eq 4500000 ]
}

@test "64 ranks on one machine: each byte once, each rank in the result" {
    ranks 64 run --quiet --size 67108867 --buffer-size 64k --writers 2 --layout shared --verify \
        --keep --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write bytes)" -eq 67108867 ]
    [ "$(attribute r.h5 phases/02_read bytes)" -eq 67108867 ]
    [ "$(find "$target" -type f -printf '%s\n')" -eq 67108867 ]
    /usr/bin/python3 -c 'import h5py
with h5py.File("r.h5") as r:
    moved = r["phases/01_write/ranks/bytes"]
    assert len(moved) == 64 and sum(moved) == 67108867, list(moved)'
}

@test "/dev/null: write only, exit 0" {
    run "$TIDEMILL" run --size 64m /dev/null
    [ "$status" -eq 0 ]
    [ "$(attribute "$(result)" / status)" = complete ]
    [ "$(attribute "$(result)" /phases/01_write kind)" = write ]
}

@test "a changed byte: exit 3, file and offset are reported" {
    "$TIDEMILL" run --size 8m --layout shared --keep --result first.h5 "$target"
    file=$(find "$target" -type f)
    byte=$(od -An -tu1 -j 1234567 -N 1 "$file" | tr -d ' ')
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$file" bs=1 seek=1234567 conv=notrunc status=none
    run "$TIDEMILL" run --options-from first.h5 --phases verify --result second.h5
    printf "%s\n" "$output"
    [ "$status" -eq 3 ]
    [[ $output == *"$file"* ]]
    [[ $output == *1234567* ]]
    [ -f "$file" ]
}

@test "kept files verify in a second run, which removes nothing" {
    "$TIDEMILL" run --size 8m --keep --result first.h5 "$target"
    find "$target" -type f | sort >before
    "$TIDEMILL" run --options-from first.h5 --phases verify --result second.h5
    find "$target" -type f | sort | diff before -
}

@test "the command line takes precedence over the settings file, in any order" {
    mkdir other
    printf 'size = 2m\nkeep = yes\ntarget = %s\n' "$work/other" >set.conf
    "$TIDEMILL" run --size 4m "$target" --options-from set.conf
    [ "$(find "$target" -type f -printf '%s\n')" -eq 4194304 ]
    [ -z "$(ls -A other)" ]
    "$TIDEMILL" run --options-from set.conf --size 1m
    [ "$(find other -type f -printf '%s\n')" -eq 1048576 ]
}

@test "a buffer size other than the stored run's finds the same damage" {
    "$TIDEMILL" run --quiet --size 8m --seed 5 --keep --result k.h5 "$target"
    dd if=/dev/zero of="$(find "$target" -type f)" bs=4k seek=700 count=512 conv=notrunc status=none
    for size in 64KiB 4MiB; do
        apart "$TIDEMILL" run --options-from k.h5 --phases verify --buffer-size $size \
            --result "v$size.h5"
        [ "$status" -eq 3 ]
        grep -q '512 blocks of 4 KiB' "$err"
        [ "$(attribute "v$size.h5" /phases/01_verify bytes)" -eq 8388608 ]
    done
    "$TIDEMILL" run --quiet --size 64m --time 1 --rate 8m --buffer-size 256k --phases write --keep \
        --result part.h5 "$target"
    refused "'--buffer-size'" "$TIDEMILL" run --options-from part.h5 --phases verify \
        --buffer-size 1m
    "$TIDEMILL" run --quiet --options-from part.h5 --phases verify --result all.h5
}

@test "data of a run that --time ended are verified completely, or the rest is reported" {
    "$TIDEMILL" run --quiet --size 64m --time 2 --rate 2m --buffer-size 64k --phases write --keep \
        --result part.h5 "$target"
    local written
    written=$(attribute part.h5 /phases/01_write bytes)
    "$TIDEMILL" run --options-from part.h5 --phases verify --rate 4m --result all.h5 >page
    [ "$(attribute all.h5 /phases/01_verify bytes)" -eq "$written" ]
    [ "$(attribute all.h5 /phases/01_verify bytes_planned)" -eq "$written" ]
    ! grep -q 'of what was written' page
    # one request in that time, and the next a second later
    "$TIDEMILL" run --options-from part.h5 --phases verify --rate 64k --time 500ms \
        --result some.h5 >page
    [ "$(attribute some.h5 /phases/01_verify bytes)" -lt "$written" ]
    grep -q '01_verify checked .* of what was written before it was ended by --time' page
}

@test "the default size fits a small target" {
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a small file system"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    apart unshare -m --propagation private bash -c '
        mount -t tmpfs -o size=8m none "$1" || exit 77
        "$2" run --result r.h5 "$1"' - "$target" "$TIDEMILL"
    [ "$status" -ne 77 ] || skip "no tmpfs can be mounted here"
    [ "$status" -eq 0 ]
    [ "$(attribute r.h5 /phases/01_write bytes)" -gt 1000000 ]
}

@test "a file that exists is read to its end when no size is given" {
    head -c 3145728 /dev/urandom >"$work/given"
    apart "$TIDEMILL" run --phases read --result r.h5 "$work/given"
    [ "$status" -eq 0 ]
    h5dump -a /phases/01_read/bytes r.h5 | grep -q '(0): 3145728'
    [ -e "$work/given" ]
}
