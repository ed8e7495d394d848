#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the program detects of hosts and targets.

load helper

@test "facts shows this host, and does not change targets" {
    echo kept >"$target/file"
    state_of >before
    apart "$TIDEMILL" facts "$target" "$target/file" "$target/new" /dev/null
    cat "$out" "$err"
    [ "$status" -eq 0 ]
    [ ! -s "$err" ]
    for word in system kernel CPU cores frequency "open files" 'allowed CPUs' 'NUMA nodes' memory \
        'huge pages' lockable io_uring network kind mount space O_DIRECT bypasses uncached preallocate IOPOLL; do
        grep -q "^ *$word" "$out"
    done
    grep -qF "'$target'" "$out"
    grep -q 'null, in memory' "$out"
    diff before <(state_of)
}

@test "facts needs no target" {
    apart "$TIDEMILL" facts
    [ "$status" -eq 0 ]
    [ "$(head -n 1 "$out" | cut -d, -f1)" = '1 node' ]
}

@test "memory is never called storage, nor is its cache bypassed" {
    [ -d /dev/shm ] || skip "no /dev/shm here"
    "$TIDEMILL" facts /dev/shm >facts
    grep -q 'in memory: no storage behind it' facts
    [ "$(grep -c 'bypasses *yes' facts)" -eq 0 ]
    [ "$(grep -c 'in effect: yes' facts)" -eq 0 ]
}

@test "io_uring that is switched off is reported with its likely cause" {
    command -v strace >/dev/null || skip "no strace here"
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 \
        strace -f -qq -o /dev/null -e trace=io_uring_setup -e inject=io_uring_setup:error=ENOSYS \
        "$TIDEMILL" facts >facts || skip "strace cannot trace here"
    grep -q 'io_uring  *io_uring is not available' facts
    grep -q 'SQPOLL  *no' facts
}

@test "facts shows how the program was built, and its libraries" {
    "$TIDEMILL" facts >facts
    grep -qE '^  program +[0-9.]+, commit [0-9a-z-]+, (GNU|Clang) [0-9.]+, .*: .+' facts
    grep -qE '^  libraries +HDF5 [0-9.]+, liburing [0-9.]+, hwloc [0-9.]+, zstd [0-9.]+, lz4 [0-9.]+, glibc [0-9.]+$' facts
}

@test "facts and a result show the settings of the target's device" {
    "$TIDEMILL" facts "$target" >facts
    device=$(sed -n "/^'/,\$s/^  device  *\([^,]*\),.*/\1/p" facts)
    [ -n "$device" ] || skip "no block device below '$target'"
    requests=$(<"/sys/class/block/$device/queue/nr_requests")
    grep -q "^  device .*, scheduler [a-z-]*, $requests requests" facts
    python=/usr/bin/python3
    "$python" -c 'import h5py' || skip "no h5py (python3-h5py)"
    ranks 2 run --size 1MiB --quiet --result a.h5 "$target"
    "$python" - "$device" "$requests" <<'END'
import sys, h5py
devices = h5py.File("a.h5")["environment/devices"]
names = list(devices["name"].asstr())
assert names.count(sys.argv[1]) == 1, names
assert devices["queue_requests"][names.index(sys.argv[1])] == int(sys.argv[2])
assert devices["node"].asstr()[0] == h5py.File("a.h5")["environment/nodes/hostname"].asstr()[0]
END
}

@test "no secret of the environment reaches a result" {
    python=/usr/bin/python3
    "$python" -c 'import h5py' || skip "no h5py (python3-h5py)"
    export SLURM_JWT=tmsecret1 AWS_SECRET_ACCESS_KEY=tmsecret2 MY_TOKEN=tmsecret3
    export HDF5_API_TOKEN=tmsecret4 UCX_TEST_PASSWORD=tmsecret5 HDF5_X=https://me:tmsecret6@host
    export OMPI_MCA_test_key=tmsecret7 OMP_NUM_THREADS=3
    # mpirun passes its ranks its address and the job's key
    mpirun -q -n 2 --oversubscribe --bind-to none -x SLURM_JWT -x MY_TOKEN sh -c \
        'env >"env.$OMPI_COMM_WORLD_RANK"; exec "$@"' sh \
        "$TIDEMILL" run --size 1MiB --quiet --result a.h5 "$target"
    grep -q '^SLURM_JWT=tmsecret1$' env.0
    grep -qE '^OMPI_MCA_orte_precondition_transports=.+' env.0
    "$python" - <<'END'
import re, h5py
words = [b"tmsecret"]
for line in open("env.0", "rb").read().splitlines():
    if re.match(rb"(PMIX_SERVER_URI\w*|OMPI_MCA_orte_(precondition\w+|\w*_uri))=", line):
        words.append(line.split(b"=", 1)[1].strip(b'"'))
assert len(words) > 2, words
everything = [open("a.h5", "rb").read()]
def keep(name, thing):
    for value in list(thing.attrs.values()) + ([thing[()]] if isinstance(thing, h5py.Dataset) else []):
        everything.append(str(value.tolist() if hasattr(value, "tolist") else value).encode())
with h5py.File("a.h5") as result:
    result.visititems(keep)
    keep("/", result)
    recorded = result["environment/job"].attrs["environment"]
assert "OMP_NUM_THREADS=3\n" in recorded, recorded
for word in words:
    assert not any(word in part for part in everything), word
END
}

# build_facts: generates the header of a build in $work/sources and prints its commit
build_facts() {
    cmake -D "SOURCE=$work/sources" -D 'BUILD=GNU 12, Debug: -D"x"' -D "HEADER=$work/facts.h" \
        -P "$BATS_TEST_DIRNAME/../../cmake/build_facts.cmake" || return 1
    sed -n 's/^#define TIDEMILL_COMMIT "\(.*\)"$/\1/p' "$work/facts.h"
}

@test "a build records its commit, also the next one, and whether the sources were changed" {
    command -v git >/dev/null || skip "no git here"
    mkdir sources
    [ "$(build_facts)" = unknown ]
    grep -qF '#define TIDEMILL_BUILD "GNU 12, Debug: -D\"x\""' facts.h
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    git init -q sources
    echo one >sources/file
    git -C sources add file
    git -C sources commit -q -m one
    [ "$(build_facts)" = "$(git -C sources rev-parse --short=12 HEAD)" ]
    touch -d @1 facts.h
    build_facts
    [ "$(stat -c %Y facts.h)" -eq 1 ] # nothing is compiled again
    echo two >sources/file
    [ "$(build_facts)" = "$(git -C sources rev-parse --short=12 HEAD)-dirty" ]
    git -C sources commit -q -a -m two
    [ "$(build_facts)" = "$(git -C sources rev-parse --short=12 HEAD)" ]
}

@test "ranks of one node are one row" {
    ranks 3 facts "$target" >facts
    [ "$(head -n 1 facts | cut -d, -f1,2)" = '1 node, 3 ranks' ]
    [ "$(grep -c '^  kernel' facts)" -eq 1 ]
    [ "$(grep -c '^\*' facts)" -eq 0 ]
}

@test "a target that cannot be inspected: exit 2, one line" {
    refused "/nonexistent/a" "$TIDEMILL" facts /nonexistent/a
    refused "unknown option '--frobnicate'" "$TIDEMILL" facts --frobnicate
    refused "empty name" "$TIDEMILL" facts ''
}

@test "facts --help prints its help, under mpirun only once" {
    "$TIDEMILL" facts --help >one
    "$TIDEMILL" help facts >two
    cmp one two
    ranks 2 facts -h >three
    cmp one three
}
