#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a run prints and saves: plan, summary, result, errors.

load helper

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
    # warnings and notes depend on what else the machine does
    [ "$(sed '/^warnings$/,/^$/d; /^notes$/,/^$/d' page | wc -l)" -le 40 ]
}

@test "the page of the quick start has at most 40 lines of at most 100 columns" {
    local folder
    folder=$(mktemp -d "$target/t.XXXXXX") # about as long as the default target, below any TMPDIR
    ranks 2 run --size 256m --time 25s --verify --result r.h5 "$folder" >page
    awk -v path="$folder" '{ sub(path, "/tmp/tidemill.123456") } length > 100' page >wide
    [ ! -s wide ]
    # warnings depend on what else the machine does
    [ "$(sed '/^warnings$/,/^$/d' page | wc -l)" -le 40 ]
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

@test "the result is not replaced; with --overwrite it is" {
    "$TIDEMILL" run --size 1m --result r.h5 "$target"
    refused r.h5 "$TIDEMILL" run --size 1m --result r.h5 "$target"
    "$TIDEMILL" run --size 1m --result r.h5 --overwrite "$target"
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

@test "whether the result is on the file system of a target is recorded" {
    mkdir work
    "$TIDEMILL" run --size 1m --phases write --quiet --result work/a.h5 "$target"
    /usr/bin/python3 -c 'import h5py; assert h5py.File("work/a.h5")["environment/targets/holds_result"][0]'
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a file system"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    apart unshare -m --propagation private bash -c '
        mount -t tmpfs -o size=8m none "$1" || exit 77
        "$0" run --size 1m --phases write --quiet --result work/b.h5 "$1"' "$TIDEMILL" "$target"
    [ "$status" -ne 77 ] || skip "no tmpfs can be mounted here"
    /usr/bin/python3 -c 'import h5py; assert not h5py.File("work/b.h5")["environment/targets/holds_result"][0]'
}
