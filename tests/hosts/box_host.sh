#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# box_host.sh NAME: the first process of a simulated host; it reaps orphans, as init does
set -eu
hostname "$1"
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs -o size=64m local /mnt
mkdir /mnt/local
# A machine of its own has its own kernel; box_one_kernel in expect.sh makes two hosts containers.
cat /proc/sys/kernel/random/uuid >"$BOX/$1.boot_id"
mount --bind "$BOX/$1.boot_id" /proc/sys/kernel/random/boot_id
: >"$BOX/$1.ready"
while :; do
    sleep 1000 &
    wait $! || true
done
