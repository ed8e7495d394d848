#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Metadata phases: what is created is what is visited and removed, counted as it happened; nothing
# is left, and nothing foreign is touched.

load helper

operations() { # RESULT PHASE
    attribute "$1" "phases/$2" operations
}

each_did() { # RESULT COUNT: every phase is complete, with COUNT operations
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    for name, phase in file["phases"].items():
        ended = phase.attrs["status"], int(phase.attrs["operations"])
        assert ended[1] == int(sys.argv[2]), (name, ended)
        assert sum(phase["ranks/operations"][:]) == ended[1], name
        assert not sum(phase["ranks/failed_requests"][:]), name
    assert file.attrs["status"] == file["phases/" + name].attrs["status"]
PY
}

failures() { # RESULT PHASE "ERROR NUMBER"...: these errors, and as many failed operations
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    phase = file["phases"][sys.argv[2]]
    table = phase["errors"]
    found = [f"{name.decode()} {number}" for name, number in zip(table["error"], table["number"])]
    assert found == sys.argv[3:], found
    assert sum(table["operations"]) == sum(phase["ranks/failed_requests"])
    assert all(path for path in table["path"])
PY
}

created() { # an object exists
    [ -n "$(find "$target" -name '*.r0.*' -print -quit)" ]
}

kinds=('object-size = 3901' 'objects = directories')

# sections KIND: all phases with each layout of objects of this kind, as a settings file
sections() {
    local number=0 layout
    printf 'objects-per-rank = 11\n'
    for layout in '' 'shared-directory = yes' 'fan-out = 3' 'shared-directory = yes\nfan-out = 3' \
        'fan-out = 1\ntree-depth = 3' 'shared-directory = yes\nfan-out = 1\ntree-depth = 2'; do
        number=$((number + 1))
        printf '[c%d]\nphase = create\nwriters = 2\n%b\n%b\n' "$number" "$layout" "$1"
        for phase in stat readdir rename find open remove; do
            printf '[%s%d]\nphase = %s\ndata = c%d\n' "$phase" "$number" "$phase" "$number"
        done
    done
}

@test "each combination of options, by one and by three ranks: each object once, nothing left" {
    for kind in "${kinds[@]}"; do
        sections "$kind" >s.ini
        for count in 1 3; do
            ranks "$count" run --quiet --overwrite --result r.h5 --options-from s.ini "$target"
            each_did r.h5 $((11 * count))
            [ -z "$(ls -A "$target")" ]
        done
    done
}

@test "each combination of options, with several operations in flight through io_uring" {
    need_uring
    for kind in "${kinds[@]}"; do
        { printf 'engine = uring\ndepth = 3\n' && sections "$kind"; } >s.ini
        ranks 2 run --quiet --overwrite --result r.h5 --options-from s.ini "$target"
        each_did r.h5 22
        [ "$(attribute r.h5 phases/01_c1 engine_used)" = uring ]
        [ "$(attribute r.h5 phases/01_c1 depth)" -eq 3 ]
        [ -z "$(ls -A "$target")" ]
    done
}

@test "metadata operations are plain calls unless io_uring is asked for" {
    "$TIDEMILL" run --quiet --result r.h5 --objects-per-rank 5 --phases create "$target"
    [ "$(attribute r.h5 phases/01_create engine_used)" = pwrite ]
    [ "$(attribute r.h5 phases/01_create engine_cause)" = 'metadata phases' ]
    [ "$(attribute r.h5 phases/01_create depth)" -eq 1 ]
}

@test "bytes and names in one run; what no phase removes is removed at the end" {
    ranks 2 run --quiet --result r.h5 --size 2m --buffer-size 64k --objects-per-rank 20 \
        --phases write,create,read,stat "$target"
    [ "$(attribute r.h5 phases/01_write bytes)" -eq 2097152 ]
    [ "$(attribute r.h5 phases/03_read bytes)" -eq 2097152 ]
    [ "$(operations r.h5 02_create)" -eq 40 ]
    [ "$(operations r.h5 04_stat)" -eq 40 ]
    [ -z "$(ls -A "$target")" ]
}

