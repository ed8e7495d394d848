#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Sections of a settings file: each a phase with settings and a data set of its own.

load helper

three_sections() {
    cat >three.conf <<END
size-per-rank = 3m
buffer-size = 64k
target = $target
[dump]
phase = write
layout = writer
writers = 3
order = random
[small]
phase = write
size-per-rank = 1m
layout = shared
target = target
[restart]
phase = verify
data = dump
buffer-size = 256k
writers = 2
order = strided
[again]
phase = verify
data = small
END
}

# field PHASE ATTRIBUTE
field() {
    h5dump -a "/phases/$1/$2" result.h5 | sed -n 's/.*(0): "\{0,1\}\([^"]*\)"\{0,1\}/\1/p'
}

@test "each section is a phase with its own settings and data, verified" {
    three_sections
    for ranks in 1 3; do
        rm -f result.h5
        apart ranks "$ranks" run --options-from three.conf --result result.h5
        [ "$status" -eq 0 ]
        [ "$(field 01_dump section)" = dump ]
        [ "$(field 01_dump bytes)" -eq $((ranks * 3 << 20)) ]
        [ "$(field 02_small bytes)" -eq $((ranks << 20)) ]
        [ "$(field 03_restart bytes)" -eq $((ranks * 3 << 20)) ]
        [ "$(field 03_restart kind)" = verify ]
        [ "$(field 03_restart requests)" -eq $((ranks * 12)) ]
        [ "$(field 04_again bytes)" -eq $((ranks << 20)) ]
        [ "$(field 04_again position)" -eq 4 ]
        [ -z "$(ls -A "$target")" ]
    done
}

@test "a section reads what another wrote in turns, with other requests, order and threads" {
    cat >turns.conf <<END
size-per-rank = 1m
target = $target
[dump]
phase = write
interleave = 47008
writers = 3
[restart]
phase = verify
data = dump
buffer-size = 4k
order = random
writers = 2
END
    apart ranks 3 run --options-from turns.conf --result result.h5
    [ "$status" -eq 0 ]
    [ "$(field 02_restart bytes)" -eq $((3 << 20)) ]
    refused '--buffer-size 65536 is larger than --interleave 47008' \
        "$TIDEMILL" run --options-from turns.conf --set restart.buffer-size=64k
}

@test "a section reads with repetitions: as many requests as there are, also of an incomplete data set" {
    cat >drawn.conf <<END
size-per-rank = 1000001
target = $target
[dump]
phase = write
buffer-size = 64k
order = random
[some]
phase = read
data = dump
buffer-size = 4k
order = random-repeat
writers = 2
END
    apart ranks 2 run --options-from drawn.conf --result result.h5
    [ "$status" -eq 0 ]
    [ "$(field 02_some status)" = complete ]
    [ "$(field 02_some requests)" -eq 490 ]
    [ "$(field 02_some bytes_planned)" -eq "$(field 02_some bytes)" ]
    rm result.h5
    apart ranks 2 run --options-from drawn.conf --set dump.time=100ms --set dump.rate=4m/s \
        --result result.h5
    [ "$status" -eq 0 ]
    [ "$(field 02_some status)" = complete ]
}

@test "each section's data are in a directory of their own" {
    three_sections
    apart "$TIDEMILL" run --options-from three.conf --phases dump,small --keep --result result.h5
    [ "$status" -eq 0 ]
    folder=$(echo "$target"/tidemill-*)
    [ "$(ls "$folder" | tr '\n' ' ')" = "dump small " ]
    [ "$(ls "$folder/dump" | tr '\n' ' ')" = "r0.w0 r0.w1 r0.w2 " ]
    [ "$(ls "$folder/small")" = shared ]
}

@test "plan and summary show the sections and what they set" {
    three_sections
    apart "$TIDEMILL" run --options-from three.conf --result result.h5
    [ "$status" -eq 0 ]
    grep -q '^section     restart: verify what .dump. wrote; sets buffer-size 256k' "$err"
    grep -q '^03_restart$' "$out"
    layout='one file per I/O thread, random order, 64 KiB requests'
    tr -s ' \n' ' ' <"$out" | grep -q "workload dump: .*, $layout"
    tr -s ' \n' ' ' <"$out" | grep -q "data of 'dump' read back by"
    apart "$TIDEMILL" report result.h5
    tr -s ' \n' ' ' <"$out" | grep -q "workload dump: .*, $layout"
}

@test "--set changes one section, --phases selects, repetitions repeat all" {
    three_sections
    apart "$TIDEMILL" run --options-from three.conf --set restart.buffer-size=64k --set dump.writers=1 \
        --phases dump,restart --repeat 2 --result result.h5
    [ "$status" -eq 0 ]
    [ "$(field 02_restart requests)" -eq 48 ]
    [ "$(field 04_restart repetition)" -eq 2 ]
    [ "$(field 04_restart position)" -eq 2 ]
}

