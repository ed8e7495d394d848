#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Results and data of version 0.1.0 are reported, read by foreign readers, and verified as before.
# shellcheck disable=SC2154 # the helpers set target, status, output

load ../cli/helper

samples=$BATS_TEST_DIRNAME/v0.1.0

page_of() { # NAME [-v]
    local golden=$samples/golden/$1${2:+-verbose}.txt
    diff "$golden" <(LC_ALL=C.UTF-8 "$TIDEMILL" report ${2:+"$2"} "$samples/$1.h5")
}

verified() { # RANKS NAME
    cp -r "$samples/data/." "$target"
    ranks "$1" run --quiet --options-from "$samples/$2.h5" --phases verify --result again.h5 "$target"
    h5dump -a /phases/01_verify/checks again.h5 | grep -q TRUE
    h5dump -a /phases/01_verify/status again.h5 | grep -q complete
    diff -r "$samples/data" "$target" # what is read stays
}

@test "results of version 0.1.0 give the whole page" {
    for sample in "$samples"/*.h5; do
        page_of "$(basename "$sample" .h5)"
        page_of "$(basename "$sample" .h5)" -v
    done
}

@test "foreign readers read the files" {
    for sample in "$samples"/*.h5; do
        h5dump -H "$sample" >header
        grep -q 'GROUP "phases"' header
        /usr/bin/python3 "$BATS_TEST_DIRNAME/../../results/read_result.py" "$sample" >table
        grep -q '01_write' table
        ! grep -q '^2[0-9] ' table
    done
    /usr/bin/python3 -u "$BATS_TEST_DIRNAME/../../results/read_result.py" "$sample" 2>errors | head -n 1
    [ ! -s errors ]
}

@test "a shared file of three ranks is verified" {
    verified 3 v0.1.0-kept-shared
}

@test "files of writers, in random order, are verified" {
    verified 2 v0.1.0-kept-writers
}

@test "a changed byte of them is found" {
    cp -r "$samples/data/." "$target"
    file=$(find "$target" -name shared)
    printf x | dd of="$file" bs=1 seek=654321 conv=notrunc status=none
    run ranks 3 run --quiet --options-from "$samples/v0.1.0-kept-shared.h5" --phases verify \
        --result again.h5 "$target"
    [ "$status" -eq 3 ]
    [[ $output == *"offset 654321"* ]]
}

@test "another number of ranks than wrote them is refused" {
    cp -r "$samples/data/." "$target"
    run ranks 2 run --options-from "$samples/v0.1.0-kept-shared.h5" --phases verify "$target"
    [ "$status" -eq 2 ]
    [[ $output == *"3 ranks"* ]]
}

@test "the reference results are readable, and name no place of their maker" {
    for result in "$BATS_TEST_DIRNAME"/../../results/reference/*.h5; do
        "$TIDEMILL" report "$result" | grep -q 'COMPLETE'
        "$TIDEMILL" report --json - "$result" >whole.json
        run grep -cE '/(home|root|tmp|work)/' whole.json "${result%.h5}.html"
        [ "$status" -eq 1 ]
        grep -q '<svg' "${result%.h5}.html"
    done
}
