#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# tidemill on a list of hosts, with plain mpirun
#
#   launch/hosts.sh [-n RANKS] [-b BINDING] HOSTFILE [options of "tidemill run"] TARGET...
#
#   launch/hosts.sh hosts.txt --size-per-node 64GiB /scratch
#   launch/hosts.sh -n 2 hosts.txt --time 60s --layout shared --direct require /scratch
#
# HOSTFILE   one host per line, in mpirun's format: "node1" or "node1 slots=2"; "#" starts a comment.
#            The hosts must be reachable by ssh without a password, and have the program and the
#            target at the same paths.
# -n RANKS   ranks on each host. Default: the "slots=" of the file, or one rank per host if there are
#            none. Use few ranks with many threads: one for each NUMA node or network adapter; set
#            the threads with --writers and --producers.
# -b BINDING value of mpirun's --bind-to. Default: none, each rank may use all cores of its host. (By
#            default mpirun binds one or two ranks to one core each, and all threads of a rank would
#            share that core.) For two ranks on a host with two sockets: -b socket.
#
# Everything after HOSTFILE is passed to "tidemill run" unchanged.
#
# Environment
#   TIDEMILL           the program; default: build/release/tidemill of this checkout, else the one
#                      in PATH
#   OMPI_MCA_...       settings of Open MPI, for example OMPI_MCA_btl_tcp_if_include=10.0.0.0/24
#   OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1: required by mpirun when run as
#                      root
#   OMPI_MCA_oob_tcp_keepalive_time, _intvl, _probes: how mpirun detects a lost host; default here:
#                      10 s, 3 s, 3 probes (Open MPI's defaults: 300 s, 20 s, 9 probes)
#
# Exit code: that of tidemill (0 success, 1 failure, 2 usage error or refusal, 3 data were wrong, 130 or
# 143 ended early), and 1 after the loss of a rank or host. What mpirun prints is shortened to a line.
# ^C, SIGTERM and SIGUSR1 end a run early with a complete result; a second one kills it.

set -eu

script=hosts.sh
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
    :) usage "option -$OPTARG requires a value" ;;
    *) usage "unknown option '-$OPTARG' before HOSTFILE" ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || usage "no HOSTFILE given"
host_file=$1
shift

case $ranks in
'' | [1-9] | [1-9][0-9] | [1-9][0-9][0-9]) ;;
*) refuse "-n requires a number of ranks from 1 to 999, not '$ranks'" ;;
esac
if [ ! -f "$host_file" ] || [ ! -r "$host_file" ]; then
    refuse "cannot read the host file '$host_file'"
fi
mapfile -t hosts < <(sed 's/#.*//' "$host_file" | awk 'NF { print $1 }')
[ "${#hosts[@]}" -gt 0 ] || refuse "no host in '$host_file': write one host name per line"
command -v mpirun >/dev/null || refuse "no mpirun in PATH: install Open MPI or load its module"
if [ "$(id -u)" -eq 0 ] &&
    [ "${OMPI_ALLOW_RUN_AS_ROOT:-}${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-}" != 11 ]; then
    refuse "mpirun refuses to run as root: use another user, or set" \
        "OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"
fi
program=$(find_program)

mpirun=(mpirun --hostfile "$host_file" --bind-to "$binding")
if [ -n "$ranks" ]; then
    mpirun+=(--map-by "ppr:$ranks:node" --oversubscribe)
elif ! sed 's/#.*//' "$host_file" | grep -q 'slots *='; then
    mpirun+=(--map-by ppr:1:node)
fi
# The variables that control the output are set here, but rank 0 prints on the first host. There mpirun
# gives it a pseudo terminal, even if the output finally goes to a file.
[ -t 1 ] || export NO_COLOR=1
for name in LANG LC_ALL LC_CTYPE NO_COLOR; do
    if [ -n "${!name:-}" ]; then
        mpirun+=(-x "$name")
    fi
done
export OMPI_MCA_oob_tcp_keepalive_time=${OMPI_MCA_oob_tcp_keepalive_time:-10}
export OMPI_MCA_oob_tcp_keepalive_intvl=${OMPI_MCA_oob_tcp_keepalive_intvl:-3}
export OMPI_MCA_oob_tcp_keepalive_probes=${OMPI_MCA_oob_tcp_keepalive_probes:-3}
# shellcheck disable=SC2034 # launched.sh uses it
run_arguments=("$@")
# shellcheck source=launch/launched.sh
. "$(dirname "$(readlink -f "$0")")/launched.sh"
launch "${mpirun[@]}" "$program" run "$@"
