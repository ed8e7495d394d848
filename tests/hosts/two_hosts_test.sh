#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# two_hosts_test.sh PROGRAM: launch/hosts.sh runs PROGRAM on two simulated hosts
set -u
# shellcheck source=tests/hosts/expect.sh
. "$(dirname "$0")/expect.sh"
if [ -z "${BOX:-}" ]; then
    need mpirun
    exec "$here/box.sh" 2 "$0" "$@"
fi

export TIDEMILL=$1
cd "$BOX" || exit 1
mkdir target
printf 'node1\n# a remark\nnode2 # the second\n' >one_each
printf 'node1 slots=2\nnode2 slots=1\n' >three

echo "--- one rank on each host"
"$root/launch/hosts.sh" one_each --size 24MiB --verify --result one_each.h5 target
expect "exit code" 0 $?
expect status complete "$(result status one_each.h5)"
expect nodes "node1 node2" "$(result nodes one_each.h5)"
expect "ranks of the nodes" "1 1" "$(result ranks one_each.h5)"
expect phases "01_write:complete 02_read:complete" "$(result phases one_each.h5)"
expect_empty target

echo "--- as many ranks as the host file has slots, in one file; options pass through"
"$root/launch/hosts.sh" three --size 12345678 --layout shared --verify --label "two words" \
    --result three.h5 --quiet target
expect "exit code" 0 $?
expect "ranks of the nodes" "2 1" "$(result ranks three.h5)"
expect_empty target

echo "--- ranks by option"
"$root/launch/hosts.sh" -n 2 one_each --size 4MiB --phases write --result two_each.h5 --quiet target
expect "exit code" 0 $?
expect "ranks of the nodes" "2 2" "$(result ranks two_each.h5)"

echo "--- the first hosts of a job write alone, and the others wait"
"$root/launch/hosts.sh" three --sweep nodes=1,2 --size-per-rank 2MiB --verify --result swept.h5 \
    --quiet target
expect "exit code" 0 $?
expect "bytes of the points" "4194304 4194304 6291456 6291456" "$(result points swept.h5)"
expect_empty target

echo "--- a refusal is printed once, and its exit code passes through"
"$root/launch/hosts.sh" one_each --size 4MiB --result refused.h5 "$BOX/nowhere/at/all" 2>refusal
expect "exit code" 2 $?
# Open MPI's launcher races with its own child for the process group, and sometimes warns of it.
grep -v 'plm:rsh: Warning: setpgid' refusal >lines
expect "lines of the refusal" 1 "$(wc -l <lines)"
cat refusal

echo "--- what another node wrote, and this one has read before, may come from its page cache"
"$root/launch/hosts.sh" one_each --size 16MiB --phases write --direct never --keep \
    --result kept.h5 --quiet target
expect "exit code" 0 $?
"$root/launch/hosts.sh" one_each --options-from kept.h5 --phases read --direct never --repeat 2 \
    --shift 1 --result again.h5 --quiet
expect "exit code" 0 $?
expect "state of the caches" "warm" "$(result caches again.h5)"
expect "doubted reads" "01_read, 02_read" "$(result cached_reads again.h5)"
rm -rf target/tidemill-*

# readers FILE [NUMBER]: which rank reads the data of which in a phase, by default the last; "=": on
# one kernel
readers() {
    "$python" -c 'import sys, h5py
table = list(h5py.File(sys.argv[1])["phases"].values())[int(sys.argv[2])]["readers"]
rows = {name: table[name][:] for name in table}
print(*(f"{rank}:{node.decode()}<-{other}:{whose.decode()}{chr(61) * bool(same)}" for rank, node,
        other, whose, same in zip(rows["rank"], rows["node"], rows["written_rank"],
        rows["written_node"], rows["boot_id"] == rows["written_boot_id"])))' "$1" "${2:--1}"
}

echo "--- the result shows which rank wrote what each rank reads, also in an earlier run"
expect "readers" "0:node1<-1:node2 1:node2<-0:node1" "$(readers one_each.h5)"
expect "readers of stored files" "0:node1<-1:node2 1:node2<-0:node1" "$(readers again.h5)"

echo "--- metadata phases take the objects of ranks once, twice and three times as far away"
for shared in "" --shared-directory; do
    "$root/launch/hosts.sh" one_each --phases create,stat,open,remove --objects-per-rank 50 \
        --object-size 3901 --fan-out 7 $shared --overwrite --result names.h5 --quiet target
    expect "exit code" 0 $?
    expect "phases" "01_create:complete 02_stat:complete 03_open:complete 04_remove:complete" \
        "$(result phases names.h5)"
    expect "stat" "0:node1<-1:node2 1:node2<-0:node1" "$(readers names.h5 1)"
    expect "open" "0:node1<-0:node1= 1:node2<-1:node2=" "$(readers names.h5 2)"
    expect "remove" "0:node1<-1:node2 1:node2<-0:node1" "$(readers names.h5 3)"
    expect_empty target
done
"$root/launch/hosts.sh" one_each --phases create --shared-directory --result apart.h5 /mnt/local 2>refusal
expect "a shared directory on local storage" 1 \
    "$(grep -c -- "--shared-directory needs a file system that all nodes share" refusal)"

