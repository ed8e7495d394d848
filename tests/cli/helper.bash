# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # status and output are those of bats' run
# Loaded by every suite. TIDEMILL is the program; each test works in a directory of its own, where
# results/ may be created, and has an empty directory in $target.

# shellcheck source=launch/environment.sh
. "$BATS_TEST_DIRNAME/../../launch/environment.sh"

setup() {
    : "${TIDEMILL:?the path of the program}"
    work=$(mktemp -d "${TMPDIR:-/tmp}/tidemill-cli.XXXXXX")
    # MPI's session directory, writable by any user: if two jobs share it, one that starts while the
    # other ends fails.
    session=$(mktemp -d "${TMPDIR:-/tmp}/tidemill-session.XXXXXX")
    chmod 1777 "$session"
    export OMPI_MCA_orte_tmpdir_base=$session
    target=$work/target
    mkdir "$target"
    cd "$work" || return 1
}

teardown() {
    [ ! -f "$work/nr_hugepages" ] || cat "$work/nr_hugepages" >/proc/sys/vm/nr_hugepages
    remove_groups
    rm -rf -- "$session" 2>/dev/null || true # processes that are ending remove their part as well
    cd / && rm -rf -- "$work"
}

# make_group CONTROLLER: a control group in $group, of the version that has the controller; skips the
# test where none can be made. The setter is 'limit'.
make_group() {
    local tree
    [ "$(id -u)" -eq 0 ] || skip "only root can make control groups"
    tree=$(awk -v name="$1" '$3 == "cgroup" && index("," $4 ",", "," name ",") { print $2; exit }' \
        /proc/mounts)
    version=1
    if [ -z "$tree" ]; then
        tree=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
        version=2
        if ! grep -qw "${1/blkio/io}" "${tree:-/nowhere}/cgroup.subtree_control" 2>/dev/null; then
            tree=$session/cgroup
            version=1
            mkdir "$tree"
            mount -t cgroup -o "$1" none "$tree" 2>/dev/null ||
                { rmdir "$tree"; skip "no control groups with $1 here"; }
        fi
    fi
    group=$tree/tidemill-test-$$-$1
    mkdir "$group" || skip "control groups cannot be made here"
    echo "$group" >>"$work/groups"
}

# limit FILE-OF-VERSION-1 VALUE FILE-OF-VERSION-2 VALUE: sets a limit of $group.
limit() {
    local file=$1 value=$2
    [ "$version" -eq 1 ] || file=$3 value=$4
    echo "$value" >"$group/$file" || skip "$file cannot be set here"
}

# in_group COMMAND...: runs the command in $group
in_group() {
    # shellcheck disable=SC2016 # expanded inside
    sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@"
}

# MPI's daemon leaves a group a moment after the program; the tests that made groups wait for it.
remove_groups() {
    local made
    [ -f "$work/groups" ] || return 0
    while read -r made; do
        for _ in $(seq 300); do
            rmdir "$made" 2>/dev/null && break
            sleep 0.1
        done
    done <"$work/groups"
    [ ! -d "$session/cgroup" ] || umount "$session/cgroup" || true
}

# ranks N ARGUMENT...: the program as N ranks of this machine.
ranks() {
    local count=$1
    shift
    mpirun -q -n "$count" --oversubscribe --bind-to none "$TIDEMILL" "$@"
}

# await WHAT COMMAND...: repeats COMMAND until it succeeds, for longer than any busy machine takes.
await() {
    local what=$1
    shift
    for _ in $(seq 3000); do
        ! "$@" || return 0
        sleep 0.1
    done
    printf 'after five minutes still not: %s\n' "$what"
    return 1
}

# wrote SIZE [FIND-TEST...]: a file in the target is larger than SIZE, as find(1) counts.
wrote() {
    [ -n "$(find "$target" -type f -size "+$1" "${@:2}")" ]
}

# attribute FILE OBJECT NAME: of a result; the name of an enum's value
attribute() {
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    value = file[sys.argv[2]].attrs[sys.argv[3]]
    enum = h5py.check_enum_dtype(file[sys.argv[2]].attrs.get_id(sys.argv[3]).dtype)
    print({v: k for k, v in enum.items()}[int(value)] if enum else
          value.decode() if isinstance(value, bytes) else value)
PY
}

# column FILE TABLE COLUMN: the sum of a column of numbers
column() {
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    print(int(file[sys.argv[2]][sys.argv[3]][:].sum()))
PY
}

# advice FILE: the codes of its warnings and notes
advice() {
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    print(*file["advice/code"].asstr()[:])
PY
}

need_uring() {
    "$TIDEMILL" facts | grep -q 'io_uring  *yes' || skip "no io_uring here"
}

# Runs a command with standard output in the file $out and standard error in $err.
apart() {
    out=$work/out
    err=$work/err
    status=0
    "$@" >"$out" 2>"$err" || status=$?
}

# Everything in and next to the target, with sizes and modification times.
state_of() {
    find "$work" -mindepth 1 ! -path "$work/out" ! -path "$work/err" ! -path "$work/before" \
        -printf '%p %y %s %T@\n' | sort
}

# refused WORDS COMMAND...: exit 2, exactly one line on stderr with these words, nothing on stdout,
# nothing touched.
refused() {
    local words=$1
    shift
    state_of >"$work/before"
    apart "$@"
    if [[ $status != 2 ]]; then
        printf 'exit code %s, not 2: %s\n' "$status" "$*"
        cat "$out" "$err"
        return 1
    fi
    if [[ $(wc -l <"$err") != 1 || $(<"$err") != *"$words"* ]]; then
        printf 'stderr is not one line with "%s":\n' "$words"
        cat "$err"
        return 1
    fi
    if [[ -s $out ]]; then
        printf 'stdout is not empty:\n'
        cat "$out"
        return 1
    fi
    diff "$work/before" <(state_of)
}
