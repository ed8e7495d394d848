# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # target, status and output are those of helper.bash
# Loaded by the suites of phases that write in place, after helper.bash and spoil.bash.

settings() { # KIND RATE TIME [LINE...]: a section that writes, one of this kind, and one that verifies
    printf '%s\n' "seed = $seed" "read-fraction = 50%" "[w]" "phase = write" "size = $bytes" \
        "buffer-size = 256k" "[u]" "phase = $1" "data = w" "rate = $2" "time = $3" "${@:4}" \
        "[v]" "phase = verify" "data = w" >s.ini
}

# Keeps what a run of these phases wrote as a file, for its content.
content() { # NAME PHASES
    local fraction=()
    [[ $2 != *mixed* ]] || fraction=(--read-fraction 50%)
    "$TIDEMILL" run --quiet --size "$bytes" --buffer-size 256k --seed "$seed" "${fraction[@]}" \
        --phases "$2" --keep --result "$1.h5" "$target"
    mv "$(find "$target" -type f)" "$1"
    rm -rf "${target:?}"/*
}

# Kills a run with these settings in its second phase; $file is what it leaves.
killed() {
    mkfifo pipe
    "$TIDEMILL" run --phases w,u --options-from s.ini --keep --result first.h5 "$target" 2>pipe &
    pid=$!
    grep -qm 1 '^u: ' pipe
    kill -KILL "$pid"
    wait "$pid" || true
    file=$(find "$target" -type f)
}

verify() { # EXIT-CODE
    rm -f v.h5
    run "$TIDEMILL" run --quiet --options-from first.h5 --phases v --result v.h5
    [ "$status" -eq "$1" ] || { printf 'exit %s\n%s\n' "$status" "$output"; return 1; }
}
