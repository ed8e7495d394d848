/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The batch job of this process and the launcher that started it, from environment variables. Only
 * a fixed list of variables is read, so that no secret is recorded. The values are not checked; the
 * caller compares them with the size of MPI_COMM_WORLD.
 */
#ifndef TIDEMILL_PLATFORM_LAUNCH_H
#define TIDEMILL_PLATFORM_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "record/record.h"

/* Sets the job: launcher, job id, partition, requested nodes, selected variables (no secrets). The
 * launcher is "alone" if no variable names one. -ENOMEM. */
int host_detect_job(struct record_job *job, struct failure *why);

/* How this process was started. */
struct host_launch {
    const char *launcher; /* "mpirun", "srun", "mpiexec (hydra)", "flux" ...; "alone" */
    bool launched;        /* by one of them */
    uint32_t processes;   /* number of processes started together; 0 = unknown */
    uint32_t process;     /* index of this process, from 0 */
    /* Whether Open MPI can connect the processes. NO: each would get an MPI_COMM_WORLD of its own,
     * or MPI_Init would end each of them with a page of text (as it does under srun without PMIx,
     * even for one process); so refuse before MPI_Init, and print on process 0. UNKNOWN: call
     * MPI_Init, and refuse if MPI_COMM_WORLD has one rank although 'processes' is larger. */
    enum record_truth joinable;
    const char *advice; /* how to start the processes instead; "" if joinable */
};

/* Detects the launcher. */
void host_detect_launch(struct host_launch *launch);

#endif
