#!/bin/bash
# own_storage_test.sh PROGRAM: hosts that have storage of their own, and what fits there
set -u
# shellcheck source=tests/hosts/expect.sh
. "$(dirname "$0")/expect.sh"
if [ -z "${BOX:-}" ]; then
    need mpirun
    exec "$here/box.sh" 2 "$0" "$@"
fi

export TIDEMILL=$1
cd "$BOX" || exit 1
printf 'node1\nnode2\n' >hostfile

echo "--- two folders of one file system have its room together"
# An overlay counts as one that nodes may share: its type does not tell, and it has no device.
mounted=yes
for host in node1 node2; do # 64 MiB each
    "$here/box_on.sh" "$host" sh -c 'mkdir /mnt/low /mnt/up /mnt/work /mnt/both &&
        mount -t overlay overlay -o lowerdir=/mnt/low,upperdir=/mnt/up,workdir=/mnt/work /mnt/both &&
        mkdir /mnt/both/a /mnt/both/b' || mounted=no
done
if [ "$mounted" = yes ]; then
    "$root/launch/hosts.sh" hostfile --time 5s --dry-run /mnt/both/a /mnt/both/b >plan
    expect "exit code" 0 $?
    cat plan
    expect "folders that get half of the room" 2 "$(grep -c 'gets 30.0 MiB$' plan)"
    "$root/launch/hosts.sh" hostfile --size 96MiB --result no.h5 /mnt/both/a /mnt/both/b 2>refusal
    expect "exit code" 2 $?
    cat refusal
    expect "refusals" 1 \
        "$(grep -c "puts 100663296 bytes on '/mnt/both/a' and other targets of its file system" refusal)"
    "$root/launch/hosts.sh" hostfile --size 60MiB --dry-run /mnt/both/a /mnt/both/b >plan
    expect "exit code" 0 $?
else
    echo "skipped: no overlay can be mounted here"
fi
finish
