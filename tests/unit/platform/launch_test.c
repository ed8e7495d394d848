/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

enum { VARIABLES = 8 };

static const struct {
    const char *variables[VARIABLES];
    const char *launcher;
    uint32_t processes;
    uint32_t process;
    enum record_truth joinable;
} cases[] = {
    /* no launcher */
    {{NULL}, "alone", 0, 0, TRUTH_YES},
    /* mpirun of Open MPI, plain and inside a job whose daemons srun started */
    {{"OMPI_COMM_WORLD_SIZE=4", "OMPI_COMM_WORLD_RANK=3", "PMIX_RANK=3", "PMIX_NAMESPACE=1"},
     "mpirun",
     4,
     3,
     TRUTH_YES},
    {{"OMPI_COMM_WORLD_SIZE=8", "OMPI_COMM_WORLD_RANK=7", "PMIX_RANK=7", "SLURM_STEP_ID=0",
      "SLURM_STEP_NUM_TASKS=2", "SLURM_PROCID=1"},
     "mpirun",
     8,
     7,
     TRUTH_YES},
    /* srun with PMIx, without anything, with PMI-2 */
    {{"SLURM_STEP_ID=0", "SLURM_STEP_NUM_TASKS=4", "SLURM_PROCID=2", "PMIX_RANK=2"},
     "srun",
     4,
     2,
     TRUTH_YES},
    {{"SLURM_STEP_ID=0", "SLURM_STEP_NUM_TASKS=4", "SLURM_PROCID=2"}, "srun", 4, 2, TRUTH_NO},
    {{"SLURM_STEP_ID=0", "SLURM_STEP_NUM_TASKS=4", "SLURM_PROCID=0", "PMI_FD=3", "PMI_RANK=0",
      "PMI_SIZE=4"},
     "srun",
     4,
     0,
     TRUTH_NO},
    {{"SLURM_STEP_ID=0", "SLURM_STEP_NUM_TASKS=4", "SLURM_PROCID=0", "PMI_FD=3",
      "OMPI_MCA_pmix=s2"},
     "srun",
     4,
     0,
     TRUTH_UNKNOWN},
    /* a batch script: the job has four tasks, this process is none of them */
    {{"SLURM_JOB_ID=7", "SLURM_NTASKS=4", "SLURM_PROCID=0"}, "alone", 0, 0, TRUTH_YES},
    /* but a process id above 0 is not a batch script */
    {{"SLURM_NTASKS=4", "SLURM_PROCID=1"}, "srun", 4, 1, TRUTH_NO},
    /* one task of srun: MPI_Init would end it */
    {{"SLURM_STEP_ID=4294967290", "SLURM_STEP_NUM_TASKS=1", "SLURM_PROCID=0"},
     "srun",
     1,
     0,
     TRUTH_NO},
    /* MPICH and Intel MPI, also started through srun */
    {{"PMI_SIZE=16", "PMI_RANK=5", "MPI_LOCALNRANKS=4", "MPI_LOCALRANKID=1"},
     "mpiexec (hydra)",
     16,
     5,
     TRUTH_NO},
    {{"PMI_SIZE=16", "PMI_RANK=5", "MPI_LOCALNRANKS=4", "SLURM_STEP_ID=0",
      "SLURM_STEP_NUM_TASKS=2"},
     "mpiexec (hydra)",
     16,
     5,
     TRUTH_NO},
    {{"PMI_SIZE=2", "PMI_RANK=1"}, "mpiexec", 2, 1, TRUTH_NO},
    {{"PALS_RANKID=3", "PMI_SIZE=4"}, "mpiexec (PALS)", 4, 3, TRUTH_NO},
    {{"FLUX_TASK_RANK=1", "FLUX_JOB_SIZE=2"}, "flux", 2, 1, TRUTH_UNKNOWN},
    {{"PMIX_RANK=2", "PMIX_NAMESPACE=x"}, "pmix", 0, 2, TRUTH_YES},
    /* invalid numbers are ignored */
    {{"PMI_SIZE=many", "PMI_RANK=-1"}, "mpiexec", 0, 0, TRUTH_UNKNOWN},
    {{"PMI_SIZE=", "PMI_RANK=1"}, "alone", 0, 0, TRUTH_YES},
    {{"PMI_SIZE=99999999999", "PMI_RANK=1"}, "mpiexec", 0, 1, TRUTH_UNKNOWN},
};

static void set_variables(const char *const variables[VARIABLES])
{
    clearenv();
    for (int i = 0; i < VARIABLES && variables[i]; i++) {
        char name[64];
        const char *value = strchr(variables[i], '=') + 1;
        snprintf(name, sizeof name, "%.*s", (int)(value - variables[i] - 1), variables[i]);
        setenv(name, value, 1);
    }
}

static void launchers_are_detected(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct host_launch launch;
        set_variables(cases[i].variables);
        host_detect_launch(&launch);
        assert_string_equal(launch.launcher, cases[i].launcher);
        assert_int_equal(launch.processes, cases[i].processes);
        assert_int_equal(launch.process, cases[i].process);
        assert_int_equal(launch.joinable, cases[i].joinable);
        assert_int_equal(launch.advice[0] == 0, launch.joinable == TRUTH_YES);
    }
}

static void the_job_is_recorded_without_secrets(void **state)
{
    static const char *const variables[VARIABLES] = {
        "SLURM_JOB_ID=4711",    "SLURM_JOB_PARTITION=fat",      "SLURM_JOB_NUM_NODES=12",
        "SLURM_JWT=secret",     "AWS_SECRET_ACCESS_KEY=secret", "OMP_NUM_THREADS=2\nFAKE=1",
        "PMIX_MCA_token=secret"};
    (void)state;
    struct record_job job;
    set_variables(variables);
    assert_int_equal(host_detect_job(&job, NULL), 0);
    assert_string_equal(job.launcher, "alone");
    assert_string_equal(job.job_id, "4711");
    assert_string_equal(job.partition, "fat");
    assert_int_equal(job.nodes_asked, 12);
    assert_null(strstr(job.environment, "secret"));
    assert_non_null(strstr(job.environment, "OMP_NUM_THREADS=2 FAKE=1\n"));
    assert_non_null(strstr(job.environment, "SLURM_JOB_NUM_NODES=12\n"));
    free(job.environment);
}

static void without_a_job_fields_are_empty(void **state)
{
    static const char *const none[VARIABLES] = {NULL};
    static const char *const pbs[VARIABLES] = {"PBS_JOBID=9.server", "PBS_QUEUE=night",
                                               "SLURM_JOB_ID="};
    (void)state;
    struct record_job job;
    set_variables(none);
    assert_int_equal(host_detect_job(&job, NULL), 0);
    assert_string_equal(job.launcher, "alone");
    assert_string_equal(job.job_id, "");
    assert_string_equal(job.environment, "");
    assert_int_equal(job.nodes_asked, 0);
    free(job.environment);
    set_variables(pbs);
    assert_int_equal(host_detect_job(&job, NULL), 0);
    assert_string_equal(job.job_id, "9.server");
    assert_string_equal(job.partition, "night");
    free(job.environment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(launchers_are_detected),
        cmocka_unit_test(the_job_is_recorded_without_secrets),
        cmocka_unit_test(without_a_job_fields_are_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
