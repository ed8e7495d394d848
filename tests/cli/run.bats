#!/usr/bin/env bats
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

@test "one file for each rank, one file for each writer" {
    ranks 3 run --size 9999999 --layout rank --keep --verify --buffer-size 64k "$target"
    [ "$(find "$target" -type f -printf '%f\n' | sort | xargs)" = 'r0 r1 r2' ]
    [ "$(find "$target" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')" -eq 9999999 ]
    rm -rf "${target:?}"/*
    ranks 2 run --size 8m --layout writer --writers 2 --keep --verify --buffer-size 64k "$target"
    [ "$(find "$target" -type f -printf '%f\n' | sort | xargs)" = 'r0.w0 r0.w1 r1.w0 r1.w1' ]
    [ "$(find "$target" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')" -eq 8388608 ]
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

@test "--dry-run shows the plan and writes nothing" {
    state_of >before
    apart "$TIDEMILL" run --dry-run --size 8m "$target"
    [ "$status" -eq 0 ]
    [ -s "$out" ]
    diff before <(state_of)
}

@test "report warns of a result whose figures were changed by hand" {
    "$TIDEMILL" run --size 4m --result r.h5 "$target" >ran
    ! grep 'does not\|together' ran || false
    /usr/bin/python3 -c 'import h5py; f = h5py.File("r.h5", "r+"); f["phases/01_write"].attrs["bytes"] *= 2'
    apart "$TIDEMILL" report r.h5
    [ "$status" -eq 0 ]
    tr -s ' \n' ' ' <"$out" | grep 'the result was changed after the run'
}

@test "report prints the same summary again" {
    "$TIDEMILL" run --size 4m --result r.h5 "$target" >ran
    "$TIDEMILL" report r.h5 >reported
    grep -q 'GiB/s' reported
    # lines of run that are not part of the summary (such as the result's path) may differ
    [ "$(grep -c . reported)" -ge 5 ]
    grep -vxFf ran reported >differs || true
    [ ! -s differs ]
}

@test "two lines of each phase are for scripts: its row with the status, its rate with the unit" {
    "$TIDEMILL" run --size 4m --result r.h5 "$target" >page
    sed -n '/^  phase /,/^$/p' page | grep -Eq '^  01_write +[0-9.]+ .* complete( |$)'
    sed -n '/^  phase /,/^$/p' page | grep -Eq '^  02_read +[0-9.]+ .* complete( |$)'
    [ "$(sed -n '/^01_write$/,/^$/p' page | grep -Ec '^  rate +[0-9.]+ GiB/s')" -eq 1 ]
    [ "$(sed -n '/^02_read$/,/^$/p' page | grep -Ec '^  rate +[0-9.]+ GiB/s')" -eq 1 ]
    [ "$(awk 'length > 100' page)" = "" ]
    [ "$(wc -l <page)" -le 42 ]
}

@test "--min-rate and --fail-on: exit 1, with the reason on the page and on standard error" {
    apart "$TIDEMILL" run --size 4m --phases write --min-rate 1000000GiB/s --result r.h5 "$target"
    [ "$status" -eq 1 ]
    grep -q 'FAILED.*(exit code 1)$' "$out"
    grep -q '^  because   write reached .* GiB/s, less than --min-rate 1000000GiB/s' "$out"
    grep -q 'less than --min-rate' "$err"
    [ "$(attribute r.h5 / status)" = failed ]
    [ "$(attribute r.h5 / exit_code)" -eq 1 ]
    apart "$TIDEMILL" report r.h5
    grep -q '^  because   write reached' "$out"
    "$TIDEMILL" run --quiet --size 4m --phases write --min-rate 1B/s --result s.h5 "$target"
    apart "$TIDEMILL" run --size 4m --phases write --direct never --fail-on serious --result t.h5 "$target"
    [ "$status" -eq 0 ] || [[ $(stat -f -c %T "$target") == tmpfs ]]
    apart "$TIDEMILL" run --size 4m --phases write --direct never --fail-on warning --result u.h5 "$target"
    [ "$status" -eq 1 ]
    tr -s ' \n' ' ' <"$out" | grep -q 'and --fail-on warning was requested'
    refused 'leave it out' "$TIDEMILL" run --min-rate 0B/s "$target"
}

@test "--quiet prints the result's name, and warnings on standard error" {
    apart "$TIDEMILL" run --quiet --size 4m --phases write --direct never --result r.h5 "$target"
    [ "$status" -eq 0 ]
    [ "$(cat "$out")" = r.h5 ]
    grep -q '^tidemill: warning: ' "$err"
}

@test "the plan shows parsed sizes in bytes" {
    run "$TIDEMILL" run --size 4MB --phases write /dev/null
    [ "$status" -eq 0 ]
    [[ $output == *4000000* || $output == *'4 000 000'* ]]
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

@test "the result is not replaced; with --overwrite it is" {
    "$TIDEMILL" run --size 1m --result r.h5 "$target"
    refused r.h5 "$TIDEMILL" run --size 1m --result r.h5 "$target"
    "$TIDEMILL" run --size 1m --result r.h5 --overwrite "$target"
}

@test "SIGTERM: exit 143, a result marked as interrupted, files removed" {
    "$TIDEMILL" run --time 600 --rate 1m --buffer-size 64k --result r.h5 "$target" >out 2>err &
    pid=$!
    await "data in the target" wrote 64k
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    [ "$(attribute r.h5 / status)" = interrupted ]
    [ -z "$(ls -A "$target")" ]
}

@test "--pause waits before each phase, and a signal ends it" {
    "$TIDEMILL" run --size 1m --verify --pause 1s --result r.h5 "$target"
    [ "$(attribute r.h5 phases/02_read pause_ns)" -eq 1000000000 ]
    [ "$(attribute r.h5 phases/01_write started_ns)" -ge 1000000000 ]
    first=$(attribute r.h5 phases/01_write started_ns)
    [ $(($(attribute r.h5 phases/02_read started_ns) - first)) -ge 1000000000 ]
    "$TIDEMILL" run --size 1m --pause 600s --result s.h5 "$target" >out 2>err &
    pid=$!
    await "a result" test -s s.h5
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    [ -z "$(ls -A "$target")" ]
}

@test "a full file system: exit 1, a result marked as failed, one line" {
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a small file system"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    apart unshare -m --propagation private bash -c '
        mount -t tmpfs -o size=8m none "$1" || exit 77
        "$2" run --size 64m --force --phases write --result r.h5 "$1"' - "$target" "$TIDEMILL"
    [ "$status" -ne 77 ] || skip "no tmpfs can be mounted here"
    [ "$status" -eq 1 ]
    grep -q 'No space left on device' "$err"
    [ "$(attribute r.h5 / status)" = failed ]
}

@test "a result that did not fit during the run is saved after the data are removed" {
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a small file system"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    apart unshare -m --propagation private bash -c '
        mount -t tmpfs -o size=16m none "$1" || exit 77
        "$2" run --size 64m --force --quiet --result "$1/x.h5" "$1"
        code=$?
        cp "$1/x.h5" kept.h5
        exit "$code"' - "$target" "$TIDEMILL"
    [ "$status" -ne 77 ] || skip "no tmpfs can be mounted here"
    [ "$status" -eq 1 ]
    [ "$(attribute kept.h5 / status)" != running ]
    [ "$(attribute kept.h5 /phases/01_write bytes)" -gt 0 ]
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

@test "a rate below one request in the time: reported before the start, and in the summary" {
    apart "$TIDEMILL" run --size 1m --rate 50B/s --time 300ms --phases write --result r.h5 "$target"
    [ "$status" -eq 0 ]
    grep -q '^tidemill: at --rate 50 B/s a rank sends one request of 1.00 MiB every 350 min' "$err"
    grep -q 'rate 50B/s' "$err"
    [ "$(advice r.h5 | tr ' ' '\n' | grep -c 'moved-nothing\|does-not-add-up')" -eq 1 ]
    [[ $(advice r.h5) == *moved-nothing* ]]
    refused "add the unit: 50MiB/s, or 50B/s" "$TIDEMILL" run --rate 50 "$target"
}

@test "what ended a phase before its time" {
    "$TIDEMILL" run --size 1m --time 60s --quiet --result r.h5 "$target"
    "$TIDEMILL" report r.h5 >page
    [ "$(grep -c '^  ended     when all was written, before --time$' page)" -eq 1 ]
    [ "$(grep -c '^  ended     when all was read, before --time$' page)" -eq 1 ]
    unshare -m true 2>/dev/null || skip "this user cannot mount"
    unshare -m sh -c 'mount -t tmpfs -o size=4m none "$1" &&
        "$2" run --time 60s --phases write --quiet --result f.h5 "$1"' - "$target" "$TIDEMILL"
    "$TIDEMILL" report f.h5 >page
    grep -q '^  ended     when the free space was used up, before --time$' page
    ! grep -q 'of the planned' page
}

@test "runs that start together get different result files" {
    local pids=() failed=0 named
    for i in 1 2 3 4; do
        "$TIDEMILL" run --quiet --size 1m "$target" 2>"err$i" & # all four start with the same default name
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || failed=$((failed + 1))
    done
    named=$(find results -name '*.h5' | wc -l)
    [ "$failed" -eq 0 ] # the later ones wait for a second of their own
    [ "$named" -eq 4 ]
    ! grep -v '^tidemill: warning: ' err? || false
}

@test "each line on standard error is written at once" {
    # A pipe in packet mode returns what one write(2) wrote.
    /usr/bin/python3 - "$TIDEMILL" "$target" <<'PY'
import os, subprocess, sys
program, target = sys.argv[1:]
for arguments in (["run", "--size", "1m", "--verify", "--result", "r.h5", target], ["run", "/none"],
                  ["run", "--size", "1m", "--phases", "nothing", target], ["nothing"], []):
    ends = os.pipe2(os.O_DIRECT)
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=ends[1])
    os.close(ends[1])
    pieces = list(iter(lambda: os.read(ends[0], 65536), b""))
    process.wait()
    assert pieces and all(piece.endswith(b"\n") for piece in pieces), (arguments, pieces)
PY
}

@test "an interrupted write to standard output continues" {
    command -v strace >/dev/null || skip "no strace here"
    # Every other write to it fails, as one to a full pipe does when a signal arrives.
    apart strace -f -qq -o /dev/null -P "$work/out" -e trace=write -e inject=write:error=EINTR:when=1+2 \
        "$TIDEMILL" run --size 1m --verify --result r.h5 "$target"
    [ "$status" -eq 0 ]
    [ -s r.h5 ] || skip "no write can be interrupted here"
    "$TIDEMILL" report r.h5 >page
    diff page <(sed '/^result  /,$d' "$out" | sed '$d')
}

@test "a failed write to standard output is a failure" {
    "$TIDEMILL" run --quiet --size 1m --result r.h5 "$target"
    run bash -c '"$1" report r.h5 >/dev/full' - "$TIDEMILL"
    [ "$status" -eq 1 ]
    [[ $output == *'standard output'* ]]
}

@test "names with control characters are printed without them" {
    local name=$'e\033]0;title\007v\033[8mi\302\233l\nline'
    mkdir "$target/$name"
    # also not as a line of its own
    steers() { LC_ALL=C grep -aqP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|^line' "$out" "$err"; }
    for arguments in "run --size 1m --dry-run" "run --size 1m --keep -v --result $name.h5" \
        "run --size 9999t" "run --phases read" facts inspect "report -$name" "report $name.h5" \
        "$name" "report" "inspect /nowhere/$name" "facts -$name" "run --size $name"; do
        IFS=' ' read -r -d '' -a words <<<"$arguments" || true
        words[-1]=${words[-1]%$'\n'}
        apart "$TIDEMILL" "${words[@]}" "$target/$name"
        ! steers || { echo "${words[@]@Q}"; cat -v "$out" "$err"; false; }
        grep -aq . "$out" "$err"
    done
    apart "$TIDEMILL" report "$name.h5"
    [ "$status" -eq 0 ]
    ! steers
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

@test "warnings: an unused target, a repeated seed" {
    mkdir other
    "$TIDEMILL" run --size 1m --keep --result r.h5 "$target" "$PWD/other" | grep -q "other' is not used"
    "$TIDEMILL" run --options-from r.h5 --result s.h5 "$target" | tr -s ' \n' ' ' | grep -q 'same bytes'
}

@test "a data set smaller than a sector is not called direct" {
    "$TIDEMILL" run --size 7 --result r.h5 "$target" >page 2>/dev/null
    ! grep -q '✓ O_DIRECT' page
    [ "$(attribute r.h5 /phases/01_write bytes)" -eq 7 ]
    [ "$(attribute r.h5 /phases/01_write direct_in_effect)" != yes ]
}

@test "a limit of CPU time ends a run like SIGTERM, also on /dev/null" {
    apart prlimit --cpu=1:60 "$TIDEMILL" run --time 600s --result r.h5 /dev/null
    [ "$status" -eq 143 ]
    [ "$(attribute r.h5 / status)" = interrupted ]
    apart mpirun -q -n 2 --oversubscribe --bind-to none prlimit --cpu=2:60 "$TIDEMILL" run \
        --time 600s --result two.h5 /dev/null
    [ "$status" -eq 143 ]
    [ "$(attribute two.h5 / status)" = interrupted ]
}

@test "SIGHUP ends a run like SIGTERM, but not under nohup" {
    "$TIDEMILL" run --time 600 --rate 1m --buffer-size 64k --result r.h5 "$target" >out 2>err &
    pid=$!
    await "data in the target" wrote 64k
    kill -HUP "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    [ -z "$(ls -A "$target")" ]
    # The thread sanitizer's handlers hide which signals were ignored before.
    nm -D "$TIDEMILL" | grep -q __tsan && skip "nohup is not seen through the thread sanitizer"
    nohup "$TIDEMILL" run --quiet --size 4m --rate 1m --buffer-size 64k --phases write \
        --result s.h5 "$target" >out 2>err &
    pid=$!
    await "data in the target" wrote 64k
    kill -HUP "$pid"
    wait "$pid"
    [ "$(attribute s.h5 / status)" = complete ]
    [ "$(attribute s.h5 phases/01_write bytes)" -eq 4194304 ]
}

@test "a file that exists is read to its end when no size is given" {
    head -c 3145728 /dev/urandom >"$work/given"
    apart "$TIDEMILL" run --phases read --result r.h5 "$work/given"
    [ "$status" -eq 0 ]
    h5dump -a /phases/01_read/bytes r.h5 | grep -q '(0): 3145728'
    [ -e "$work/given" ]
}
