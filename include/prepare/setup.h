/*
 * Everything of a run before its first phase: options shared, targets looked at, engine agreed,
 * defaults fitted, plan made and checked against space. Each step is collective and either passes
 * on every rank or is refused on every rank, with one line printed by rank 0.
 */
#ifndef TIDEMILL_PREPARE_SETUP_H
#define TIDEMILL_PREPARE_SETUP_H

#include <stdbool.h>

#include "cluster/cluster.h"
#include "data/content.h"
#include "engines/engine.h"
#include "options/options.h"
#include "plan/defaults.h"
#include "plan/plan.h"
#include "platform/numa.h"
#include "platform/target.h"
#include "platform/topology.h"
#include "prepare/dataset.h"
#include "prepare/stored.h"
#include "record/record.h"

struct setup {
    struct cluster *cluster;
    struct options options;
    struct topology topology;
    int64_t load_thousandths;       /* of this node, before MPI was started */
    struct record_target *targets;  /* one for each target, as this rank sees it */
    struct target_space *spaces;    /* likewise: the file systems that they lie on */
    enum target_kind *target_kinds; /* as rank 0 sees them */
    const struct engine_kind *engine;
    char engine_reason[RECORD_LINE];
    struct engine_mode mode;
    struct numa *numa;             /* NULL: nothing is bound */
    char not_granted[RECORD_LINE]; /* what was wished and is known not to be had on this rank */
    struct capacity capacity;
    bool roomy;
    uint64_t depth_asked; /* rank 0: --depth as it was given; 0 without */
    struct stored stored; /* an earlier run whose files are read; rank 0 has the whole */
    struct plan plan;
    struct content content;
    struct dataset dataset;
};

/* Each returns 0, or -errno on every rank with the same line in 'why'. 'argv' is read on rank 0
 * only. */
int setup_options(struct setup *setup, int argc, char *const *argv, struct failure *why);
int setup_look(struct setup *setup, struct failure *why);
int setup_engine(struct setup *setup, struct failure *why);
int setup_plan(struct setup *setup, struct failure *why);
int setup_space(struct setup *setup, struct failure *why);
int setup_direct(struct setup *setup, struct failure *why);

/* How the engine works, and where buffers and threads are: what was required and is not to be had
 * is refused here. */
int setup_mode(struct setup *setup, struct failure *why);

/* Folders, and who reads whose data: the first thing that leaves a trace. */
int setup_dataset(struct setup *setup, struct failure *why);

void setup_release(struct setup *setup);

/* Does any phase write? True while the list is still to be fitted. */
bool setup_writes(const struct options *options);

/* Rank 0: a data set of as much as the targets can take, less a margin where no floor was named;
 * of what they hold where nothing is written. */
uint64_t setup_open_end(const struct setup *setup);

/* Reduces 'mine' over all ranks: 0 when nobody failed, else the first failure's code, with one line
 * in 'why' that says how many ranks failed. Collective. */
int setup_agree(struct setup *setup, const struct failure *mine, struct failure *why);

/* The same for what rank 0 alone decides: every rank gets its failure. Collective. */
int setup_agree_with_first(struct setup *setup, const struct failure *mine, struct failure *why);

#endif
