/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a record that are about the phases of presets 'pfs' and 'checkpoint'. */
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

/* A phase of preset 'checkpoint': one generation, written or read. */
struct record_checkpoint {
    char phase[RECORD_NAME];
    int64_t bytes;
    char slowest_rank[RECORD_NAME]; /* "n03:12" */
    int64_t slowest_ns;             /* common start to the end of its close */
    int64_t least_per_s;            /* bytes of a rank / its own time; the least of all ranks */
    int64_t memory_ppm; /* bytes of a node in millionths of its memory, the least of all nodes */
    uint8_t cache;      /* enum record_checkpoint_cache */
};

/* Where the run differs from the published rules of IO500. */
struct record_deviation {
    char text[RECORD_LINE];
};

#endif
