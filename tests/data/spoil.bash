# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034 # target, status and output are those of helper.bash
# Loaded by the suites of wrong data, after helper.bash: writes a data set, damages it, and checks
# that a verifying run reports the damage.

bytes=8388608 # of the data set
at=524288     # offset of the damage in the file; a multiple of the request
engines='uring pwrite pwritev'
# The reported offset is that of the first byte that differs. With a random seed, the first damaged
# byte would equal the original in one of 256 runs.
seed=5

written() { # ENGINE LAYOUT [OPTION...]: keeps a data set; $file is the file to damage
    local engine=$1 layout=$2
    shift 2
    rm -rf first.h5 "${target:?}"/*
    ranks 2 run --quiet --size "$bytes" --buffer-size 256k --engine "$engine" --layout "$layout" \
        --seed "$seed" --phases write --keep --result first.h5 "$@" "$target"
    file=$(find "$target" -type f -name 'r0*' -o -type f -name shared | sort | head -n 1)
}

expect() { # KIND OFFSET [OPTION...]: a verifying run must report this
    local kind=$1 offset=$2
    shift 2
    rm -f second.h5
    run ranks "$([ -n "${alone:-}" ] && echo 1 || echo 2)" run --options-from first.h5 \
        --phases verify --result second.h5 "$@"
    [ "$status" -eq 3 ] || { printf 'exit %s\n%s\n' "$status" "$output"; return 1; }
    grep -qF "$file" <<<"$output" || { printf '%s\n' "$output"; return 1; }
    grep -qw "$offset" <<<"$output" || { printf '%s\n' "$output"; return 1; }
    grep -qw "$kind" <<<"$output" || { printf '%s\n' "$output"; return 1; }
}

put() { # FROM-FILE FROM-OFFSET LENGTH OFFSET: overwrites LENGTH bytes at OFFSET
    dd if="$1" of="$file" bs=4096 skip="$(($2 / 4096))" count="$(($3 / 4096))" \
        seek="$(($4 / 4096))" conv=notrunc status=none
}

spoil() { # KIND
    case $1 in
    zeros) put /dev/zero 0 8192 "$at" ;;
    shifted) put "$file" "$((at + 65536))" 8192 "$at" ;;
    flipped)
        local byte
        byte=$(od -An -tu1 -j "$at" -N 1 "$file" | tr -d ' ')
        printf "\\$(printf %o $((byte ^ 4)))" |
            dd of="$file" bs=1 seek="$at" conv=notrunc status=none
        ;;
    esac
}
