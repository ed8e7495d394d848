#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Wrong data of each engine and layout are found and reported with kind and place; exit code 3.
# shellcheck disable=SC2154 # the helpers set target, status, output, file, at

load ../cli/helper
load spoil

each_engine_and_layout() { # KIND OFFSET
    local engine layout
    for engine in $engines; do
        for layout in rank shared writer; do
            written "$engine" "$layout"
            spoil "$1"
            expect "$1" "$2"
        done
    done
}

@test "zeros" { each_engine_and_layout zeros "$at"; }
@test "shifted" { each_engine_and_layout shifted "$at"; }
@test "flipped" { each_engine_and_layout flipped "$at"; }
