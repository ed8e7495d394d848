#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Bad input: exit 2, nothing changed, and one line, regardless of the number of ranks.

load helper

@test "an unknown option: the nearest known one is suggested" {
    refused "unknown option '--sise'; did you mean '--size'?" "$TIDEMILL" run --sise 4m "$target"
}

@test "an abbreviated option is unknown" {
    refused "unknown option '--prod'; did you mean '--producers'?" "$TIDEMILL" run --prod 1 "$target"
}

@test "no target" {
    refused 'no target' "$TIDEMILL" run --size 4m
}

@test "an option without its value" {
    refused '--size needs a value' "$TIDEMILL" run "$target" --size
}

@test "invalid sizes, with the column" {
    refused 'column 3' "$TIDEMILL" run --size 64x "$target"
    refused 'column 2' "$TIDEMILL" run --size 1e6 "$target"
    refused 'not a whole number of bytes' "$TIDEMILL" run --size 16.9m "$target"
    refused 'column 1' "$TIDEMILL" run --size=-4m "$target"
    refused 'a number is missing' "$TIDEMILL" run --size= "$target"
    refused 'too large' "$TIDEMILL" run --size 99999999t "$target"
}

@test "size 0 of every kind" {
    refused '--size is 0' "$TIDEMILL" run --size 0 "$target"
    refused '--size-per-rank is 0' "$TIDEMILL" run --size-per-rank 0 "$target"
    refused '--size-per-node is 0' "$TIDEMILL" run --size-per-node 0k "$target"
    refused '--buffer-size is 0' "$TIDEMILL" run --buffer-size 0 "$target"
}

@test "turns in files that are not shared, and requests larger than a turn" {
    refused 'excludes --layout rank' "$TIDEMILL" run --interleave 1m --layout rank "$target"
    refused 'excludes --layout writer' "$TIDEMILL" run --interleave 1m --layout writer "$target"
    refused '--buffer-size 1048576 is larger than --interleave 47008' \
        "$TIDEMILL" run --interleave 47008 --buffer-size 1m "$target"
    refused '--dedup-block 65536 is larger than --interleave 47008' \
        "$TIDEMILL" run --interleave 47008 --dedup-ratio 2 --dedup-block 64k "$target"
    refused 'use a smaller --interleave' "$TIDEMILL" run --interleave 5000p --writers 2 "$target"
}

@test "requests drawn with replacement, where all of them are needed" {
    refused 'no phase can write with it' "$TIDEMILL" run --order random-repeat --size 4m "$target"
    refused 'no phase can write with it' \
        "$TIDEMILL" run --order random-repeat --size 4m --phases write "$target"
    refused 'which a verify phase checks' \
        "$TIDEMILL" run --order random-repeat --size 4m --phases verify "$target"
    refused 'which --verify checks' \
        "$TIDEMILL" run --order random-repeat --size 4m --phases read --verify "$target"
}

@test "more writers than buffers" {
    refused '8 writers cannot share 4 buffers' \
        "$TIDEMILL" run --size 4m --writers 8 --buffer-count 4 "$target"
}

@test "two sizes" {
    refused 'exclude each other' "$TIDEMILL" run --size 4m --size-per-rank 4m "$target"
}

@test "an unknown phase" {
    refused "unknown phase 'reed' (known: write, rewrite, mixed, read, verify, " "$TIDEMILL" run --size 4m --phases write,reed "$target"
}

@test "ready-made buffers cannot be verified" {
    refused '--generate once' "$TIDEMILL" run --size 4m --generate once --verify "$target"
}

@test "/dev/null cannot be read" {
    refused "'/dev/null' cannot be read" "$TIDEMILL" run --size 4m --phases write,read /dev/null
}

@test "a target in a directory that does not exist" {
    refused "$work/missing" "$TIDEMILL" run --size 4m "$work/missing/file"
}

