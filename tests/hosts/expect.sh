# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by tests of several hosts: requirements, expectations and waits.

here=$(dirname "$(readlink -f "$0")")
# shellcheck disable=SC2034 # for the scripts that source this
root=$(readlink -f "$here/../..")
python=/usr/bin/python3
failures=0

# need TOOL...: skips the test with a reason if a tool is missing.
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

# await WHAT COMMAND...: repeats COMMAND until it succeeds, up to five minutes.
await() {
    local what=$1
    shift
    for _ in $(seq 3000); do
        ! "$@" || return 0
        sleep 0.1
    done
    expect "after five minutes" "$what" "not so"
}

# files_with_data COUNT DIRECTORY: at least COUNT files in the directory are not empty
files_with_data() {
    [ "$(find "$2" -type f -size +0 | wc -l)" -ge "$1" ]
}

# The value of KEY in a result file: result KEY FILE
result() {
    "$python" "$here/result.py" "$2" | sed -n "s/^$1 //p"
}

# expect_empty DIRECTORY: a run must leave nothing in it
expect_empty() {
    expect "left in '$1'" "" "$(ls -A "$1")"
}

finish() {
    [ "$failures" -eq 0 ] || echo "$failures expectations were not met"
    exit "$((failures > 0))"
}
