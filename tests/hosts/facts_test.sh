#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# facts_test.sh PROGRAM: 'facts' prints each host once and marks the facts that differ
set -u
# shellcheck source=tests/hosts/expect.sh
. "$(dirname "$0")/expect.sh"
if [ -z "${BOX:-}" ]; then
    need mpirun
    exec "$here/box.sh" 3 "$0" "$@"
fi

cd "$BOX" || exit 1
mkdir target
# On one host, users may lock less memory than on the others.
cat >limited <<'SH'
#!/bin/bash
[ "$(uname -n)" != node2 ] || ulimit -l 512
exec "$TIDEMILL" "$@"
SH
chmod +x limited
export TIDEMILL=$1

facts() { # HOSTS ARGUMENT...
    mpirun -q --host "$1" --bind-to none -x TIDEMILL ./limited facts "${@:2}" >page
}

echo "--- three hosts, one of which differs"
facts node1:2,node2:1,node3:1 target /mnt/local
expect "exit code" 0 $?
expect "first line" "3 nodes, 4 ranks" "$(head -n 1 page | cut -d, -f1,2)"
expect "rows of nodes" "node1 node2 node3" "$(sed -n '3,5s/^[* ] //p' page | cut -d ' ' -f 1 | xargs)"
expect "odd host" "* node2  lockable" "$(grep '^\* node' page)"
expect "its limit" "node2: 512 KiB" "$(grep -o 'node2: 512 KiB' page)"
expect "facts that differ" 1 "$(grep -c '^\* lockable' page)"
expect_empty target

echo "--- equal hosts"
facts node1:1,node3:1 target
expect "exit code" 0 $?
expect "marks" 0 "$(grep -c '^\*' page)"

echo "--- momentary values are shown, not compared"
huge=/sys/kernel/mm/hugepages/hugepages-$(awk '/^Hugepagesize/ { print $2 }' /proc/meminfo)kB
if [ -e "$huge/free_hugepages" ]; then
    simulate() { # HOST FILE NUMBER
        echo "$3" >"$1.$2"
        "$here/box_on.sh" "$1" mount --bind "$1.$2" "$huge/$2"
    }
    simulate node1 nr_hugepages 640
    simulate node1 free_hugepages 600
    simulate node3 nr_hugepages 640
    simulate node3 free_hugepages 611
    facts node1:1,node3:1
    expect "exit code" 0 $?
    expect "marks" 0 "$(grep -c '^\*' page)"
    expect "huge pages" 1 "$(grep -c '^  huge pages *640 explicit of ' page)"
    expect "free ones" 1 "$(grep -c '^    free *600 explicit; ' page)"
    expect "free ones of the other host" 1 "$(grep -c '^  *node3: 611 explicit; ' page)"
    simulate node3 nr_hugepages 320
    facts node1:1,node3:1
    expect "marks of another number set aside" "* node3  huge pages" "$(grep '^\* node' page)"
else
    echo "skipped: no explicit huge pages in this kernel"
fi

echo "--- a target that is missing on one host"
"$here/box_on.sh" node3 mkdir -p /mnt/local/only
facts node1:1,node3:1 /mnt/local/only/new
expect "exit code" 1 $?
expect "hosts without it" 1 "$(grep -c 'cannot create target' page)"
finish
