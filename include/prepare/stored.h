/*
 * An earlier run that this one follows: its options, and, when nothing is written, its files and
 * what storage acknowledged of them.
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

/* Rank 0: reads '--options-from' (a settings file or a result) below what the command line gave. */
int stored_read_options(struct stored *stored, struct options *options, struct failure *why);

/* Rank 0: may this run read the stored files? As many ranks, they hold something, and what was not
 * written whole is gone through in the order that it was written in. */
int stored_check(const struct stored *stored, const struct options *options, uint32_t rank_count,
                 struct failure *why);

/* Collective: gives every rank what was acknowledged of its parts, and whether nodes share them.
 * The failure, if any, is rank 0's and all ranks get its code. */
int stored_share(const struct stored *stored, struct dataset *dataset, struct failure *why);

void stored_release(struct stored *stored);

#endif
