#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# h5dump reads a result of foreign_test.c: header, a table, an enumeration, a rate. h5repack copies it.
set -eu
file=$1
h5dump "$file" >/dev/null
h5dump -H "$file" | grep -q 'GROUP "99_write"'
h5dump -a /schema_version "$file" | grep -q '(0): 1'
h5dump -d /phases/99_write/nodes/bytes "$file" | grep -q '1000000000, 1000000000, 1000000000'
h5dump -d /phases/99_write/nodes/direct_in_effect "$file" | grep -q 'yes, no, yes'
h5dump -a /phases/99_write/rate_whole_bytes_per_s "$file" | grep -q '2000000000'
h5dump -p -H -d /phases/99_write/nodes/bytes "$file" | grep -q 'COMPACT'
h5dump -p -H -d /phases/99_write/latency/counts "$file" | grep -q 'COMPRESSION DEFLATE'
h5dump -p -H -d /phases/99_write/latency/counts "$file" | grep -q 'SHUFFLE'
again=${file%.h5}-again.h5
trap 'rm -f "$again"' EXIT
for latest in '' -L; do
    # shellcheck disable=SC2086
    h5repack $latest "$file" "$again"
    h5dump -d /phases/99_write/nodes/direct_in_effect "$again" | grep -q 'yes, no, yes'
done
