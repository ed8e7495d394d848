#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# box.sh HOSTS COMMAND...: runs COMMAND in a simulated cluster, which ends with it
#
# COMMAND runs on the head. The simulated hosts node1, node2 ... (HOSTS of them) are on one bridge
# with the head. Each has its own network, name, boot id, processes, monotonic clock, /dev/shm and
# /mnt/local; the rest of the file system is common to all, like a shared one. The hosts and the
# head are namespaces: nothing on the machine changes, and when COMMAND or this script ends, even by
# SIGKILL, the kernel removes all of it (after SIGKILL only the directory BOX is left).
#
# COMMAND gets BOX (a directory that all hosts share, removed at the end), BOX_HOSTS, the settings
# with which mpirun starts processes on the hosts, and box_on.sh, which runs a command on a host.
# Exit code: that of COMMAND; 77 with a reason if the cluster cannot be created.

set -eu
here=$(dirname "$(readlink -f "$0")")

skip() {
    echo "skipped: $*"
    exit 77
}

[ "$(id -u)" -eq 0 ] || skip "simulated hosts need root"
for tool in unshare nsenter setpriv ip mpirun; do
    command -v "$tool" >/dev/null || skip "simulated hosts need '$tool'"
done
unshare --mount --net --uts --ipc --pid --time --fork true 2>/dev/null ||
    skip "the kernel does not grant the namespaces of a simulated host"

export BOX_HOSTS=$1
shift
BOX=$(mktemp -d "${TMPDIR:-/tmp}/tidemill-box.XXXXXX")
export BOX
child=
# Killing the outermost process ends everything inside; its mounts go with it.
trap 'rm -rf --one-file-system "$BOX"' EXIT
trap '[ -z "$child" ] || kill -KILL "$child"' INT TERM HUP

setpriv --pdeathsig KILL unshare --mount --propagation private --net --ipc --uts --pid --fork \
    --kill-child --mount-proc "$here/box_inside.sh" "$@" &
child=$!
code=0
wait "$child" || code=$?
exit "$code"
