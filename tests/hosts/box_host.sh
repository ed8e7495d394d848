#!/bin/bash
# box_host.sh NAME: the first process of a simulated host; it reaps orphans, as init does
set -eu
hostname "$1"
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs -o size=64m local /mnt
mkdir /mnt/local
: >"$BOX/$1.ready"
while :; do
    sleep 1000 &
    wait $! || true
done
