/* tidemill run --cleanup RESULT: removes what a dead run left, known by its run id and its plan. */
#ifndef TIDEMILL_PREPARE_CLEANUP_H
#define TIDEMILL_PREPARE_CLEANUP_H

#include <stdbool.h>
#include <stdint.h>

#include "prepare/setup.h"

/* What was removed, on all nodes together. */
struct cleaned {
    bool begun; /* nothing was refused beforehand */
    char run_id[RECORD_NAME];
    uint64_t files;
    uint64_t folders;
};

/* Removes the files of the run that 'options.run.cleanup' names. Collective; 0, or -errno with the
 * same line in 'why' on every rank: before anything was removed while 'begun' is false. */
int cleanup(struct setup *setup, struct cleaned *cleaned, struct failure *why);

#endif
