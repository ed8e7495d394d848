# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced inside a box: starts Slurm with its controller on the head and a daemon on each host,
# waits until all hosts are idle, and exports SLURM_CONF. box_slurm_log prints the ends of the logs.

slurm=$BOX/slurm
hosts_folder=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
mkdir -p "$slurm/state"

cat >"$slurm/slurm.conf" <<CONF
ClusterName=box
SlurmctldHost=head(10.77.0.254)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool.%n
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.%n.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
KillWait=30
NodeName=node[1-$BOX_HOSTS] CPUs=4 RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
echo "CgroupPlugin=cgroup/v1" >"$slurm/cgroup.conf"
# PMIx creates a directory for each step, with the same name on all hosts: it must not be shared.
echo "PMIxCliTmpDirBase=/mnt/local" >"$slurm/mpi.conf"
export SLURM_CONF=$slurm/slurm.conf

box_slurm_log() {
    tail -n 20 "$slurm"/*.log >&2
}

slurmctld -f "$SLURM_CONF"
for number in $(seq "$BOX_HOSTS"); do
    mkdir -p "$slurm/spool.node$number"
    "$hosts_folder/box_on.sh" "node$number" slurmd -f "$SLURM_CONF" -N "node$number"
done
for _ in $(seq 3000); do
    [ "$(sinfo -h -N -o %T 2>/dev/null | grep -c idle)" -eq "$BOX_HOSTS" ] && break
    sleep 0.1
done
if [ "$(sinfo -h -N -o %T | grep -c idle)" -ne "$BOX_HOSTS" ]; then
    echo "box: Slurm did not come up" >&2
    box_slurm_log
    exit 1
fi
# Inside Slurm, mpirun starts its daemons with srun instead of the agent of the box.
unset OMPI_MCA_plm_rsh_agent
