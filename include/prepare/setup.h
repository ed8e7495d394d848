/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run before its first step: options, parsed on rank 0 and sent to all ranks, and one 'prepared'
 * for each entry of the settings pool. Collective functions return on every rank 0, or -errno with
 * the same line in 'why'. Prints nothing.
 */
#ifndef TIDEMILL_PREPARE_SETUP_H
#define TIDEMILL_PREPARE_SETUP_H

#include <stdbool.h>

#include "cluster/cluster.h"
#include "options/options.h"
#include "options/settings_pool.h"
#include "options/sweep_words.h"
#include "plan/plan.h"
#include "plan/schedule.h"
#include "platform/pending_call.h"
#include "platform/topology.h"
#include "prepare/stored.h"

struct prepared;

struct setup {
    struct cluster *cluster;
    struct options options; /* as given; the list of phases is resolved */
    struct topology topology;
    int64_t load_thousandths; /* of this node, before MPI was started */
    struct stored stored;     /* an earlier run whose files are read; complete on rank 0 only */
    bool reads_stored;        /* no phase writes, and the result of an earlier run was given */
    bool several_data_sets;   /* each in the directory of its section */
    char run_id[PLAN_NAME];
    struct settings_pool pool;  /* those of the sections come first */
    struct prepared **prepared; /* one for each entry of the pool that was needed so far */
    uint32_t prepared_count;
    uint32_t point_count; /* of a sweep: theirs are the settings 1 to point_count of the pool */
    struct tune *tune;    /* rank 0, owned: the search of 'tune' and --auto; NULL: none */
    bool tunes;           /* the command is 'tune' */
    const char *settled;  /* rank 0: what a search settled on, as text of a settings file */
    struct schedule_item items[PHASES_MOST]; /* the list of phases */
    uint32_t item_count;
    struct pending_call *pending_call; /* shows removals in progress; may be NULL */
};

/* Parses the command line on rank 0, reads what it refers to, and sends all options. */
int setup_options(struct setup *setup, int argc, char *const *argv, struct failure *why);

/* Prepares every section without changing storage; usage errors are reported here. */
int setup_prepare(struct setup *setup, struct failure *why);

/* Creates the directories of all data sets: the first change to storage. */
int setup_datasets(struct setup *setup, struct failure *why);

/* Prepares the settings that rank 0 appended to its pool for this step, unless they are prepared
 * already. */
int setup_prepare_step(struct setup *setup, const struct step *step, struct failure *why);

/* Removes what this run created in all data sets. If 'limit_ns' is not 0, waits no longer than that
 * for each step. Continues after failures and sets 'why' to the first one. */
int setup_remove(struct setup *setup, int64_t limit_ns, struct failure *why);

/* Removes what can be removed now. Not collective, no messages. */
void setup_remove_early(struct setup *setup);

void setup_release(struct setup *setup);

/* Reduces 'mine' over all ranks: returns 0 if no rank failed, or the first failure's code, with one
 * line in 'why' that contains the number of failed ranks. Collective. */
int setup_agree(struct setup *setup, const struct failure *mine, struct failure *why);

/* Sends rank 0's failure to every rank and returns its code. Collective. */
int setup_agree_with_first(struct setup *setup, const struct failure *mine, struct failure *why);

/* Prints the points of a sweep; nothing without. */
void setup_describe_sweep(const struct setup *setup, struct text *out);

/* Prints how a search begins; nothing without. Rank 0. */
void setup_describe_tune(const struct setup *setup, struct text *out);

/* Prints what one of them sets, numbered from 1. */
void setup_print_point(const struct setup *setup, uint32_t point, struct text *out);

/* Gets how many ranks or nodes work in it; its base counts from 0. */
void setup_scale_of(const struct setup *setup, uint32_t point, struct sweep_scale *scale);

#endif
