#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tune and run --auto: the trail in the result, the settings on the page and in a file, no file left.
# shellcheck disable=SC2154 # the helpers set target, status, output

load helper

# Options that leave little to search, so that a test takes few seconds; what they find, no test asks.
few=(--buffer-size 64k --writers 2 --producers 1 --buffer-count 8 --huge-pages never --no-preallocate
    --direct never --budget 3s --size 1m)

# settled PHASE: the options that the page shows for it, on one line
settled() {
    sed -n "/^  $1  /,\$p" page | awk '/^  start /{ exit } /^  options /{ shown = 1; $1 = "" } shown' |
        tr -s '\n ' ' '
}

# plan_of write|read OPTION...: what a run with these options would do in this phase
plan_of() {
    local end='head'
    [ "$1" = write ] || end='tail'
    "$TIDEMILL" run --dry-run --size 1m "${@:2}" "$target" >plan
    grep -E '^each rank ' plan | "$end" -n 1
    grep -E '^settings ' plan | "$end" -n 1
}

# The page's options, and the arguments, make one plan for each phase.
same_plan() {
    local phase options
    for phase in write read; do
        read -ra options <<<"$(settled "$phase")"
        echo "$phase: ${options[*]}"
        [ "${#options[@]}" -ge 16 ]
        [ "$(plan_of "$phase" "${options[@]}")" = "$(plan_of "$phase" "$@")" ]
    done
}

@test "tune leaves a trail, a page, a settings file and nothing else" {
    ranks 2 tune "${few[@]}" --result r.h5 "$target" >page
    [ -z "$(ls -A "$target")" ]
    [ "$(column r.h5 tune bytes)" -gt 0 ]
    grep -q '^tune$' page
    grep -qE '^  write  *[0-9.]+ [GMK]iB/s' page
    grep -qE '^  read  *[0-9.]+ [GMK]iB/s' page
    grep -qE '^    writers  *2  *fixed' page
    grep -qE '^settings r.conf' page
    "$TIDEMILL" report r.h5 | grep -q '^tune$'
    "$TIDEMILL" run --quiet --size 1m --options-from r.conf --result s.h5 "$target"
    same_plan --options-from r.conf
}

@test "tune of /dev/null, of one new file and of a file that exists" {
    "$TIDEMILL" tune --buffer-size 64k --writers 2 --budget 2s --size 1m --quiet --result n.h5 /dev/null
    "$TIDEMILL" tune "${few[@]}" --order random --fsync never --quiet --result f.h5 --output "$work/new"
    [ ! -e "$work/new" ]
    grep -qx 'order = random' f.conf # what was given holds for the run with the settings too
    grep -qx 'fsync = never' f.conf
    [ "$(grep -c '^buffer-size = ' f.conf)" -le 2 ]
    [ "$(grep -c '^size' f.conf)" -eq 0 ]
    "$TIDEMILL" run --dry-run --options-from f.conf "$target" | grep -q 'order random'
    truncate -s 1m "$work/old"
    "$TIDEMILL" tune "${few[@]}" --quiet --overwrite --result o.h5 "$work/old"
    [ "$(stat -c %s "$work/old")" = $((1 << 20)) ]
}

@test "run --auto is one run with the trail in its result" {
    OMP_NUM_THREADS=3 "$TIDEMILL" run --auto "${few[@]}" --verify --live lines --result r.h5 \
        "$target" >page 2>plans
    [ -z "$(ls -A "$target")" ]
    grep -qE '^  01_write .*complete' page
    grep -qE '^  02_read .*complete .*all, 0 errors' page
    grep -q '^tune$' page
    [ "$(column r.h5 tune bytes)" -gt 0 ]
    [ ! -e r.conf ]
    # the run follows the page: what precedes the probes is the plan of their start
    sed -n '/^tune /,$p' plans | grep -E '^(each rank|settings) ' >carried_out
    for phase in write read; do
        read -ra options <<<"$(settled "$phase")"
        plan_of "$phase" --verify "${options[@]}" >expected
        { [ "$phase" = write ] && head -n 2 carried_out || tail -n 2 carried_out; } | diff - expected
    done
    # --live has a line of each probe, and of each phase
    /usr/bin/python3 -c 'import h5py, json
ends = [line for line in map(json.loads, open("lines")) if line["status"] != "running"]
names = [line["phase"] for line in ends]
rows = h5py.File("r.h5")["tune"]
assert names[-2:] == ["01_write", "02_read"], names
assert names[:-2] == ["tune_" + phase.decode() for phase in rows["phase"]], names
assert [line["bytes"] for line in ends[:-2]] == list(rows["bytes"])'
    attribute r.h5 environment/job environment | grep -q OMP_NUM_THREADS=3 # both parts have recorded it
}

