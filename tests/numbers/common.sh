#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests of this directory with "$@" = PROGRAM SCRIPTED LYING_CLOCK.
# shellcheck disable=SC2034
here=$(dirname "$(readlink -f "$0")")
program=$1 scripted=$2 lying_clock=$3
export program scripted lying_clock
python=/usr/bin/python3
for tool in mpirun "$python"; do
    command -v "$tool" >/dev/null || { echo "skipped: no '$tool'"; exit 77; }
done
"$python" -c 'import h5py' 2>/dev/null || { echo "skipped: no h5py (python3-h5py)"; exit 77; }
[ -n "${work:-}" ] || {
    work=$(mktemp -d "${TMPDIR:-/var/tmp}/tidemill-numbers.XXXXXX")
    trap 'rm -rf --one-file-system "$work"' EXIT
    # A separate session directory, as jobs that start and end at the same time may collide in one.
    mkdir "$work/session"
    export OMPI_MCA_orte_tmpdir_base=$work/session
}
cd "$work" || exit 1
mkdir -p target

ranks() {
    local count=$1
    shift
    mpirun -q -n "$count" --oversubscribe --bind-to none "$@"
}

# attribute FILE PHASE NAME
attribute() {
    "$python" -c 'import sys, h5py; print(h5py.File(sys.argv[1])["phases"][sys.argv[2]].attrs[sys.argv[3]])' "$@"
}

# within LEAST VALUE MOST WHAT
within() {
    if [ "$2" -lt "$1" ] || [ "$2" -gt "$3" ]; then
        echo "$4 is $2, not within $1 and $3"
        exit 1
    fi
    echo "$4: $2"
}
