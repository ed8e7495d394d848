#!/bin/bash
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
finish