@test "--live: the reader of a FIFO sees the search and the run of --auto" {
    mkfifo lines
    cat lines >seen &
    local reader=$!
    "$TIDEMILL" run --auto "${few[@]}" --quiet --live lines --result r.h5 "$target"
    wait "$reader"
    grep -q '"phase":"tune_write"' seen
    grep -q '"phase":"02_read".*"status":"complete"' seen
}

@test "command lines of the older benchmark run as they are" {
    local f=$work/test.bin
    "$TIDEMILL" run --auto --size 10MB --output "$f" --budget 10s --budget-size 100m --quiet --result a.h5
    [ ! -e "$f" ]
    "$TIDEMILL" run --size 10MB --buffer-size 8MB --num-writers 1 --buffer-count 2 --output "$f" --quiet --result b.h5
    "$TIDEMILL" run --size 10MB --buffer-size 1MB --num-writers 8 --buffer-count 16 --output "$f" --quiet --result c.h5
    "$TIDEMILL" run --size 10MB --buffer-size 4MB --buffer-count 64 --num-writers 2 --output "$f" --quiet --result d.h5
    # 4 MB is not a multiple of a sector: the plan shows it where O_DIRECT is possible at all
    if [ "$(attribute a.h5 phases/01_write direct_in_effect)" = yes ]; then
        "$TIDEMILL" run --size 10MB --buffer-size 4MB --output "$f" --dry-run >plan
        grep -q '^request .* rules out O_DIRECT: use --buffer-size 4MiB$' plan
    fi
    "$TIDEMILL" run --size 10MB --numa-mode force --max-threads 2 --no-direct --output "$f" --quiet --result e.h5
    [ ! -e "$f" ]
}

@test "what cannot be tuned is refused before anything is created" {
    refused 'is too short for two probes of each of' "$TIDEMILL" tune --budget 1s --size 1m "$target"
    refused 'is too small for two probes' "$TIDEMILL" tune --budget-size 1m --size 1m "$target"
    refused "unknown preset 'gne4'" "$TIDEMILL" tune --preset gne4 "$target"
    refused 'start with write' "$TIDEMILL" tune --phases read --size 1m "$target"
    refused "move bytes, not 'create'" "$TIDEMILL" tune --phases create "$target"
    refused '--sweep exclude each other' "$TIDEMILL" tune --sweep depth=1,2 --size 1m "$target"
    refused '--rate exclude each other' "$TIDEMILL" run --auto --rate 1m/s --size 1m "$target"
    for option in --ceilings --keep --until-steady '--repeat 3' '--pause 1s' '--min-rate 1g/s'; do
        # shellcheck disable=SC2086 # an option and its value
        refused "${option% *} is about phases" "$TIDEMILL" tune $option --size 1m "$target"
    done
    refused 'has nothing to find' "$TIDEMILL" tune "${few[@]}" /dev/null
    touch r.conf
    refused 'r.conf' "$TIDEMILL" tune "${few[@]}" --result r.h5 "$target"
}

# trail FILE: probes are in it
trail() {
    [ -s "$1" ] && [ "$(column "$1" tune bytes 2>/dev/null || echo 0)" != 0 ]
}

# The page, the trail and the settings file of a search that was interrupted.
unfinished() {
    grep -q 'UNFINISHED *the run was interrupted' page
    grep -q '^settings r.conf: the best so far' page
    [ "$(grep -c '^result ' page)" -eq 1 ]
    trail r.h5
    grep -q '^# unfinished' r.conf
    "$TIDEMILL" run --dry-run --options-from r.conf "$target" >/dev/null
}

@test "an interrupt of one of four ranks keeps the trail, and shows and writes the best so far" {
    ranks 4 tune "${few[@]}" --budget 10m --result r.h5 "$target" >page 2>err &
    local launcher=$! code=0
    await "a trail" trail r.h5
    kill -INT "$(pgrep -P "$(pgrep -P "$launcher" mpirun || echo "$launcher")" | tail -n 1)"
    wait "$launcher" || code=$?
    [ "$code" = 130 ]
    unfinished
    [ -z "$(ls -A "$target")" ]
}

@test "an interrupt while storage does not answer shows and writes the best so far at once" {
    FAULT_RULES="0 fsync 20 hang" FAULT_PATH="$target" FAULT_MARK=$work/hangs \
        LD_PRELOAD="${TIDEMILL%/*}/tests/faults/libfault_preload.so" \
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
        "$TIDEMILL" tune --engine pwrite --buffer-size 64k --direct never --no-preallocate --size 1m \
        --budget 10m --result r.h5 "$target" >page 2>err &
    local pid=$! code=0
    hangs_or_ended() { [ -e "$work/hangs" ] || ! kill -0 "$pid"; }
    await "a call that hangs" hangs_or_ended
    kill -TERM "$pid"
    await "the settings" grep -q '^settings' page
    unfinished
    kill -TERM "$pid"
    wait "$pid" || code=$?
    [ "$code" = 143 ]
    unfinished
}
