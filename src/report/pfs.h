/* SPDX-License-Identifier: Apache-2.0 */
/* The set of phases of preset 'pfs': its means, and where it differs from the published rules. */
#ifndef TIDEMILL_REPORT_PFS_H
#define TIDEMILL_REPORT_PFS_H

#include "record/record.h"

/* Fills the tables of a run with that preset, and empties those of any other; -ENOMEM. */
int pfs_consider(struct record *record);

#endif