@test "different arguments of the ranks, also where one of them needs no MPI" {
    local rank1
    for rank1 in "run --size 128MiB $target" "facts $target" 'run --help' 'help facts' --version \
        'report r.h5' "inspect $target" bogus ''; do
        read -ra words <<<"$rank1"
        refused "all ranks need the same arguments; rank 0 has 'tidemill " \
            timeout 120 mpirun -q --oversubscribe --bind-to none \
            -n 1 "$TIDEMILL" run --size 64MiB "$target" : -n 1 "$TIDEMILL" "${words[@]}"
        grep -q "64MiB $target', rank 1 has 'tidemill" "$err"
    done
}

@test "of several ranks, one prints the help, the version, or what was wrong" {
    apart ranks 2 --version
    [ "$status" -eq 0 ]
    [ "$(<"$out")" = "$("$TIDEMILL" --version)" ]
    apart ranks 2 help run
    diff "$out" <("$TIDEMILL" run --help)
    refused "unknown command 'bogus'" ranks 2 bogus
    refused "cannot read the result 'none.h5'" ranks 2 report none.h5
}

@test "stored files that were not kept, or are gone" {
    "$TIDEMILL" run --quiet --size 1m --result a.h5 "$target"
    "$TIDEMILL" run --quiet --size 1m --keep --result k.h5 "$target"
    rm -r "$target"/tidemill-*
    for phases in read verify; do
        refused 'it did not keep them (--keep)' \
            "$TIDEMILL" run --options-from a.h5 --phases $phases --result b.h5
        refused "are not in '$target': they were removed" \
            ranks 1 run --options-from k.h5 --phases $phases --result b.h5
    done
}

@test "a result that is not a regular file" {
    for overwrite in --overwrite --no-overwrite; do
        refused "the result '/dev/null': it is not a regular file; name another with --result" \
            "$TIDEMILL" run --size 1m $overwrite --result /dev/null "$target"
    done
}

@test "the directory of the results is made with the umask" {
    (umask 027 && "$TIDEMILL" run --quiet --size 1m "$target")
    [ "$(stat -c %a results)" = 750 ]
}

@test "a target that does not exist is created only with --new-file, or as --output" {
    local phases
    for phases in write,read read; do
        refused "target '$work/missing' does not exist; check the path and that it is mounted" \
            ranks 2 run --size 4m --phases $phases "$work/missing"
    done
    refused '--new-file' "$TIDEMILL" run --size 4m --no-new-file "$target" "$work/missing"
    "$TIDEMILL" run --size 1m --quiet --keep --result n.h5 --new-file "$work/missing"
    [ "$(stat -c %s "$work/missing")" -eq 1048576 ]
    "$TIDEMILL" run --size 1m --quiet --result o.h5 --output "$work/other"
    [ ! -e "$work/other" ]
}

@test "a target in a directory that is not writable" {
    if [ "$(id -u)" -eq 0 ]; then
        skip "root may write everywhere; the next test runs as another user"
    fi
    chmod 555 "$target"
    refused "$target" "$TIDEMILL" run --size 4m "$target"
}

@test "a target that an ordinary user may not write to" {
    if [ "$(id -u)" -ne 0 ]; then
        skip "only root can become another user"
    fi
    chmod 711 "$work"
    mkdir "$work/mine"
    chown nobody "$work/mine"
    chmod 755 "$target"
    [ -x "$TIDEMILL" ] && runuser -u nobody -- test -x "$TIDEMILL" || skip "the other user cannot reach the program"
    cd "$work/mine"
    refused "$target" runuser -u nobody -- "$TIDEMILL" run --size 4m --result "$work/mine/r.h5" "$target"
}

@test "a target that is an existing file" {
    printf 'precious' >"$target/file"
    refused "--overwrite" "$TIDEMILL" run --size 4m --layout shared "$target/file"
    [ "$(cat "$target/file")" = precious ]
}

@test "a device that is neither a block device nor /dev/null" {
    refused /dev/zero "$TIDEMILL" run --size 4m --layout shared /dev/zero
}

@test "an existing file needs the shared layout" {
    truncate -s 4m "$target/file"
    refused shared ranks 2 run --size 4m --layout rank --overwrite "$target/file"
}

@test "a result path that cannot be created" {
    refused "$work/nowhere/r.h5" \
        "$TIDEMILL" run --size 4m --result "$work/nowhere/r.h5" "$target"
}

