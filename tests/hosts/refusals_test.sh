#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# refusals_test.sh PROGRAM: usage errors of launch/hosts.sh and launch/slurm.sbatch print one line and
# end with exit code 2
set -u
# shellcheck source=tests/hosts/expect.sh
. "$(dirname "$0")/expect.sh"
folder=$(mktemp -d "${TMPDIR:-/tmp}/tidemill-refusals.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export TIDEMILL=$1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
echo node1 >good
printf '# no host\n\n' >empty

# refused PATTERN COMMAND...
refused() {
    local pattern=$1
    shift
    "$@" >output 2>&1
    expect "exit code of '$*'" 2 $?
    expect "lines" 1 "$(wc -l <output)"
    grep -q -- "$pattern" output
    expect "prints '$pattern'" 0 $?
}

hosts_sh=$root/launch/hosts.sh
refused "no HOSTFILE given; usage" "$hosts_sh"
refused "cannot read the host file 'none'" "$hosts_sh" none /scratch
refused "cannot read the host file '.'" "$hosts_sh" . /scratch
refused "no host in 'empty'" "$hosts_sh" empty /scratch
refused "not '0'" "$hosts_sh" -n 0 good /scratch
refused "not '2x'" "$hosts_sh" -n 2x good /scratch
refused "option -n requires a value" "$hosts_sh" -n
refused "unknown option '-x'" "$hosts_sh" -x good /scratch
refused "no program at '/none'" env TIDEMILL=/none "$hosts_sh" good /scratch
if [ "$(id -u)" -eq 0 ]; then
    refused "OMPI_ALLOW_RUN_AS_ROOT=1" env -u OMPI_ALLOW_RUN_AS_ROOT_CONFIRM "$hosts_sh" good /scratch
fi

batch=$root/launch/slurm.sbatch
refused "submit it with sbatch" env -u SLURM_JOB_ID bash "$batch" /scratch
refused "no program at '/none'" env SLURM_JOB_ID=1 TIDEMILL=/none bash "$batch" /scratch
refused "is mpirun or srun, not 'prun'" \
    env SLURM_JOB_ID=1 TIDEMILL_LAUNCHER=prun bash "$batch" /scratch

echo "--- of mpirun's messages, one line remains that names the cause, and the exit code is tidemill's"
dashes=--------------------------------------------------------------------------
mkdir bin
cat >bin/mpirun <<'SH'
#!/bin/bash
cat "$MESSAGE" >&2
[ -z "${STAYS:-}" ] || exec sleep "$STAYS"
exit "$CODE"
SH
chmod +x bin/mpirun
touch r.h5

# shortened CODE CODE-OF-MPIRUN LINE... <MESSAGE
shortened() {
    local wanted=$1
    cat >message
    MESSAGE=message CODE=$2 PATH=$PWD/bin:$PATH "$hosts_sh" good --result r.h5 /scratch 2>output
    expect "exit code after mpirun's $2" "$wanted" $?
    expect "printed" "$(printf 'hosts.sh: %s\n' "${@:3}")" "$(cat output)"
}

removal="data files may remain: tidemill run --cleanup r.h5"
shortened 1 137 "rank 3 on node2 was killed by signal 9" "$removal" <<END
$dashes
mpirun noticed that process rank 3 with PID 512 on node node2 exited on signal 9 (Killed).
$dashes
END
shortened 2 1 "not enough slots for 64 ranks: write 'slots=N' in the host file, or use -n RANKS" <<END
$dashes
There are not enough slots available in the system to satisfy the 64
slots that were requested by the application:

  tidemill
$dashes
END
shortened 1 205 "lost the connection to mpirun's daemon on node node2: the host or its network failed" \
    "$removal" <<END
$dashes
ORTE has lost communication with a remote daemon.

  HNP daemon   : [[1,0],0] on node node1
  Remote daemon: [[1,0],1] on node node2

This is usually due to either a failure of the TCP network connection
$dashes
END

echo "--- a host where mpirun's daemon did not start is found by another try on each host of the file"
cat >agent <<'SH'
#!/bin/sh
shift # its option
case $*:$1 in
*:node2) exit 255 ;;
*orted*:node3) exit 127 ;;
*orted*:*) echo "Start an Open RTE Daemon"; exit 1 ;;
esac
SH
chmod +x agent
export OMPI_MCA_plm_rsh_agent="none : $PWD/agent --option"
printf 'node1 slots=2\n# none\nnode2\nnode3 # spare\nlocalhost\n' >good
advice="or was lost: check the host, ssh and PATH there"
for code in 1 3 9 137 213; do
    shortened 1 "$code" "mpirun's daemon did not start on node2 (no answer), node3 (orted does not run), $advice" \
        "$removal" <<END
$dashes
ORTE was unable to reliably start one or more daemons.
This usually is caused by:
$dashes
[node1:00081] 1 more process has sent help message help-errmgr-base.txt / no-path
[node1:00081] Set MCA parameter "orte_base_help_aggregate" to 0 to see all help / error messages
END
done
seq -f 'node2 # %g' 9 >good
shortened 1 9 "mpirun's daemon did not start on $(for _ in 1 2 3 4 5 6 7 8; do
    echo -n "node2 (no answer), "; done | sed 's/, $//') and 1 more, $advice" "$removal" <<END
$dashes
ORTE was unable to reliably start one or more daemons.
$dashes
END
echo node1 >good
shortened 1 9 "mpirun's daemon did not start on a host, $advice" "$removal" <<END
$dashes
ORTE was unable to reliably start one or more daemons.
$dashes
END
shortened 1 3 "mpirun's daemon did not start on node7 (Exited with exit code 3), $advice" "$removal" <<END
srun: error: node7: task 0: Exited with exit code 3
srun: launch/slurm: _step_signal: Terminating StepId=3.0
(null): Forwarding signal 18 to job
$dashes
An ORTE daemon has unexpectedly failed after launch and before
communicating back to mpirun. This could be caused by a number
$dashes
END

echo "--- mpirun is ended if it stays after that"
export STAYS=600
SECONDS=0
shortened 1 0 "mpirun's daemon did not start on a host, $advice" "$removal" <<END
$dashes
ORTE was unable to reliably start one or more daemons.
$dashes
END
expect "ended before ten minutes" yes "$([ "$SECONDS" -lt 600 ] && echo yes)"
unset STAYS

cat >message <<END
tidemill: something
$dashes
An unexpected message
  in two lines
$dashes
$dashes
Primary job  terminated normally, but 1 process returned
a non-zero exit code. Per user-direction, the job has been aborted.
$dashes
END
MESSAGE=message CODE=3 PATH=$PWD/bin:$PATH "$hosts_sh" good /scratch 2>output
expect "exit code" 3 $?
expect "an unknown message is repeated" \
    "$(printf '%s\n' 'tidemill: something' 'An unexpected message' '  in two lines')" \
    "$(cat output)"
finish
