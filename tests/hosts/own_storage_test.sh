#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# own_storage_test.sh PROGRAM: hosts with local storage, and the plan for its space
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

echo "--- two directories of one file system share its space"
# An overlay may be shared by nodes: neither its type nor a device shows that it is local.
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
    expect "directories that get half of the space" 2 "$(grep -c 'gets 30.0 MiB$' plan)"
    "$root/launch/hosts.sh" hostfile --size 96MiB --result no.h5 /mnt/both/a /mnt/both/b 2>refusal
    expect "exit code" 2 $?
    cat refusal
    expect "refusals" 1 \
        "$(grep -c "needs 96.0 MiB (100663296 bytes) on '/mnt/both/a' and other targets of its file system" refusal)"
    "$root/launch/hosts.sh" hostfile --size 60MiB --dry-run /mnt/both/a /mnt/both/b >plan
    expect "exit code" 0 $?
else
    echo "skipped: no overlay can be mounted here"
fi
# readers FILE: which rank read which file, according to the slowest requests
readers() {
    "$python" -c 'import sys, h5py
slowest = h5py.File(sys.argv[1])["phases/01_verify/slowest"]
names = [path.rsplit("/")[-1] for path in slowest["path"].asstr()]
print(*sorted({f"{rank}:{name}" for rank, name in zip(slowest["rank"], names)}))' "$1"
}

echo "--- each host reads the files that it wrote to local storage"
"$root/launch/hosts.sh" hostfile --size 8MiB --phases write --keep --result kept.h5 --quiet \
    /mnt/local
expect "exit code" 0 $?
"$root/launch/hosts.sh" hostfile --options-from kept.h5 --phases verify --result found.h5 --quiet
expect "exit code" 0 $?
expect phases "01_verify:complete" "$(result phases found.h5)"
expect "files by readers" "0:r0 1:r1" "$(readers found.h5)"

echo "--- a file on shared storage is read by another host than the one that wrote it"
mkdir target
"$root/launch/hosts.sh" hostfile --size 8MiB --phases write --keep --result all.h5 --quiet target
expect "exit code" 0 $?
"$root/launch/hosts.sh" hostfile --options-from all.h5 --phases verify --result seen.h5 --quiet
expect "exit code" 0 $?
expect "files by readers" "0:r1 1:r0" "$(readers seen.h5)"

echo "--- tune: all hosts probe their own storage, and read what they wrote there"
few=(--buffer-size 64k --writers 1 --producers 1 --buffer-count 4 --huge-pages never --no-preallocate
    --direct never --size 8MiB)
mpirun -q --hostfile hostfile --map-by ppr:1:node --bind-to none "$TIDEMILL" tune "${few[@]}" \
    --budget 3s --result tuned.h5 /mnt/local >page
expect "exit code" 0 $?
cat page
expect "phases measured" 2 "$(grep -cE '^  (write|read)  *[0-9.]+ [GMK]iB/s' page)"
expect "probes that failed" 0 "$(grep -c 'could not be measured' page)"
"$root/launch/hosts.sh" hostfile --size 8MiB --options-from tuned.conf --phases write,read --verify \
    --result settled.h5 --quiet /mnt/local
expect "exit code" 0 $?
expect phases "01_write:complete 02_read:complete" "$(result phases settled.h5)"
for host in node1 node2; do
    expect "left on $host" "" "$("$here/box_on.sh" "$host" find /mnt/local -newer tuned.h5 -type f)"
done

# differs WHAT PATTERN: a run on $PWD/mounted is refused before it leaves anything
differs() {
    "$root/launch/hosts.sh" hostfile --size 8MiB --result differs.h5 "$PWD/mounted" 2>refusal
    expect "$1: exit code" 2 $?
    grep '^tidemill' refusal
    expect "$1: names both" 1 "$(grep -c "$2" refusal)"
    expect "$1: result" "" "$(find . -name differs.h5)"
    expect_empty mounted
    for host in node1 node2; do
        expect "$1: left on $host" "" "$("$here/box_on.sh" "$host" ls -A "$PWD/mounted")"
    done
}

echo "--- a mount that is missing on one host"
mkdir mounted
"$here/box_on.sh" node1 mount -t ramfs nodes_memory "$PWD/mounted"
differs missing "mounted' is ramfs on node1 (nodes_memory, .*) but .* on node2 (.*mounted at '/"
"$root/launch/hosts.sh" hostfile --size 8MiB --force --result forced.h5 mounted >page
expect "exit code with --force" 0 $?
grep -A 1 'is ramfs from nodes_memory on node1 but ' page
expect "reported" 1 "$(grep -c 'is ramfs from nodes_memory on node1 but ' page)"
"$here/box_on.sh" node1 umount mounted

echo "--- the mount of the same type is missing on one host"
type=$(stat -f -c %T .)
if [ "$type" = ext2/ext3 ] && truncate -s 64M image && mkfs.ext4 -q image &&
    "$here/box_on.sh" node1 mount -o loop image mounted; then
    "$here/box_on.sh" node1 rmdir "$PWD/mounted/lost+found"
    differs same-type "is ext4 on node1 (/dev/loop.*mounted') but ext4 on node2"
    "$here/box_on.sh" node1 umount mounted
else
    echo "skipped: no loop device, or '$type' here"
fi

echo "--- hosts that should share a file system, and do not"
if [ -x "$FAULT_FS" ] && [ -w /dev/fuse ]; then
    for host in node1 node2; do
        mkdir "behind_$host"
        FAULT_TYPE=sshfs "$here/box_on.sh" "$host" "$FAULT_FS" "$PWD/behind_$host" "$PWD/mounted" &
        await "a mount on $host" "$here/box_on.sh" "$host" mountpoint -q mounted
    done
    differs apart "node2 does not see what the first node created in .*(fuse.sshfs, fault_fs"
    for host in node1 node2; do
        "$here/box_on.sh" "$host" umount mounted
    done
    wait
else
    echo "skipped: no FUSE"
fi
finish
