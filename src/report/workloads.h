/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of workloads: sections that were requested to do the same share one. */
#ifndef TIDEMILL_REPORT_WORKLOADS_H
#define TIDEMILL_REPORT_WORKLOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct workload {
    const char *section; /* "" = the run has no sections */
    const char *data;    /* the section whose data it reads; "" = its own */
    uint64_t seed;
    bool objects_only;  /* moves no data, so that the seed does not matter */
    struct text what;   /* the work */
    struct text reader; /* which rank reads the data; empty if none does */
};

void workloads_write(const struct workload *list, size_t count, bool verbose, struct text *out);

#endif
