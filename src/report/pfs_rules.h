/* SPDX-License-Identifier: Apache-2.0 */
/* The phases of preset 'pfs', and the published rules that they follow or not. */
#ifndef TIDEMILL_REPORT_PFS_RULES_H
#define TIDEMILL_REPORT_PFS_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "record/record.h"

enum pfs_mean { PFS_NO_MEAN, PFS_BANDWIDTH, PFS_METADATA, PFS_MEANS };

struct pfs_line {
    const char *section;
    enum pfs_mean mean;    /* the one that it is part of */
    bool timed;            /* ends by --time */
    bool shifted;          /* reads what another node wrote */
    int64_t request_bytes; /* by the rules; 0 = any */
};

extern const struct pfs_line pfs_lines[];
extern const size_t pfs_line_count;

/* Returns a section's row of the summary over repetitions, or NULL. */
const struct record_summary *pfs_row(const struct record *record, const char *section);

/* Adds the deviations to the record; -ENOMEM. */
int pfs_deviations(struct record *record);

#endif
