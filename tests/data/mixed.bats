#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Data of which a mixed phase rewrote a part in place: each request holds the generation that it must.
# shellcheck disable=SC2154 # the helpers set target, status, output, file, bytes, seed

load ../cli/helper
load spoil

length=262144 # of a request

settings() { # RATE TIME: a section that writes, a mixed one that is slow, and one that verifies
    printf '%s\n' "seed = $seed" "[w]" "phase = write" "size = $bytes" "buffer-size = 256k" \
        "[m]" "phase = mixed" "data = w" "read-fraction = 50%" "rate = $1" "time = $2" \
        "[v]" "phase = verify" "data = w" >s.ini
}

# Keeps what a run of these phases wrote as a file, for its content.
content() { # NAME PHASES
    "$TIDEMILL" run --quiet --size "$bytes" --buffer-size 256k --seed "$seed" --read-fraction 50% \
        --phases "$2" --keep --result "$1.h5" "$target"
    mv "$(find "$target" -type f)" "$1"
    rm -rf "${target:?}"/*
}

holds() { # FILE REQUEST NAME: does a request of FILE hold the content of NAME?
    cmp -s -i $(($2 * length)) -n "$length" "$1" "$3"
}

# Sets 'read' and 'written': a request that the mixed phase reads, and one that it writes, from
# REQUEST on.
find_each() { # REQUEST
    read='' written=''
    for ((i = $1; i < bytes / length; i++)); do
        if holds mixed "$i" old; then read=${read:-$i}; else written=${written:-$i}; fi
    done
    [ -n "$read" ] && [ -n "$written" ]
}

verify() { # EXIT-CODE
    rm -f v.h5
    run "$TIDEMILL" run --quiet --options-from first.h5 --phases v --result v.h5
    [ "$status" -eq "$1" ] || { printf 'exit %s\n%s\n' "$status" "$output"; return 1; }
}

@test "mixed data verify with every engine, layout and order, on one and on several ranks" {
    local layouts=(rank shared writer) orders=(sequential strided random) i=0
    for fraction in 0 70% 99.5% 100%; do
        ranks $((i % 3 + 1)) run --quiet --overwrite --size 3m --buffer-size 48k --writers 2 --verify \
            --layout "${layouts[i % 3]}" --order "${orders[i / 2 % 3]}" --read-fraction "$fraction" \
            --engine "$(cut -d ' ' -f $((i++ % 3 + 1)) <<<"$engines")" --result r.h5 \
            --phases write,mixed,verify,mixed,mixed,rewrite,mixed,read "$target"
    done
    ranks 2 run --quiet --overwrite --size 3000000 --buffer-size 47008 --writers 2 --verify \
        --interleave 47008 --order random --fsync each --phases write,mixed,mixed,verify \
        --repeat 2 --result r.h5 "$target"
}

@test "phases that start over leave what later ones expect, in the run and in its result" {
    printf '%s\n' "size = 1000000" "buffer-size = 4k" "writers = 2" "loop = yes" \
        "[w]" "phase = write" "order = random" "[m]" "phase = mixed" "data = w" "time = 0.4" "verify = yes" \
        "[u]" "phase = rewrite" "data = w" "time = 0.3" "rate = 8m" \
        "[n]" "phase = mixed" "data = w" "time = 0.3" "fsync = each" "verify = yes" \
        "[r]" "phase = read" "data = w" "time = 0.2" "verify = yes" "[v]" "phase = verify" "data = w" "time = 0.2" >l.ini
    sed -i 's/^\[w\]/[w]\ntime = 1h/' l.ini
    ranks 2 run --quiet --options-from l.ini --keep --result first.h5 "$target"
    h5dump -a /phases/05_r/passes_ppm first.h5 | grep -q '(0): [1-9]'
    ranks 2 run --quiet --options-from first.h5 --phases v --result v.h5
}

@test "a mixed phase changes its part of the requests and no other, and both are verified" {
    content old write
    content new write,rewrite
    content mixed write,mixed
    local count=0
    for ((i = 0; i < bytes / length; i++)); do
        holds mixed "$i" old || { holds mixed "$i" new && count=$((count + 1)); }
    done
    [ "$count" -ge 14 ] && [ "$count" -le 18 ] # of 32, half
    settings 1g 1h
    "$TIDEMILL" run --quiet --phases w,m --options-from s.ini --keep --result first.h5 "$target"
    file=$(find "$target" -type f)
    cmp "$file" mixed
    verify 0
    find_each 0
    put new $((read * length)) 4096 $((read * length))
    verify 3
    put old $((read * length)) 4096 $((read * length))
    verify 0
    put old $((written * length)) 4096 $((written * length))
    verify 3
    grep -qw stale <<<"$output"
}

@test "where a mixed phase died, only the requests that it writes may be old or new" {
    content old write
    content new write,rewrite
    content mixed write,mixed
    find_each 8
    settings 512k 1h
    mkfifo pipe
    "$TIDEMILL" run --phases w,m --options-from s.ini --keep --result first.h5 "$target" 2>pipe &
    pid=$!
    grep -qm 1 '^m: ' pipe
    kill -KILL "$pid"
    wait "$pid" || true
    file=$(find "$target" -type f)
    verify 0
    put new $((written * length)) 8192 $((written * length))
    verify 0
    put old $((written * length)) 4096 $((written * length))
    verify 0
    put /dev/zero 0 4096 $((written * length))
    verify 3
    put old $((written * length)) 4096 $((written * length))
    put new $((read * length)) 4096 $((read * length))
    verify 3
}
