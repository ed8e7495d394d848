#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripted_test.sh PROGRAM SCRIPTED LYING_CLOCK: runs with a scripted clock have exact numbers
set -eu
# shellcheck source=tests/numbers/common.sh
. "$(dirname "$0")/common.sh"
requests=300 length=65536
# The clock of data threads does not advance, so the order of requests is known only at depth 1.
for shape in "1 1 1 once" "2 1 4 once" "2 2 4 once" "4 1 3 once" "1 1 1 each" "2 2 1 each"; do
    read -r count writers depth generate <<<"$shape"
    rm -f result.h5
    ranks "$count" "$scripted" run --engine null --generate "$generate" --writers "$writers" \
        --depth "$depth" --buffer-count $((writers * depth)) --buffer-size "$length" \
        --size-per-rank $((requests * length * writers)) --repeat 2 --phases write,write \
        --result result.h5 /dev/null \
        >summary.txt 2>log.txt || { cat log.txt; exit 1; }
    "$python" "$here/scripted_check.py" result.h5 "$count" "$writers" "$depth" "$requests" "$length" \
        "$generate"
    "$python" "$here/recompute.py" result.h5 summary.txt
done

# Differences are found: a digit, an unknown line, a counter that differs from its histogram.
refused() { # WORDS FILES...
    local words=$1
    shift
    if "$python" "$here/recompute.py" "$@" >found.txt 2>&1 || ! grep -qF "$words" found.txt; then
        echo "not found: $words"
        cat found.txt
        exit 1
    fi
}
sed '/^  rate/s/[0-9] GiB/x GiB/' summary.txt >digit.txt
refused "where the file gives 'rate" result.h5 digit.txt
sed 's/^  time .*/&\n  novelty     42 of them/' summary.txt >line.txt
refused 'novelty 42' result.h5 line.txt
echo 'afterthought' >>summary.txt
refused afterthought result.h5 summary.txt
"$python" -c 'import h5py; h5py.File("result.h5", "r+")["phases/01_write/nodes/made_buffers"][0] += 1'
refused '01_write making' result.h5

# First, a probe writes all data within its two seconds; then more than the slower rank can write in
# that time. Probes ignore the rate limit of the run.
mkdir -p target
for requests in 10 80; do
    rm -f result.h5
    ranks 2 "$scripted" run --ceilings --engine pwrite --writers 1 --depth 1 --buffer-size "$length" \
        --size-per-rank $((requests * length)) --rate 128KiB/s --phases write --result result.h5 \
        target >page.txt 2>log.txt || { cat log.txt; exit 1; }
    "$python" "$here/scripted_ceilings.py" result.h5 "$requests" "$length"
    "$python" "$here/recompute.py" result.h5 page.txt
done

# A rank pauses while the others continue.
for stopped in 2 1; do
    rm -f result.h5
    SCRIPTED_STOP=$stopped ranks 4 "$scripted" run --engine pwrite --writers 1 --depth 1 \
        --buffer-size "$length" --size-per-rank $((100 * length)) --phases write \
        --result result.h5 target >page.txt 2>log.txt || { cat log.txt; exit 1; }
    "$python" "$here/scripted_stop.py" result.h5 "$stopped" 4
    "$python" "$here/recompute.py" result.h5 page.txt
done

# What a mixed phase reads and what it writes add up to it.
rm -f result.h5
ranks 2 "$program" run --phases write,mixed,mixed --order random --buffer-size 4k --size 3m --writers 2 \
    --verify --repeat 2 --verbose --result result.h5 target >page.txt 2>log.txt || { cat log.txt; exit 1; }
"$python" "$here/recompute.py" result.h5 page.txt

# Figures of phases that count operations agree too; the scripted clock does not advance in them.
rm -f result.h5
ranks 2 "$program" run --phases create,stat,readdir,find,remove --objects-per-rank 40 --repeat 2 \
    --result result.h5 target >page.txt 2>log.txt || { cat log.txt; exit 1; }
"$python" "$here/recompute.py" result.h5 page.txt

# What a search found follows from its probes, and each line of it from the result.
rm -f result.h5
ranks 2 "$program" tune --buffer-size 64k --writers 2 --producers 1 --huge-pages never --direct never \
    --size 2m --budget 4s --result result.h5 target >page.txt 2>log.txt || { cat log.txt; exit 1; }
"$python" "$here/recompute.py" result.h5 page.txt
sed -E '/^  (write|read) /s/[0-9] GiB/x GiB/' page.txt >digit.txt
refused "where the file gives 'write" result.h5 digit.txt
sed '/^    producers /s/fixed/faster/' page.txt >digit.txt
refused "where the file gives 'producers" result.h5 digit.txt
"$python" -c 'import h5py; h5py.File("result.h5", "r+")["tune_results/settled_bytes_per_s"][0] += 1'
refused 'settled_bytes_per_s of tune' result.h5
