#!/bin/bash
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
finish
