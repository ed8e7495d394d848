#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --files-per-rank: what is in the files, what is read of them, and that nothing is left behind.
# shellcheck disable=SC2154 # the helpers set target, status, output, work

load ../cli/helper

run_it() {
    rm -f r.h5
    "$TIDEMILL" run --quiet --result r.h5 --seed 7 --fsync never "$@"
}

# The content of a rank's files, one after the other.
content() { # FOLDER NUMBER
    local i
    for ((i = 0; i < $2; i++)); do cat "$1/f$i"; done
}

@test "the files of a rank hold what its one file would, with each engine; each layout verifies" {
    local engine layout
    run_it --keep --size 3000000 --phases write --buffer-size 47008 "$target"
    mv "$(find "$target" -type f)" one
    rm -r "${target:?}"/*
    for engine in uring pwrite pwritev; do
        layout=rank
        [ $engine != pwritev ] || layout=writer
        [ $engine != uring ] || "$TIDEMILL" run --dry-run --engine uring "$target" >/dev/null 2>&1 || continue
        run_it --keep --size 3000000 --phases write --buffer-size 47008 --writers 3 --fsync end \
            --engine $engine --files-per-rank 31 --order random "$target"
        content "$target"/*/r0 31 | cmp - one
        rm -r "${target:?}"/*
        run_it --keep --size 3000000 --phases write,rewrite,mixed,verify --buffer-size 47008 --writers 3 \
            --engine $engine --layout $layout --files-per-rank 31 --order random "$target"
        [ "$(find "$target" -type f | wc -l)" -eq 31 ]
        rm -r "${target:?}"/*
    done
}

@test "a wrong byte is named by its file and its offset there" {
    run_it --keep --size 2000000 --phases write --buffer-size 8k --files-per-rank 20 "$target"
    mv r.h5 first.h5
    file=$(find "$target" -name f13)
    printf '\377\377' | dd of="$file" bs=1 seek=50001 conv=notrunc status=none
    run "$TIDEMILL" run --options-from first.h5 --phases verify --result v.h5 --order random
    [ "$status" -eq 3 ]
    grep -q "r0/f13' at offset 50001 " <<<"$output"
}

@test "with --time later phases, and later runs, read what exists" {
    timeout 60 mpirun --oversubscribe -n 2 "$TIDEMILL" run --keep --result t.h5 --size-per-rank 2g \
        --files-per-rank 500 --buffer-size 64k --time 300ms --rate 20m/s --order random \
        --phases write,verify,read "$target" >out
    [ "$(find "$target" -type f | wc -l)" -lt 1000 ]
    timeout 60 mpirun --oversubscribe -n 2 "$TIDEMILL" run --options-from t.h5 --phases verify \
        --result v.h5 >out
    grep -q '01_verify .* all, 0 errors' out
}

@test "an interrupted run leaves nothing, and --cleanup removes what a killed one left" {
    local signal pid
    for signal in INT KILL; do
        "$TIDEMILL" run --quiet --size 64m --files-per-rank 1000 --rate 1m/s --result $signal.h5 \
            "$target" & pid=$!
        until [ -n "$(find "$target" -name 'f1')" ]; do sleep 0.02; done
        kill -$signal $pid
        wait $pid || true
    done
    touch "$(find "$target" -name r0)/f1x"
    run "$TIDEMILL" run --cleanup KILL.h5
    [ "$status" -eq 2 ]
    grep -q "did not create 'f1x'" <<<"$output"
    rm "$target"/*/r0/f1x
    "$TIDEMILL" run --cleanup KILL.h5
    [ -z "$(ls -A "$target")" ]
}

@test "what --files-per-rank cannot do is refused in one line" {
    local options
    while read -r options; do
        # shellcheck disable=SC2086 # several options
        run "$TIDEMILL" run --result no.h5 --size 1m --files-per-rank 3 $options
        [ "$status" -eq 2 ] || { echo "accepted: $options"; return 1; }
        [ "${#lines[@]}" -eq 1 ]
        grep -q -- "files" <<<"$output"
        [ -z "$(ls -A "$target")" ]
    done <<END
--layout shared $target
--interleave 47008 $target
--order strided $target
--order random-repeat $target
--writers 4 $target
--auto $target
--files-per-rank 0 $target
--files-per-rank 2000000 $target
/dev/null
END
}
