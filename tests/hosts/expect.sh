# shellcheck shell=bash
# To be sourced by a test of several hosts: asks for the box, counts what was not as expected.

here=$(dirname "$(readlink -f "$0")")
# shellcheck disable=SC2034 # for who sources this
root=$(readlink -f "$here/../..")
python=/usr/bin/python3
failures=0

# What this test needs besides the box; the reason is told before anything is started.
need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "skipped: this test needs '$tool'"; exit 77; }
    done
    "$python" -c 'import h5py' 2>/dev/null || { echo "skipped: this test needs h5py"; exit 77; }
}

# expect WHAT EXPECTED GOT
expect() {
    if [ "$2" = "$3" ]; then
        echo "ok: $1: $3"
    else
        echo "NOT OK: $1: expected '$2', got '$3'"
        failures=$((failures + 1))
    fi
}

# await WHAT COMMAND...: repeats COMMAND until it succeeds, for longer than any busy machine takes.
await() {
    local what=$1
    shift
    for _ in $(seq 3000); do
        ! "$@" || return 0
        sleep 0.1
    done
    expect "after five minutes" "$what" "not so"
}

# files_with_data COUNT FOLDER: as many files in the folder hold something
files_with_data() {
    [ "$(find "$2" -type f -size +0 | wc -l)" -ge "$1" ]
}

# The value of KEY in a result file: result KEY FILE
result() {
    "$python" "$here/result.py" "$2" | sed -n "s/^$1 //p"
}

# Nothing but the folder itself may be left of a run: expect_empty FOLDER
expect_empty() {
    expect "left in '$1'" "" "$(ls -A "$1")"
}

finish() {
    [ "$failures" -eq 0 ] || echo "$failures expectations were not met"
    exit "$((failures > 0))"
}
