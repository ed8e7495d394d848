/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a record that is about the set of phases of preset 'pfs'. */
#ifndef TIDEMILL_RECORD_PFS_ROWS_H
#define TIDEMILL_RECORD_PFS_ROWS_H

#include <stdint.h>

#include "record/environment.h"

/* A phase of the set, or a mean over several of them. */
struct record_pfs {
    char name[RECORD_NAME];   /* the section, or what the mean is of */
    char unit[24];            /* "GiB/s", "kIOP/s" */
    int64_t value_millionths; /* in this unit; 0 = not measured */
    int64_t lines;            /* of a mean: how many phases it is of; 0 = a phase */
    uint8_t counts;           /* a phase that a mean is of */
};

/* Where the run differs from the published rules of IO500. */
struct record_deviation {
    char text[RECORD_LINE];
};

#endif
