/* SPDX-License-Identifier: Apache-2.0 */
/* tidemill run --cleanup RESULT: removes the files that a dead run left, by its run id and plan. */
#ifndef TIDEMILL_PREPARE_CLEANUP_H
#define TIDEMILL_PREPARE_CLEANUP_H

#include <stdbool.h>
#include <stdint.h>

#include "prepare/setup.h"

/* What was removed, on all nodes together. */
struct cleaned {
    bool begun; /* all checks passed: removal has started */
    char run_id[RECORD_NAME];
    uint64_t files;
    uint64_t folders;
};

/* Removes the files of the run that 'options.run.cleanup' names. Collective; returns 0, or -errno
 * with the same line in 'why' on every rank. If 'begun' is false, nothing was removed. */
int cleanup(struct setup *setup, struct cleaned *cleaned, struct failure *why);

/* Refuses to replace the result that 'options.run.result' names while files of its run remain:
 * -EEXIST. Collective. */
int cleanup_refuse_remaining(struct setup *setup, struct failure *why);

#endif
