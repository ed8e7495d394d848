/*
 * Everything of a run before its first step: options parsed on rank 0 and sent to all, and one
 * 'prepared' for each settings of the pool. Collective functions return 0 on every rank, or -errno
 * on every rank with the same line in 'why'. Prints nothing.
 */
#ifndef TIDEMILL_PREPARE_SETUP_H
#define TIDEMILL_PREPARE_SETUP_H

#include <stdbool.h>

#include "cluster/cluster.h"
#include "options/options.h"
#include "options/settings_pool.h"
#include "plan/plan.h"
#include "plan/schedule.h"
#include "platform/lookout.h"
#include "platform/topology.h"
#include "prepare/stored.h"

struct prepared;

struct setup {
    struct cluster *cluster;
    struct options options; /* as given; the list of phases is resolved */
    struct topology topology;
    int64_t load_thousandths; /* of this node, before MPI was started */
    struct stored stored;     /* an earlier run whose files are read; rank 0 has the whole */
    bool reads_stored;        /* no phase writes, and an earlier run's result was given */
    char run_id[PLAN_NAME];
    struct settings_pool pool;  /* of the sections first */
    struct prepared **prepared; /* one for each settings of the pool that was needed so far */
    uint32_t prepared_count;
    struct schedule_item items[PHASES_MOST]; /* the list of phases */
    uint32_t item_count;
    struct lookout *lookout; /* hears of removals; NULL: none */
};

/* Parses the command line on rank 0, reads what it refers to, and sends all options. */
int setup_options(struct setup *setup, int argc, char *const *argv, struct failure *why);

/* Prepares every section up to the first trace: refusals end here. */
int setup_prepare(struct setup *setup, struct failure *why);

/* Makes the folders of all data sets: the first thing that leaves a trace. */
int setup_datasets(struct setup *setup, struct failure *why);

/* Prepares the settings that rank 0 appended to its pool for this step; nothing to do for those
 * that are prepared already. */
int setup_prepare_step(struct setup *setup, const struct step *step, struct failure *why);

/* Removes what this run made in all data sets: within 'limit_ns' where that is not 0, for storage
 * that may not answer. The first failure is put into 'why' and does not stop the others. */
int setup_remove(struct setup *setup, int64_t limit_ns, struct failure *why);

/* Removes what can be removed at this moment. Not collective, no messages. */
void setup_remove_early(struct setup *setup);

void setup_release(struct setup *setup);

/* Reduces 'mine' over all ranks: 0 when nobody failed, else the first failure's code, with one line
 * in 'why' that says how many ranks failed. Collective. */
int setup_agree(struct setup *setup, const struct failure *mine, struct failure *why);

/* The same for what rank 0 alone decides: every rank gets its failure. Collective. */
int setup_agree_with_first(struct setup *setup, const struct failure *mine, struct failure *why);

#endif