@test "--options-from a result with sections restores them" {
    three_sections
    apart "$TIDEMILL" run --options-from three.conf --seed 7 --result first.h5
    [ "$status" -eq 0 ]
    apart "$TIDEMILL" run --options-from first.h5 --result result.h5
    [ "$status" -eq 0 ]
    [ "$(field 02_small section)" = small ]
    [ "$(field 03_restart requests)" -eq 12 ]
}

@test "sections read what an earlier run kept, and remove nothing" {
    three_sections
    local ranks=1
    for phases in dump dump,small,restart; do
        apart ranks $ranks run --options-from three.conf --phases $phases --keep \
            --result kept-$ranks.h5
        [ "$status" -eq 0 ]
        apart ranks $ranks run --options-from kept-$ranks.h5 --phases restart --overwrite \
            --result result.h5 --set restart.writers=3 --set restart.buffer-size=128k
        [ "$status" -eq 0 ]
        [ "$(field 01_restart requests)" -eq $((24 * ranks)) ]
        ranks=2
    done
    before=$(find "$target" target -type f | sort)
    apart ranks 2 run --options-from kept-2.h5 --phases restart,again --result result.h5 --overwrite
    [ "$status" -eq 0 ]
    [ "$(find "$target" target -type f | sort)" = "$before" ]
    refused "the stored run had 2 ranks" "$TIDEMILL" run --options-from kept-2.h5 --phases again
    refused "no data in section 'small'" "$TIDEMILL" run --options-from kept-1.h5 --phases again
    refused "leave '--set dump.seed' out" "$TIDEMILL" run --options-from kept-1.h5 --phases restart \
        --set dump.seed=1
    spoiled=$(find "$target" -name 'r1.w0' -path '*dump*')
    printf x | dd of="$spoiled" bs=1 seek=100000 conv=notrunc status=none
    apart ranks 2 run --options-from kept-2.h5 --phases restart --result result.h5 --overwrite
    [ "$status" -eq 3 ]
}

@test "free space is summed over the data sets" {
    three_sections
    free=$(df --output=avail -B1 "$target" | tail -1)
    sed -i "s/^size-per-rank = 3m/size = $((free * 2 / 3))/; s/^size-per-rank = 1m/size = $((free * 2 / 3))/" three.conf
    apart "$TIDEMILL" run --options-from three.conf --dry-run
    [ "$status" -eq 2 ]
    grep -q 'and other targets of its file system' "$err"
}

@test "what a killed run left of its sections is cleaned up" {
    three_sections
    "$TIDEMILL" run --options-from three.conf --set dump.rate=64k/s --quiet --result dead.h5 &
    pid=$!
    for _ in $(seq 600); do
        [ -n "$(find "$target" -name 'r0.w0' -size +0)" ] && break
        sleep 0.05
    done
    kill -KILL "$pid"
    wait "$pid" || true
    [ -n "$(ls -A "$target")" ]
    apart "$TIDEMILL" run --cleanup dead.h5
    [ "$status" -eq 0 ]
    grep -q '^removed 3 files and 3 directories' "$out"
    [ -z "$(ls -A "$target")" ]
}

@test "bad sections are refused and change nothing" {
    three_sections
    printf 'target = %s\n[a]\nphase = read\ndata = b\n' "$target" >bad.conf
    apart "$TIDEMILL" run --options-from bad.conf
    [ "$status" -eq 2 ]
    grep -q "section 'a': 'data = b' is not a selected section before it that writes" "$err"
    [ -z "$(ls -A "$target")" ]
    apart "$TIDEMILL" run --options-from three.conf --set nosuch.depth=1
    [ "$status" -eq 2 ]
    grep -q "unknown section 'nosuch' (known: dump, small, restart, again)" "$err"
}

@test "a section that uses the data of one that failed is skipped, with the reason" {
    cat >failing.conf <<END
size-per-rank = 1m
buffer-size = 64k
direct = never
fsync = never
engine = pwrite
target = $target
[small]
phase = write
[large]
phase = write
size-per-rank = 24m
[small-read]
phase = verify
data = small
[large-read]
phase = verify
data = large
END
    apart prlimit --fsize=20000000 "$TIDEMILL" run --options-from failing.conf --result result.h5
    [ "$status" -eq 1 ]
    [ "$(field 01_small status)" = complete ]
    [ "$(field 02_large status)" = failed ]
    [ "$(field 03_small-read status)" = complete ]
    [ "$(field 04_large-read status)" = skipped ]
    [ "$(field 04_large-read failure)" = "skipped: the section whose data it uses has failed" ]
    [ -z "$(ls -A "$target")" ]
}
