/*
 * The job that this process belongs to and who started it, as the environment tells. Reads
 * variables by a list of names, so nothing secret can slip in; believes them, and leaves it to the
 * caller to compare them with the size of the MPI world.
 */
#ifndef TIDEMILL_PLATFORM_LAUNCH_H
#define TIDEMILL_PLATFORM_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "record/record.h"

/* The job as the environment tells it: launcher, job id, partition, nodes asked, selected variables
 * (never secrets). launcher is "alone" when nothing tells of one. */
int host_job(struct record_job *job, struct failure *why);

/* What the environment says about who started this process. */
struct host_launch {
    const char *launcher; /* "mpirun", "srun", "mpiexec (hydra)", "flux" ...; "alone" */
    bool launched;        /* by one of them */
    uint32_t processes;   /* that were started together; 0 when nobody says */
    uint32_t process;     /* the number of this one, from 0 */
    /* Can Open MPI join them? NO: they would be as many worlds of one, or MPI_Init would end each
     * of them with a page of text (as it does under srun without PMIx, be it one process): refuse
     * before MPI_Init, process 0 printing. UNKNOWN: call MPI_Init, and refuse if the world has one
     * rank although 'processes' is more. */
    enum record_truth joinable;
    const char *advice; /* how to start them instead; "" when joinable */
};

void host_look_at_launch(struct host_launch *launch);

#endif
