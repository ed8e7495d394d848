#!/bin/bash
#
# box.sh HOSTS COMMAND...: runs COMMAND beside a pretend cluster that lives as long as it
#
# HOSTS pretend hosts node1, node2 ... hang on one bridge with the head, where COMMAND runs. Each
# has its own network, name, processes, monotonic clock, /dev/shm and /mnt/local; everything else
# of the file system is the same for all, like a shared one. All of it, the head included, lives
# in namespaces of its own: nothing of the machine is changed, and when COMMAND or this script ends,
# even by SIGKILL, the kernel takes everything away (SIGKILL leaves the folder BOX alone behind).
#
# For COMMAND: BOX (a folder seen by all hosts, removed at the end), BOX_HOSTS, the settings that
# let mpirun start processes on the hosts, and box_on.sh, which runs a command on a host.
# Exit code: COMMAND's; 77 with a reason where such a cluster cannot be made.

set -eu
here=$(dirname "$(readlink -f "$0")")

skip() {
    echo "skipped: $*"
    exit 77
}

[ "$(id -u)" -eq 0 ] || skip "pretend hosts need root"
for tool in unshare nsenter setpriv ip mpirun; do
    command -v "$tool" >/dev/null || skip "pretend hosts need '$tool'"
done
unshare --mount --net --uts --ipc --pid --time --fork true 2>/dev/null ||
    skip "the kernel does not grant the namespaces of a pretend host"

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
