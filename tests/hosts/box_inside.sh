#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# box_inside.sh COMMAND...: creates the hosts inside the namespaces of box.sh, then runs COMMAND
set -eu
here=$(dirname "$(readlink -f "$0")")

hostname head
ip link set lo up
ip link add box0 type bridge
ip addr add 10.77.0.254/24 dev box0
ip link set box0 up

{
    echo "127.0.0.1 localhost"
    echo "10.77.0.254 head"
    for number in $(seq "$BOX_HOSTS"); do
        echo "10.77.0.$number node$number"
    done
} >"$BOX/hosts"
mount --bind "$BOX/hosts" /etc/hosts

# A host is a tree of processes. The monotonic clocks of hosts differ by a day or more, as on real
# hosts.
for number in $(seq "$BOX_HOSTS"); do
    unshare --net --uts --ipc --mount --propagation slave --pid --fork --kill-child --mount-proc \
        --time --monotonic $((number * 100000)) --boottime $((number * 100000)) \
        "$here/box_host.sh" "node$number" </dev/null &
    echo $! >"$BOX/node$number.outer"
done

for number in $(seq "$BOX_HOSTS"); do
    name=node$number
    for _ in $(seq 10000); do
        [ -e "$BOX/$name.ready" ] && break
        sleep 0.02
    done
    [ -e "$BOX/$name.ready" ] || { echo "box: $name did not come up" >&2; exit 1; }
    read -r outer <"$BOX/$name.outer"
    read -r first _ <"/proc/$outer/task/$outer/children" || [ -n "$first" ] # the file has no line end
    echo "$first" >"$BOX/$name.pid"
    ip link add "veth$number" type veth peer name eth0 netns "$first"
    ip link set "veth$number" master box0 up
    nsenter -t "$first" --net ip addr add "10.77.0.$number/24" dev eth0
    nsenter -t "$first" --net ip link set eth0 up
    nsenter -t "$first" --net ip link set lo up
done

# Each host counts all CPUs as its own: without yielding, ranks that wait would starve the others.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_plm_rsh_agent=$here/box_agent.sh
export OMPI_MCA_btl_tcp_if_include=10.77.0.0/24 OMPI_MCA_oob_tcp_if_include=10.77.0.0/24
export OMPI_MCA_mpi_yield_when_idle=1
export TMPDIR=$BOX
"$@"