@test "--keep leaves the objects, with their content and their directories" {
    ranks 2 run --quiet --keep --result r.h5 --objects-per-rank 5 --fan-out 2 --object-size 100 \
        --writers 1 --phases create "$target"
    [ "$(cd "$target"/*/objects && find . -type f -size -101c -size +0 | sort | xargs)" = \
        "./r0/d0/tm.created.r0.0 ./r0/d0/tm.created.r0.1 ./r0/d1/tm.created.r0.2 ./r0/d1/tm.created.r0.3 ./r0/d2/tm.created.r0.4 ./r1/d0/tm.created.r1.0 ./r1/d0/tm.created.r1.1 ./r1/d1/tm.created.r1.2 ./r1/d1/tm.created.r1.3 ./r1/d2/tm.created.r1.4" ]
    [ "$(find "$target" -type f -exec sha256sum {} + | cut -d ' ' -f 1 | sort -u | wc -l)" -eq 10 ]
    "$TIDEMILL" report r.h5 >page
    grep -q '5 files per rank of 100 B, in directories of each rank with at most 2 each, 1 I/O' page
    /usr/bin/python3 "$BATS_TEST_DIRNAME/../numbers/printed.py" r.h5 page
}

@test "a time limit ends the creation, and later phases visit what was created" {
    ranks 2 run --quiet --result r.h5 --phases create,stat,readdir,open,find,remove --time 200ms --object-size 10 --fan-out 100 "$target"
    created=$(operations r.h5 01_create)
    [ "$created" -gt 0 ]
    [ "$(attribute r.h5 phases/01_create ended_by)" = time ]
    [ "$(attribute r.h5 phases/01_create open_ended)" = TRUE ]
    if [ "$(attribute r.h5 phases/02_stat ended_by)" = size ]; then
        [ "$(operations r.h5 02_stat)" -eq "$created" ]
    fi
    [ -z "$(ls -A "$target")" ]
}

@test "--operation-rate limits each rank" {
    ranks 2 run --quiet --result r.h5 --phases create,find --objects-per-rank 30 \
        --operation-rate 100 "$target"
    each_did r.h5 60
    for phase in 01_create 02_find; do
        [ "$(attribute r.h5 phases/$phase duration_ns)" -ge 280000000 ]
    done
}

@test "repetitions create again what exists" {
    "$TIDEMILL" run --quiet --result r.h5 --phases create,open --repeat 3 --objects-per-rank 50 \
        --object-size 5000 --fan-out 7 "$target"
    each_did r.h5 50
    [ "$(/usr/bin/python3 -c 'import h5py; print(len(h5py.File("r.h5")["phases"]))')" -eq 6 ]
    [ "$(attribute r.h5 phases/01_create open_ended)" = FALSE ]
    [ -z "$(ls -A "$target")" ]
}

