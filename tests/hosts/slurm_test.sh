#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# slurm_test.sh PROGRAM: submits launch/slurm.sbatch to a real Slurm on two simulated hosts
set -u
# shellcheck source=tests/hosts/expect.sh
. "$(dirname "$0")/expect.sh"
if [ -z "${BOX:-}" ]; then
    need mpirun slurmctld slurmd sbatch srun scancel squeue scontrol
    exec "$here/box.sh" 2 "$0" "$@"
fi

export TIDEMILL=$1
# shellcheck source=tests/hosts/box_slurm.sh
. "$here/box_slurm.sh"
cd "$BOX" || exit 1
mkdir target

# submit ARGUMENT...: sets 'job'
submit() {
    job=$(sbatch --parsable "$root/launch/slurm.sbatch" "$@") || exit 1
}

await_data() {
    await "data in the target" files_with_data 1 target
}

state_of_job() {
    scontrol show job "$job" | sed -n 's/.*JobState=\([A-Z]*\).*/\1/p'
}

# False also if the controller does not answer.
# shellcheck disable=SC2317 # await calls it
job_ended() {
    case $(state_of_job) in
    '' | PENDING | CONFIGURING | RUNNING | COMPLETING | SUSPENDED) return 1 ;;
    esac
}

# Waits for the end of 'job' and sets 'code'.
await_job() {
    await "job $job has ended" job_ended
    code=$(scontrol show job "$job" | sed -n 's/.* ExitCode=\([0-9]*\):.*/\1/p')
    cat "tidemill-$job.out"
}

check_whole_run() {
    submit --size 24MiB --verify --result "$1.h5" target
    await_job
    expect "$1: exit code" 0 "$code"
    expect "$1: status" complete "$(result status "$1.h5")"
    expect "$1: nodes" "node1 node2" "$(result nodes "$1.h5")"
    expect "$1: ranks of the nodes" "1 1" "$(result ranks "$1.h5")"
    expect "$1: job id" "$job" "$(result job_id "$1.h5")"
    expect_empty target
}

check_signal() {
    submit --time 600s --size 1GiB --rate 4MiB/s --phases write --result "$1-ended.h5" target
    await_data
    scancel --signal=USR1 --batch "$job"
    await_job
    expect "$1 signalled: exit code" 143 "$code"
    expect "$1 signalled: status" interrupted "$(result status "$1-ended.h5")"
    expect_empty target
}

check_refusal() {
    submit --size 24MiB --result refused.h5 "$BOX/nowhere/at/all"
    await_job
    expect "$1 refusing: exit code" 2 "$code"
    expect "$1 refusing: lines of tidemill" 1 "$(grep -c '^tidemill' "tidemill-$job.out")"
}

for launcher in mpirun srun; do
    export TIDEMILL_LAUNCHER=$launcher
    echo "--- $launcher"
    check_whole_run "$launcher"
    check_signal "$launcher"
    check_refusal "$launcher"
done

# slow NAME: submits a job with result NAME.h5 and waits until its first phase writes
slow() {
    submit --time 600s --size 1GiB --rate 4MiB/s --phases write,verify --result "$1.h5" target
    await_data
}

# interrupted NAME: the result and its first phase are interrupted, and the files are removed
interrupted() {
    expect "$1: status" interrupted "$(result status "$1.h5")"
    expect "$1: phases" "01_write:interrupted 02_verify:skipped" "$(result phases "$1.h5")"
    expect_empty target
}

echo "--- srun: a signal to the job's steps reaches the ranks themselves"
for signal in INT TERM USR1 USR2; do
    slow "$signal"
    scancel --signal="$signal" "$job"
    await_job
    expect "$signal: exit code" "$([ "$signal" = INT ] && echo 130 || echo 143)" "$code"
    interrupted "$signal"
done

# The script forwards SIGTERM to ranks that Slurm has already sent one; if late, it is their second.
echo "--- srun: the end of a job, by hand or at its time limit: SIGTERM to all, SIGKILL later"
slow cancelled
scancel "$job"
await_job
expect "cancelled: state" CANCELLED "$(state_of_job)"
expect "cancelled: status" interrupted "$(result status cancelled.h5)"
"$TIDEMILL" run --cleanup cancelled.h5
expect "cancelled: exit code of --cleanup" 0 $?
expect_empty target

echo "--- srun without PMIx starts separate ranks: refused, once"
srun --mpi=none -N 2 --ntasks-per-node=1 "$TIDEMILL" run --size 24MiB --result alone.h5 target \
    2>refusal
expect "exit code" 2 $?
expect "lines of tidemill" 1 "$(grep -c '^tidemill' refusal)"
expect "result" "" "$(find . -name alone.h5)"
grep '^tidemill' refusal
expect_empty target

echo "--- mpirun: a node is named where its daemon does not start"
orted=$(readlink -f "$(command -v orted)")
printf '#!/bin/sh\nexit 3\n' >other
chmod +x other
"$here/box_on.sh" node2 mount --bind other "$orted"
export TIDEMILL_LAUNCHER=mpirun
submit --size 4MiB --result lost.h5 target
await_job
expect "exit code" 1 "$code"
expect "its daemon" 1 "$(grep -c "did not start on node2 (Exited with exit code 3), or" "tidemill-$job.out")"
expect_empty target
[ "$failures" -eq 0 ] || box_slurm_log
finish