@test "a result path that exists" {
    printf 'a thesis' >thesis.h5
    refused thesis.h5 "$TIDEMILL" run --size 4m --result thesis.h5 "$target"
    refused thesis.h5 "$TIDEMILL" run --size 4m --overwrite --result thesis.h5 "$target"
    [ "$(cat thesis.h5)" = 'a thesis' ]
}

@test "an empty name as target or result" {
    refused 'empty' "$TIDEMILL" run --size 4m ''
    refused '--result: the value is empty' "$TIDEMILL" run --size 4m --result= "$target"
}

@test "a settings file that is missing or wrong" {
    refused "$work/none.conf" "$TIDEMILL" run --options-from "$work/none.conf" "$target"
    printf 'size = 4m\nsiez = 4m\n' >bad.conf
    refused "line 2 of 'bad.conf': unknown option 'siez'; did you mean 'size'?" \
        "$TIDEMILL" run --options-from bad.conf "$target"
    printf 'size = 4m\n[warm\nphase = write\n' >sections.conf
    refused "line 2 of 'sections.conf'" "$TIDEMILL" run --options-from sections.conf "$target"
}

@test "more data than free space" {
    refused --force "$TIDEMILL" run --size 1024t "$target"
}

@test "--preallocate without a size" {
    refused "--preallocate needs a size" \
        "$TIDEMILL" run --time 1s --preallocate --phases write "$target"
    refused "add --size or --size-per-rank" \
        ranks 2 run --time 1s --preallocate --phases write --new-file "$target/new"
    "$TIDEMILL" run --time 1s --size 1m --preallocate --quiet --result r.h5 "$target"
    "$TIDEMILL" run --time 10ms --preallocate --phases write --quiet --result n.h5 /dev/null
}

@test "an MPI world of one rank under a launcher that started more" {
    refused 'srun' env SLURM_JOB_ID=7 SLURM_STEP_ID=0 SLURM_NTASKS=4 SLURM_STEP_NUM_TASKS=4 \
        SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_NODEID=0 SLURM_NNODES=1 \
        "$TIDEMILL" run --size 4m "$target"
    # only process 0 prints
    apart env SLURM_JOB_ID=7 SLURM_STEP_ID=0 SLURM_NTASKS=4 SLURM_STEP_NUM_TASKS=4 \
        SLURM_PROCID=3 SLURM_LOCALID=3 SLURM_NODEID=0 SLURM_NNODES=1 \
        "$TIDEMILL" run --size 4m "$target"
    [ "$status" -eq 2 ]
    [ ! -s "$err" ]
}

@test "four ranks refuse with one line" {
    refused "unknown option '--sise'" ranks 4 run --sise 4m "$target"
    refused 'no target' ranks 4 run --size 4m
    refused '--size is 0' ranks 4 run --size 0 "$target"
    refused "$work/missing" ranks 4 run --size 4m "$work/missing/file"
    refused "$work/nowhere/r.h5" ranks 4 run --size 4m --result "$work/nowhere/r.h5" "$target"
    refused 'cannot share' ranks 4 run --size 4m --writers 8 --buffer-count 4 "$target"
}

@test "report refuses a file that is not a result" {
    refused "$work/none.h5" "$TIDEMILL" report "$work/none.h5"
    printf 'text' >text.h5
    refused text.h5 "$TIDEMILL" report text.h5
    refused 'no result file' "$TIDEMILL" report
}

@test "verifying with other content than the stored run wrote" {
    "$TIDEMILL" run --quiet --size 1m --keep --result k.h5 "$target"
    for other in '--seed 1' '--compress-ratio 2' '--dedup-ratio 2'; do
        # shellcheck disable=SC2086 # an option and its value
        refused "the stored run had another ${other%% *}, so" \
            "$TIDEMILL" run --options-from k.h5 --phases verify $other
    done
    "$TIDEMILL" run --quiet --options-from k.h5 --phases read --seed 1 --result r.h5
    "$TIDEMILL" run --quiet --options-from k.h5 --phases verify --result v.h5
}
