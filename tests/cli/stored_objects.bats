#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Objects that one run creates and keeps are visited, renamed and removed by later runs, exactly.

load helper

did() { # RESULT COUNT PHASES: these phases are complete, with COUNT operations
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    found = [(phase.attrs["kind"], phase.attrs["status"], int(phase.attrs["operations"]))
             for phase in file["phases"].values()]
wanted = [(kind, "complete", int(sys.argv[2])) for kind in sys.argv[3].split(",")]
assert found == wanted, found
PY
}

create() { # RANKS OPTION...: into a.h5
    ranks "$1" run --quiet --overwrite --keep --result a.h5 --phases create "${@:2}" "$target"
}

from() { # RANKS RESULT PHASES NEW-RESULT OPTION...
    ranks "$1" run --quiet --overwrite --options-from "$2" --phases "$3" --result "$4" "${@:5}"
}

errors_of() { # RESULT PHASE: "ENOENT 3 ..."
    /usr/bin/python3 -c 'import sys, h5py
table = h5py.File(sys.argv[1])["phases"][sys.argv[2]]["errors"]
print(*(f"{name.decode()} {count}" for name, count in zip(table["error"], table["operations"])))' "$@"
}

uring_if_possible() {
    if need_uring 2>/dev/null; then echo '--engine uring --depth 3'; fi
}

@test "a round trip in each layout: created, visited with other settings, renamed, removed" {
    # shellcheck disable=SC2207
    local ring=($(uring_if_possible))
    local layouts=('1 --object-size 3901' '1 --shared-directory --objects directories'
        '2 --fan-out 3 --object-size 10 --dedup-ratio 2 --writers 2'
        '2 --shared-directory --fan-out 4 --object-size 7')
    for layout in "${layouts[@]}"; do
        count=${layout%% *}
        # shellcheck disable=SC2086
        create "$count" --objects-per-rank 23 ${layout#* }
        before=$(find "$target" | wc -l)
        from "$count" a.h5 stat,open,rename,stat b.h5 --writers 3 "${ring[@]}"
        did b.h5 $((23 * count)) stat,open,rename,stat
        [ "$(find "$target" | wc -l)" -eq "$before" ]
        from "$count" b.h5 open,remove c.h5 --engine auto
        did c.h5 $((23 * count)) open,remove
        [ -z "$(ls -A "$target")" ]
    done
    [ "$(attribute c.h5 phases/01_open written_by)" = 'earlier run' ]
    "$TIDEMILL" report c.h5 >page
    tr -s ' \n' ' ' <page | grep -q 'created by an earlier run'
}

@test "find knows the matches of stored objects: by name, size and age" {
    create 2 --objects-per-rank 20 --object-size 100 --fan-out 6
    local since
    since=$(attribute a.h5 phases/01_create objects_since_utc_ns)
    [ "$since" -gt 0 ]
    from 2 a.h5 find,rename,find b.h5 --find-name 'tm.created.r*.1?' --find-size 100
    [ "$(attribute b.h5 phases/01_find find_matches)" -eq 20 ]
    [ "$(attribute b.h5 phases/02_rename objects_since_utc_ns)" -eq "$since" ]
    [ "$(attribute b.h5 phases/03_find find_matches)" -eq 0 ]
    touch -d 2001-01-01 "$(find "$target" -name tm.renamed.r1.13)"
    from 2 b.h5 find c.h5 --find-name '*' && return 1
    [ "$(attribute c.h5 phases/01_find find_matches)" -eq 39 ]
    [[ $(attribute c.h5 phases/01_find failure) == *"r1.13' is older than the start of the first create"* ]]
}

@test "what a time limit left, with several operations in flight" {
    need_uring
    create 2 --time 100ms --engine uring --depth 5 --fan-out 10 --writers 2
    created=$(attribute a.h5 phases/01_create operations)
    [ "$created" -gt 0 ]
    [ "$(find "$target" -name 'tm.created.r*.*' | wc -l)" -eq "$created" ]
    from 2 a.h5 stat,remove b.h5 --engine auto
    did b.h5 "$created" stat,remove
    [ -z "$(ls -A "$target")" ]
}

@test "objects of others and objects that vanished are counted by error, and left alone" {
    create 2 --objects-per-rank 20
    cd "$target"/*/objects
    echo precious >r0/tm.renamed.r0.7
    rm r1/tm.created.r1.{3,4}
    cd - >/dev/null
    from 2 a.h5 rename b.h5 && return 1
    [ "$(attribute b.h5 phases/01_rename status)" = failed ]
    [ "$(attribute b.h5 phases/01_rename operations)" -eq 37 ]
    [ "$(attribute b.h5 phases/01_rename objects_state)" = 'partly second names' ]
    [ "$(errors_of b.h5 01_rename)" = 'ENOENT 2 EEXIST 1' ]
    from 2 b.h5 stat,rename,remove c.h5 && return 1
    [ "$(errors_of c.h5 01_stat)" = 'ENOENT 2' ]
    [ "$(attribute c.h5 phases/02_rename operations)" -eq 0 ]
    [ "$(attribute c.h5 phases/03_remove operations)" -eq 38 ]
    [ "$(errors_of c.h5 03_remove)" = 'ENOENT 2' ]
    [ "$(attribute c.h5 phases/01_stat operations)" -eq 38 ]
    [ "$(cat "$target"/*/objects/r0/tm.renamed.r0.7)" = precious ]
    "$TIDEMILL" report c.h5 >page
    grep -q 'failed    2 ENOENT (removed by another process)' page
    tr -s ' \n' ' ' <page | grep -q "first ENOENT: '"
}