@test "each kind of sync" {
    printf 'objects-per-rank = 10\nwriters = 1\n' >s.ini
    for kind in each end never; do
        for objects in files directories; do
            printf '[%s-%s]\nphase = create\nfsync = %s\nobjects = %s\n' "$kind" "$objects" \
                "$kind" "$objects" >>s.ini
        done
    done
    "$TIDEMILL" run --quiet --result r.h5 --options-from s.ini "$target"
    each_did r.h5 10
    # of 'end': the directory, and the file system
    [ "$(/usr/bin/python3 -c 'import h5py
print(*(sum(p["ranks/syncs"][:]) for p in h5py.File("r.h5")["phases"].values()))')" = '10 10 2 2 0 0' ]
}

@test "an interrupt ends the creation, keeps the numbers and removes the objects" {
    "$TIDEMILL" run --quiet --result r.h5 --phases create,stat --time 300s --fan-out 100 "$target" \
        2>printed &
    pid=$!
    await "objects" created
    kill -INT "$pid"
    code=0
    wait "$pid" || code=$?
    [ "$code" -eq 130 ]
    grep -q "before it has removed its files: tidemill run --cleanup '.*r.h5'" printed
    [ "$(attribute r.h5 phases/01_create status)" = interrupted ]
    [ "$(operations r.h5 01_create)" -gt 0 ]
    [ -z "$(ls -A "$target")" ]
}

killed_run() { # RESULT OPTION...
    local result=$1
    shift
    "$TIDEMILL" run --quiet --result "$result" --phases create --time 300s "$@" "$target" &
    pid=$!
    await "objects" created
    kill -KILL "$pid"
    wait "$pid" || true
}

@test "--cleanup removes what a killed run created, and keeps everything if anything is foreign" {
    for options in '--fan-out 50' '--shared-directory --fan-out 50' '--objects directories'; do
        # shellcheck disable=SC2086
        killed_run r.h5 --overwrite $options
        folder=$(find "$target" -type d -name objects)
        touch "$folder/precious"
        before=$(find "$target" | wc -l)
        apart "$TIDEMILL" run --cleanup r.h5
        [ "$status" -eq 2 ]
        grep -q "did not create 'precious'" "$err"
        [ "$(find "$target" | wc -l)" -eq "$before" ]
        rm "$folder/precious"
        apart "$TIDEMILL" run --cleanup r.h5
        [ "$status" -eq 0 ]
        [ -z "$(ls -A "$target")" ]
    done
}

@test "--cleanup of a run that still creates is refused" {
    "$TIDEMILL" run --quiet --result r.h5 --phases create --time 300s --fan-out 100 "$target" &
    pid=$!
    await "objects" created
    apart "$TIDEMILL" run --cleanup r.h5
    kill -INT "$pid"
    wait "$pid" || true
    [ "$status" -eq 2 ]
    grep -q "a run is using 'objects'" "$err"
    [ -z "$(ls -A "$target")" ]
}

@test "a full table of inodes is named, and everything that was created is removed" {
    [ "$(id -u)" -eq 0 ] || skip "mounts need root"
    unshare --mount true 2>/dev/null || skip "no mount namespace is available"
    apart unshare --mount --propagation private bash -euc '
        mount -t tmpfs -o size=64m,nr_inodes=500 none "$1"
        many=(run --quiet --result r.h5 --phases create,stat --objects-per-rank 10000 --fan-out 30)
        "$2" "${many[@]}" "$1" && exit 8 || [ $? -eq 2 ]
        "$2" run --quiet --result r.h5 --phases create --objects-per-rank 100 --object-size 1m "$1" &&
            exit 7 || [ $? -eq 2 ]
        "$2" "${many[@]}" --force "$1" && exit 9 || [ $? -eq 1 ]
        [ -z "$(ls -A "$1")" ]' - "$target" "$TIDEMILL"
    cat "$err"
    [ "$status" -eq 0 ]
    grep -q "the plan needs 10000 inodes on '$target', which has [0-9]* free: use fewer" "$err"
    grep -q "objects need 100 MiB (104857600 bytes) on '$target', which has 64.0 MiB" "$err"
    grep -q "0 inodes free.*No space left on device" "$err"
    created=$(operations r.h5 01_create)
    [ "$created" -gt 400 ]
    [ "$(attribute r.h5 phases/01_create status)" = failed ]
    failures r.h5 01_create "ENOSPC 28"
    [ "$(operations r.h5 02_stat)" -eq "$created" ]
}

@test "what makes no sense is refused" {
    local run=("$TIDEMILL" run --result r.h5)
    refused 'no objects exist when' "${run[@]}" --phases stat,create "$target"
    refused 'no objects exist when' "${run[@]}" --phases create,remove,open "$target"
    refused 'no phase creates the objects' "${run[@]}" --phases stat "$target"
    refused 'no phase creates the objects' "${run[@]}" --phases write,stat "$target"
    refused '--direct require' "${run[@]}" --phases create --direct require "$target"
    refused '--engine null' "${run[@]}" --phases create --engine null "$target"
    refused '--uring-iopoll' "${run[@]}" --phases create --engine uring --uring-iopoll "$target"
    refused '--uring-sqpoll' "${run[@]}" --phases create --engine uring --uring-sqpoll "$target"
    refused '--fixed-buffers require' "${run[@]}" --phases create --engine uring \
        --fixed-buffers require "$target"
    refused '--object-size' "${run[@]}" --phases create --objects directories --object-size 1 "$target"
    refused '--objects-per-rank is 0' "${run[@]}" --phases create --objects-per-rank 0 "$target"
    refused '--operation-rate is 0' "${run[@]}" --phases create --operation-rate 0 "$target"
    refused "'/dev/null' holds no objects" "${run[@]}" --phases create /dev/null
    refused 'which metadata phases need' "${run[@]}" --phases create --layout shared --overwrite \
        "$work/before"
    refused 'more than 2^55' "${run[@]}" --phases create --objects-per-rank 99999999999999999 "$target"
    printf '[a]\nphase = create\n[b]\nphase = read\ndata = a\n' >s.ini
    refused "cannot use what phase 'create'" "${run[@]}" --options-from s.ini "$target"
    printf '[a]\nphase = create\n[b]\nphase = remove\ndata = a\n[c]\nphase = stat\ndata = a\n' >s.ini
    refused "has removed the objects" "${run[@]}" --options-from s.ini "$target"
}

@test "the plan names the objects" {
    run "$TIDEMILL" run --dry-run --phases create,open --object-size 3901 --fan-out 10 \
        --objects-per-rank 7 --shared-directory "$target"
    [[ $output == *'7 files for each rank, 3901 bytes each, in a directory of all ranks, at most 10 in one directory'* ]]
    [[ $output != *'data set'* ]]
    run "$TIDEMILL" run --dry-run --phases create --object-size 1 --objects-per-rank 1 "$target"
    [[ $output == *'1 file for each rank, 1 byte each, '* ]]
}
