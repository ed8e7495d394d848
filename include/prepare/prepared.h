/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the steps with one set of settings need before they start: targets, engine, mode, plan,
 * content and data set. Each function is collective, prints nothing, and returns on every rank 0,
 * or -errno with the same line in 'why'.
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
    uint64_t depth_asked;          /* rank 0: --depth before it was resolved; 0 if not given */
    struct settings *settings;     /* in the setup's pool; resolved by prepare_plan */
    bool writes;                   /* a phase with these settings writes data */
    bool reads;                    /* a phase with these settings reads data */
    bool mixed;                    /* a phase with these settings reads and writes data */
    bool creates;                  /* a phase with these settings creates objects */
    bool visits;                   /* a phase with these settings is about objects */
    const struct prepared *source; /* the one whose data set it reads; NULL: its own */
    const char *section;           /* the section's name, or "" */
    enum phase_id phase;           /* of the section */
    const char *folder;            /* the section's directory in the run's, or "" */
    uint32_t point;                /* of a sweep, from 1; 0: it belongs to none */
    bool probe;    /* of a probe or warm-up: already resolved, with other file names */
    bool warms;    /* of a warm-up */
    bool rewrites; /* a phase with these settings writes in place */
    struct record_target *targets;  /* one for each target, as this rank sees it */
    struct record_target *first;    /* the same as rank 0 sees them */
    struct target_space *spaces;    /* their file systems, likewise */
    enum target_kind *target_kinds; /* as rank 0 sees them */
    const struct engine_kind *engine;
    enum record_engine_cause engine_cause; /* why it is not the preferred one */
    char engine_reason[RECORD_LINE];       /* the failure of the preferred one, or "" */
    struct engine_mode mode;
    struct numa *numa;             /* NULL: nothing is bound */
    char not_granted[RECORD_LINE]; /* what is not available on this rank, and why */
    struct capacity capacity;
    bool roomy; /* on every node there is a core for each thread */
    struct plan plan;
    struct content content;
    struct content object_content;
    struct dataset dataset; /* of a section that writes, or of stored files */
};

/* Inspects the targets, on rank 0 first, so that a failure on all ranks is reported once. */
int prepare_targets(struct prepared *prepared, struct failure *why);

/* Refuses a target that is another file system on this node than on rank 0's, or mounted elsewhere;
 * 'least' is the smallest difference that counts. */
int refuse_difference(const struct prepared *prepared, uint32_t target,
                      enum record_target_difference least, struct failure *why);

/* Chooses an engine that all ranks have, and determines each rank's capacity. */
int prepare_engine(struct prepared *prepared, struct failure *why);

/* Resolves the settings and makes the plan and the content from them. */
int prepare_plan(struct prepared *prepared, struct failure *why);

/* Makes the content of objects; 'total_bytes': over which its ratios hold. Not collective. */
int prepare_object_content(struct prepared *prepared, uint64_t total_bytes, struct failure *why);

/* Refuses --warm-up where what writes in place cannot have a data set of its own. */
int prepare_warm_up(struct prepared *prepared, struct failure *why);

/* Does the data set of a warm-up, which is as large, exist at the same time as this one? */
bool prepare_warms_apart(const struct prepared *prepared);

/* Checks the plan against the free space of the targets. */
int prepare_space(struct prepared *prepared, struct failure *why);

/* Refuses '--direct require' where O_DIRECT is known to have no effect. */
int prepare_direct(struct prepared *prepared, struct failure *why);

/* Rank 0: reports a size of requests that rules out O_DIRECT, and one that does not. */
void prepare_describe_requests(const struct prepared *prepared, struct text *out);

/* Refuses a layout that is asked for where it cannot be set. */
int prepare_striping(struct prepared *prepared, struct failure *why);

/* Chooses the engine's mode and where buffers and threads are placed; refuses what is required but
 * not available. */
int prepare_mode(struct prepared *prepared, struct failure *why);

/* Creates directories, and decides which rank reads which data: the first change to storage. */
int prepare_dataset(struct prepared *prepared, struct failure *why);

/* Returns, on rank 0, the bytes that fit on the targets with these settings, less a margin if
 * --free-space-floor is not given; if nothing is written, the bytes that they hold. */
uint64_t prepare_open_end(const struct prepared *prepared, const struct settings *fitted,
                          struct failure *why);

/* Returns true if there are only metadata phases. */
bool prepared_is_names_only(const struct prepared *prepared);

/* Returns true if every target is /dev/null. */
bool prepared_is_null(const struct prepared *prepared);

#endif
