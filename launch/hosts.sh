#!/bin/bash
#
# tidemill on a list of hosts, by plain mpirun
#
#   launch/hosts.sh [-n RANKS] [-b BINDING] HOSTFILE [options of "tidemill run"] TARGET...
#
#   launch/hosts.sh hosts.txt --size-per-node 64GiB /scratch
#   launch/hosts.sh -n 2 hosts.txt --time 60s --layout shared --direct require /scratch
#
# HOSTFILE   one host a line, as mpirun reads it: "node1" or "node1 slots=2"; "#" begins a comment.
#            The hosts must be reachable by ssh without a password, and hold the program and the
#            target under the same paths.
# -n RANKS   ranks on each host. Default: as many as the "slots=" of the file say, and one on each
#            host if it says nothing. Few ranks with many threads are the rule: one for each NUMA
#            node or network card; threads are chosen by --writers and --producers.
# -b BINDING what mpirun's --bind-to takes. Default: none, each rank may use all processors of its
#            host. (Left alone, mpirun ties one or two ranks to one core each, and all threads of a
#            rank would share that core.) With two ranks on a host of two sockets: -b socket.
#
# Everything after HOSTFILE goes to "tidemill run" as it is.
#
# Environment
#   TIDEMILL           the program; default build/release/tidemill of this checkout, else the one
#                      in PATH
#   OMPI_MCA_...       settings of Open MPI, for example OMPI_MCA_btl_tcp_if_include=10.0.0.0/24
#   OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1: needed when run as root, which
#                      mpirun refuses otherwise
#   OMPI_MCA_oob_tcp_keepalive_time, _intvl, _probes: how mpirun notices that a host is gone; here
#                      10 s, 3 s and 3 times unless set (its own are 300 s, 20 s and 9 times)
#
# Exit code: that of tidemill (0 fine, 1 something failed, 2 asked wrongly, 3 data were wrong).
# To end a run early with its result complete, send SIGUSR1 to this process: mpirun hands it on to
# the ranks. After ^C or SIGTERM mpirun gives the ranks one second and answers 1.

set -eu

refuse() {
    echo "hosts.sh: $*" >&2
    exit 2
}

usage() {
    refuse "$1; usage: launch/hosts.sh [-n RANKS] [-b BINDING] HOSTFILE [run options] TARGET..."
}

find_program() {
    local built
    built=$(dirname "$(readlink -f "$0")")/../build/release/tidemill
    if [ -n "${TIDEMILL:-}" ]; then
        command -v "$TIDEMILL" || refuse "no program at '$TIDEMILL' (from TIDEMILL)"
    elif [ -x "$built" ]; then
        readlink -f "$built"
    else
        command -v tidemill || refuse "tidemill is not built: run launch/quickstart, or set TIDEMILL"
    fi
}

ranks=
binding=none
while getopts :n:b: option; do
    case $option in
    n) ranks=$OPTARG ;;
    b) binding=$OPTARG ;;
    :) usage "option -$OPTARG wants a value" ;;
    *) usage "unknown option '-$OPTARG' before HOSTFILE" ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || usage "no HOSTFILE given"
host_file=$1
shift

case $ranks in
'' | [1-9] | [1-9][0-9] | [1-9][0-9][0-9]) ;;
*) refuse "-n wants a number of ranks from 1 to 999, not '$ranks'" ;;
esac
if [ ! -f "$host_file" ] || [ ! -r "$host_file" ]; then
    refuse "cannot read the host file '$host_file'"
fi
hosts=$(sed 's/#.*//' "$host_file" | awk 'NF' | wc -l)
[ "$hosts" -gt 0 ] || refuse "no host in '$host_file': write one host name a line"
command -v mpirun >/dev/null || refuse "no mpirun in PATH: install Open MPI or load its module"
if [ "$(id -u)" -eq 0 ] &&
    [ "${OMPI_ALLOW_RUN_AS_ROOT:-}${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-}" != 11 ]; then
    refuse "mpirun refuses to work for root: use another user, or set" \
        "OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"
fi
program=$(find_program)

mpirun=(mpirun -q --hostfile "$host_file" --bind-to "$binding")
if [ -n "$ranks" ]; then
    mpirun+=(--map-by "ppr:$ranks:node" --oversubscribe)
elif ! sed 's/#.*//' "$host_file" | grep -q 'slots *='; then
    mpirun+=(--map-by ppr:1:node)
fi
# What shapes the output is set here, but rank 0 prints it on the first host, and there mpirun gives
# it a pseudo terminal, whatever the output goes to in the end.
[ -t 1 ] || export NO_COLOR=1
for name in LANG LC_ALL LC_CTYPE NO_COLOR; do
    if [ -n "${!name:-}" ]; then
        mpirun+=(-x "$name")
    fi
done
export OMPI_MCA_oob_tcp_keepalive_time=${OMPI_MCA_oob_tcp_keepalive_time:-10}
export OMPI_MCA_oob_tcp_keepalive_intvl=${OMPI_MCA_oob_tcp_keepalive_intvl:-3}
export OMPI_MCA_oob_tcp_keepalive_probes=${OMPI_MCA_oob_tcp_keepalive_probes:-3}
exec "${mpirun[@]}" "$program" run "$@"
