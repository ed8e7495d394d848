/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An earlier run that --options-from names: its options and, if this run writes nothing, its files
 * and what storage acknowledged of them.
 */
#ifndef TIDEMILL_PREPARE_STORED_H
#define TIDEMILL_PREPARE_STORED_H

#include <stdbool.h>

#include "cluster/cluster.h"
#include "options/options.h"
#include "prepare/dataset.h"
#include "record/record.h"

struct stored {
    bool loaded;          /* rank 0: --options-from named a result file */
    struct record record; /* rank 0 */
};

/* Rank 0: reads '--options-from' (a settings file or a result); the command line takes
 * precedence. */
int stored_read_options(struct stored *stored, struct options *options, struct failure *why);

/* Rank 0: how many sections of the stored run wrote a data set; 0 and 'why' on failure. */
size_t stored_data_sets(const struct stored *stored, struct failure *why);

/* Rank 0: returns 0 if this run can read the stored files, or visit the stored objects: the number
 * of ranks is the same, they exist, and files that are incomplete are read in the order of writing.
 */
int stored_check(const struct stored *stored, const struct options *options, uint32_t rank_count,
                 bool reads, bool visits, struct failure *why);

/* Sends to every rank what was acknowledged of its parts in a section ("" without sections), and
 * whether nodes share them. Collective; if rank 0 fails, all ranks return its code. */
int stored_share(const struct stored *stored, const char *section, struct dataset *dataset,
                 struct failure *why);

void stored_release(struct stored *stored);

#endif
