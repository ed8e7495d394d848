/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work of creating and visiting objects: a crew of I/O threads, and which rank's objects it is
 * about. The only part of the phases that knows metadata/.
 */
#ifndef TIDEMILL_PHASES_WORK_NAMES_H
#define TIDEMILL_PHASES_WORK_NAMES_H

#include "metadata/crew.h"
#include "phase.h"
#include "work.h"

struct work_names {
    struct work work;
    struct phase *phase; /* whose work this is */
    const struct operation_kind *kind;
    struct object_tree *tree;     /* of the data set */
    uint32_t owner;               /* rank that created, or creates, the objects */
    uint32_t threads;             /* I/O threads */
    struct acknowledged *created; /* visiting: what exists of the owner's objects, by thread */
    struct object_names names;    /* visiting: of the owner's objects */
    struct acknowledged *reached; /* names.reached */
    struct listing_setup listing; /* listing directories */
    uint64_t matches;             /* ... objects of this rank that the search matched */
    struct crew *crew;
};

/* Makes the phase's work, which remembers the phase. */
int work_names_init(struct phase *phase, struct failure *why);

/* Returns the rank that visits this rank's objects. */
uint32_t work_names_visitor(const struct work_names *names);

/* Returns the number by which a record names the object of a rank: its place, or where directories
 * are listed its number. */
uint64_t work_names_place(const struct work_names *names, const struct object *object);

/* Returns the path of the directory that the object of a record is in (malloc'ed). */
char *work_names_directory(const struct work_names *names, const struct slow_request *place,
                           struct failure *why);

/* Sets which directories this rank lists, and what it must find there. Collective. */
int work_names_prepare_list(struct work_names *names, struct agreement *agreement);

/* What the threads did, once all have ended. */
void work_names_join(struct work *work, struct work_outcome *outcome);

/* What this leaves for later phases, and where data were wrong. Collective. */
int work_names_gather(const struct work *work, struct record_phase *into, struct failure *why);

/* The failures of all ranks by their error. Collective. */
void work_names_gather_errors(const struct work_names *names, struct record_phase *into,
                              struct failure *why);

/* What the phase has left of the objects. Collective. */
void work_names_gather_state(const struct work_names *names, struct record_phase *into,
                             struct failure *why);

#endif
