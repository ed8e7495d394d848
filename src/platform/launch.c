/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/launch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "job_environment.h"

/* Returns the value of the first of these variables that is set and not empty, else "". */
static const char *first_set(const char *const names[], int count)
{
    for (int i = 0; i < count && names[i]; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return value;
    }
    return "";
}

static bool is_set(const char *name)
{
    return first_set(&name, 1)[0] != 0;
}

/* Gets the value of the first of these variables that is a whole number; false if there is none. */
static bool read_number(const char *const names[], int count, uint32_t *number)
{
    for (int i = 0; i < count && names[i]; i++) {
        uint64_t value;
        const char *text = getenv(names[i]);
        if (text && units_parse_count(text, &value, NULL) == 0 && value <= UINT32_MAX) {
            *number = (uint32_t)value;
            return true;
        }
    }
    return false;
}

/* sbatch sets SLURM_NTASKS and SLURM_PROCID=0 for its script too, where a single process is
 * correct. Only a step has a step id, or process ids above 0. */
static bool in_slurm_step(void)
{
    uint32_t process = 0;
    read_number((const char *const[]){"SLURM_PROCID"}, 1, &process);
    return is_set("SLURM_STEP_ID") || process > 0;
}

enum { NAMES = 3 };

/* Innermost first: mpirun inside a job starts its daemons by srun, and its ranks inherit the
 * variables of srun. */
static const struct launcher {
    const char *name;
    const char *mark; /* set by this launcher and by no other */
    const char *counts[NAMES];
    const char *numbers[NAMES];
} launchers[] = {
    {"mpirun", "OMPI_COMM_WORLD_SIZE", {"OMPI_COMM_WORLD_SIZE"}, {"OMPI_COMM_WORLD_RANK"}},
    {"jsrun", "JSM_NAMESPACE_SIZE", {"JSM_NAMESPACE_SIZE"}, {"JSM_NAMESPACE_RANK"}},
    {"flux", "FLUX_TASK_RANK", {"FLUX_JOB_SIZE", "PMI_SIZE"}, {"FLUX_TASK_RANK"}},
    {"mpiexec (PALS)", "PALS_RANKID", {"PMI_SIZE", "PALS_LOCAL_SIZE"}, {"PALS_RANKID"}},
    {"mpiexec (hydra)",
     "MPI_LOCALNRANKS",
     {"PMI_SIZE", "MPI_LOCALNRANKS"},
     {"PMI_RANK", "MPI_LOCALRANKID"}},
    {"srun",
     NULL, /* in_slurm_step */
     {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"},
     {"SLURM_PROCID"}},
    {"mpiexec", "PMI_SIZE", {"PMI_SIZE"}, {"PMI_RANK"}},
    {"pmix", "PMIX_RANK", {NULL}, {"PMIX_RANK"}},
};
enum { LAUNCHERS = sizeof launchers / sizeof *launchers };

/* Open MPI connects through PMIx, which mpirun, jsrun and srun --mpi=pmix provide. Slurm's PMI-2
 * requires a special build, which a site announces by OMPI_MCA_pmix. Open MPI cannot use hydra's or
 * Cray's PMI. */
static enum record_truth joinable(const struct launcher *launcher)
{
    if (is_set("PMIX_NAMESPACE") || is_set("PMIX_RANK") || is_set("OMPI_COMM_WORLD_SIZE"))
        return TRUTH_YES;
    if (strcmp(launcher->name, "flux") == 0 || is_set("OMPI_MCA_pmix"))
        return TRUTH_UNKNOWN;
    return TRUTH_NO;
}

void host_detect_launch(struct host_launch *launch)
{
    *launch = (struct host_launch){.launcher = "alone", .joinable = TRUTH_YES, .advice = ""};
    for (int i = 0; i < LAUNCHERS; i++) {
        const struct launcher *launcher = &launchers[i];
        if (launcher->mark ? !is_set(launcher->mark) : !in_slurm_step())
            continue;
        launch->launcher = launcher->name;
        launch->launched = true;
        read_number(launcher->counts, NAMES, &launch->processes);
        read_number(launcher->numbers, NAMES, &launch->process);
        launch->joinable = joinable(launcher);
        break;
    }
    /* A single process needs no PMIx, except in a Slurm step, where Open MPI insists on it. */
    if (launch->processes <= 1 && launch->joinable == TRUTH_NO && !in_slurm_step())
        launch->joinable = TRUTH_UNKNOWN;
    if (launch->joinable == TRUTH_YES)
        return;
    launch->advice = strcmp(launch->launcher, "srun") == 0
                         ? "use srun --mpi=pmix, or mpirun inside the allocation"
                         : "use the mpirun of the Open MPI that tidemill was built with";
}

int host_detect_job(struct record_job *job, struct failure *why)
{
    static const char *const ids[] = {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "FLUX_JOB_ID",
                                      "JOB_ID"};
    static const char *const partitions[] = {"SLURM_JOB_PARTITION", "PBS_QUEUE", "LSB_QUEUE",
                                             "QUEUE"};
    static const char *const nodes[] = {"SLURM_JOB_NUM_NODES", "SLURM_NNODES", "PBS_NUM_NODES",
                                        "FLUX_JOB_NNODES", "NHOSTS"};
    struct text lines = {0};
    struct host_launch launch;
    uint32_t nodes_asked = 0;

    host_detect_launch(&launch);
    read_number(nodes, sizeof nodes / sizeof *nodes, &nodes_asked);
    *job = (struct record_job){.nodes_asked = nodes_asked, .launched = launch.launched};
    text_copy(job->launcher, sizeof job->launcher, launch.launcher);
    text_copy(job->job_id, sizeof job->job_id, first_set(ids, sizeof ids / sizeof *ids));
    text_copy(job->partition, sizeof job->partition,
              first_set(partitions, sizeof partitions / sizeof *partitions));
    job_environment(environ, &lines);
    job->environment = lines.failed ? NULL : strdup(text_string(&lines));
    text_release(&lines);
    return job->environment ? 0 : failure_system(why, ENOMEM, "cannot copy the environment");
}
