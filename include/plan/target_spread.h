/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of several targets a writer uses: nodes, ranks or writers take them in turn.
 * Ranks and writers count on from node to node, so that a node with enough of them uses all
 * targets, however its ranks are numbered. Pure.
 */
#ifndef TIDEMILL_PLAN_TARGET_SPREAD_H
#define TIDEMILL_PLAN_TARGET_SPREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "options/options.h"
#include "plan/shape.h"

struct target_spread {
    enum spread spread; /* SPREAD_AUTO counts as SPREAD_NODE */
    uint32_t targets;
    uint32_t writers; /* of each rank */
    const uint32_t *rank_node;
    uint32_t *turn_of; /* rank -> its place in the order of nodes; NULL by node */
};

/* Borrows the shape's rank map. -ENOMEM. */
int target_spread_init(struct target_spread *with, enum spread spread, uint32_t targets,
                       uint32_t writers, const struct shape *shape);
void target_spread_release(struct target_spread *with);

uint32_t target_spread_of(const struct target_spread *with, uint32_t rank, uint32_t writer);

/* Returns how many writers of a rank use a target. */
uint32_t target_spread_count(const struct target_spread *with, uint32_t rank, uint32_t target);

/* What decides where --spread is left to tidemill. */
struct spread_choice {
    bool local;   /* each node has targets of its own, which all count */
    bool files;   /* targets are single files, or devices: they are shared */
    bool objects; /* those of a node are on one target */
    bool stored;  /* the files are of a run before there was a choice: by node */
};

/* Resolves '--spread auto' where there are several targets, and the layout that it needs if none is
 * given. -ENOMEM. */
int target_spread_fit(struct settings *settings, const struct shape *shape,
                      const struct spread_choice *choice, struct failure *why);

/* Chooses the coarsest way that uses every target evenly, else the one that uses most of them. By
 * writer only where 'by_writer' is set. 'local': each node has targets of its own, which all count.
 * -ENOMEM. */
int target_spread_choose(const struct shape *shape, uint32_t targets, uint32_t writers, bool local,
                         bool by_writer, enum spread *chosen);

#endif
