/*
 * What a step with certain settings needs, made before it is carried out: targets, engine, mode,
 * plan, content and data set. Each function is collective, prints nothing, and returns 0 on every
 * rank or -errno on every rank with the same line in 'why'.
 */
#ifndef TIDEMILL_PREPARE_PREPARED_H
#define TIDEMILL_PREPARE_PREPARED_H

#include <stdbool.h>

#include "cluster/cluster.h"
#include "data/content.h"
#include "engines/engine.h"
#include "plan/defaults.h"
#include "plan/plan.h"
#include "platform/numa.h"
#include "platform/target.h"
#include "prepare/dataset.h"
#include "prepare/setup.h"
#include "record/record.h"

struct prepared {
    struct setup *setup;
    struct cluster *cluster;
    struct settings *settings; /* in the setup's pool; resolved by prepare_plan */
    bool writes;               /* does a phase with these settings write, or read? */
    bool reads;
    const struct prepared *source;  /* whose data set it reads; NULL: its own */
    const char *folder;             /* the section's own in the run's; "" */
    bool probe;                     /* of a probe: already resolved, with files named apart */
    struct record_target *targets;  /* one for each target, as this rank sees it */
    struct target_space *spaces;    /* likewise: the file systems that they lie on */
    enum target_kind *target_kinds; /* as rank 0 sees them */
    const struct engine_kind *engine;
    enum record_engine_cause engine_cause; /* why not the preferred one */
    char engine_reason[RECORD_LINE];       /* the line of its failure; "" */
    struct engine_mode mode;
    struct numa *numa;             /* NULL: nothing is bound */
    char not_granted[RECORD_LINE]; /* what is known not to be available on this rank, and why */
    struct capacity capacity;
    bool roomy; /* every thread of this node can have a core of its own */
    struct plan plan;
    struct content content;
    struct dataset dataset; /* of a section that writes, or of stored files */
};

/* Inspects the targets. Rank 0 goes first, so that what is wrong everywhere is reported once. */
int prepare_targets(struct prepared *prepared, struct failure *why);

/* Chooses the engine that all ranks have, and what a rank may use with it. */
int prepare_engine(struct prepared *prepared, struct failure *why);

/* Resolves the settings and makes the plan and the content from them. */
int prepare_plan(struct prepared *prepared, struct failure *why);

/* Checks the plan against the free space of the targets. */
int prepare_space(struct prepared *prepared, struct failure *why);

/* Refuses '--direct require' where O_DIRECT is known to have no effect. */
int prepare_direct(struct prepared *prepared, struct failure *why);

/* Chooses how the engine works and where buffers and threads are; refuses what is required and not
 * available. */
int prepare_mode(struct prepared *prepared, struct failure *why);

/* Makes folders, and decides who reads whose data: the first thing that leaves a trace. */
int prepare_dataset(struct prepared *prepared, struct failure *why);

/* Rank 0: the bytes that the targets can take with requests of this size, less a margin where no
 * floor was given; the bytes that they hold where nothing is written. */
uint64_t prepare_open_end(const struct prepared *prepared, uint64_t request_bytes);

/* Is every target /dev/null? */
bool prepared_is_null(const struct prepared *prepared);

#endif