# refused WHAT PATTERN OPTION...
refused() {
    "$root/launch/hosts.sh" one_each --size 4MiB --result refused.h5 "${@:3}" 2>refusal
    expect "$1: exit code" 2 $?
    expect "$1: reason" 1 "$(grep -c -- "$2" refusal)"
    expect "$1: result" "" "$(find . -name refused.h5)"
    expect_empty target
}

echo "--- a shift that has no effect, or is not possible, is refused before anything is written"
refused "all the way round" "--shift 2 changes nothing on 2 nodes: " --shift 2 target
refused "local storage" "is not possible, as '/mnt/local' is local to each node" --shift 1 /mnt/local
mkdir of_node1 of_node2
"$here/box_on.sh" node1 mount -t tmpfs tmpfs "$PWD/of_node1"
refused "targets of their own" "as nodes do not see each other's targets" --shift 1 --force \
    "$PWD/of_node1" "$PWD/of_node2"
"$root/launch/hosts.sh" one_each --size 4MiB --force --result apart.h5 --quiet \
    "$PWD/of_node1" "$PWD/of_node2"
expect "exit code with --shift auto" 0 $?
expect "readers" "0:node1<-0:node1= 1:node2<-1:node2=" "$(readers apart.h5)"

echo "--- containers on one kernel share a page cache, which no shift avoids"
"$here/box_on.sh" node2 mount --bind "$BOX/node1.boot_id" /proc/sys/kernel/random/boot_id
refused "one kernel" "on 2 nodes, of which some share a kernel" --shift 1 target
"$root/launch/hosts.sh" one_each --size 16MiB --direct never --cache keep --result kernel.h5 \
    target >page
expect "exit code" 0 $?
expect "nodes" "node1 node2" "$(result nodes kernel.h5)"
expect "readers" "0:node1<-0:node1= 1:node2<-1:node2=" "$(readers kernel.h5)"
expect "doubted reads" "02_read" "$(result cached_reads kernel.h5)"
expect "reported" 1 "$(grep -c 'node1 and node2 run on one kernel (equal boot ids)' page)"
"$here/box_on.sh" node2 umount /proc/sys/kernel/random/boot_id

echo "--- a rank is killed: it is named, and how to remove what remains"
"$root/launch/hosts.sh" one_each --time 600s --size 1GiB --rate 4MiB/s --phases write \
    --result killed.h5 --quiet target 2>output &
run=$!
await "data of both ranks" files_with_data 2 target
# Of the processes of a host, one is a rank.
# shellcheck disable=SC2016 # expanded there
"$here/box_on.sh" node2 sh -c 'for one in /proc/[0-9]*; do
    [ "$(readlink "$one/exe")" != "$TIDEMILL" ] || kill -KILL "${one#/proc/}"
done'
wait "$run"
expect "exit code" 1 $?
grep -v '^tidemill' output
expect "the rank" 1 "$(grep -c '^hosts.sh: rank 1 on node2 was killed by signal 9$' output)"
expect "how to remove" 1 "$(grep -c '^hosts.sh: .*: tidemill run --cleanup killed.h5$' output)"
"$TIDEMILL" run --cleanup killed.h5
expect_empty target

echo "--- SIGTERM ends the run as SIGUSR1 does, though mpirun would kill its ranks"
"$root/launch/hosts.sh" one_each --time 600s --size 1GiB --rate 4MiB/s --phases write \
    --result stopped.h5 --quiet target &
run=$!
await "data in the target" files_with_data 1 target
kill -TERM "$run"
wait "$run"
expect "exit code" 143 $?
expect status interrupted "$(result status stopped.h5)"
expect_empty target

echo "--- SIGUSR1 ends the run, the result is complete"
"$root/launch/hosts.sh" one_each --time 600s --size 1GiB --rate 4MiB/s --phases write \
    --result ended.h5 --quiet target &
run=$!
await "data in the target" files_with_data 1 target
kill -USR1 "$run"
wait "$run"
expect "exit code" 143 $?
expect status interrupted "$(result status ended.h5)"
expect phases "01_write:interrupted" "$(result phases ended.h5)"
expect_empty target

echo "--- a host is named where mpirun's daemon does not start"
orted=$(readlink -f "$(command -v orted)")
printf '#!/bin/sh\nexit 3\n' >other
chmod +x other
"$here/box_on.sh" node2 mount --bind other "$orted"
"$root/launch/hosts.sh" one_each --size 4MiB --result lost.h5 target 2>output
expect "exit code" 1 $?
expect "its daemon" 1 "$(grep -c "daemon did not start on node2 (orted does not run), or was" output)"
"$here/box_on.sh" node2 umount "$orted"
kill -KILL "$(cat node2.pid)"
"$root/launch/hosts.sh" one_each --size 4MiB --result lost.h5 target 2>output
expect "exit code" 1 $?
expect "a dead host" 1 "$(grep -c "daemon did not start on node2 (no answer), or was" output)"
expect "lines of hosts.sh" 1 "$(grep -c ^hosts.sh output)"
expect_empty target
finish