@test "a run that visits is refused if the objects do not fit" {
    create 2 --objects-per-rank 9 --object-size 100
    refuse() { # WORDS RANKS RESULT PHASES OPTION...
        apart ranks "$2" run --quiet --options-from "$3" --phases "$4" --result x.h5 "${@:5}"
        cat "$err"
        [ "$status" -ne 0 ]
        grep -q -- "$1" "$err"
        [ ! -e x.h5 ]
    }
    refuse 'had 2 ranks and this one has 1' 1 a.h5 stat
    refuse 'another --fan-out' 2 a.h5 stat --fan-out 5
    refuse 'another --seed' 2 a.h5 open --seed 5
    refuse 'wrote no data' 2 a.h5 read
    from 2 a.h5 rename b.h5
    refuse 'a later run has renamed it' 2 a.h5 stat
    from 2 b.h5 remove c.h5
    refuse 'removed its objects' 2 c.h5 stat
    refuse 'are not in' 2 b.h5 stat
    ranks 1 run --quiet --keep --overwrite --result a.h5 --size 1m "$target"
    refuse 'created no objects' 1 a.h5 stat
}

@test "--cleanup removes exactly the objects that a run kept, and leaves its files" {
    ranks 2 run --quiet --keep --result a.h5 --size 2m --phases write,create --objects-per-rank 30 \
        --fan-out 7 "$target"
    from 2 a.h5 rename,read b.h5
    folder=$(echo "$target"/*)
    touch "$folder/objects/r1/precious"
    apart "$TIDEMILL" run --cleanup a.h5
    [ "$status" -eq 2 ]
    [ "$(find "$folder/objects" -name 'tm.renamed.r*.*' | wc -l)" -eq 60 ]
    rm "$folder/objects/r1/precious"
    "$TIDEMILL" run --cleanup b.h5
    [ "$(cd "$folder" && echo *)" = 'r0 r1' ]
    from 2 a.h5 read c.h5
}

@test "sections: the objects of each are visited and removed, and nothing else" {
    printf 'objects-per-rank = 6\n[one]\nphase = create\nfan-out = 2\n[two]\nphase = create\nobject-size = 9\n' >s.ini
    printf '[visit]\nphase = open\ndata = two\n[drop]\nphase = remove\ndata = two\n' >>s.ini
    ranks 2 run --quiet --keep --result a.h5 --options-from s.ini --phases one,two "$target"
    from 2 a.h5 visit,drop b.h5
    did b.h5 12 open,remove
    [ "$(cd "$target"/* && echo *)" = one ]
    [ "$(find "$target" -name 'tm.created.r*.*' | wc -l)" -eq 12 ]
    "$TIDEMILL" run --cleanup a.h5
    [ -z "$(ls -A "$target")" ]
}
