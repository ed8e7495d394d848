/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schedule: the only place that knows the order of a run. It hands out one step after the
 * other, depending on the record so far: the list of phases, repeated N times or until the medians
 * are known well enough, with the probes of --ceilings before the first phase of each kind that has
 * ceilings with each distinct settings, and with a warm-up before each phase that moves bytes.
 * Pure; rank 0 alone asks it.
 */
#ifndef TIDEMILL_PLAN_SCHEDULE_H
#define TIDEMILL_PLAN_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "options/options.h"
#include "options/repeat_words.h"
#include "options/settings_pool.h"
#include "plan/step.h"
#include "plan/tune.h"
#include "record/record.h"

/* How long a probe of --ceilings lasts at most, in ns; and how often each is repeated: so often
 * that the medians of two of them are within their extremes with a probability of 96.9 %. */
enum { SCHEDULE_PROBE_NS = 500 * 1000 * 1000, SCHEDULE_ROUNDS = 7, SCHEDULE_PROBES = 3 };

/* One phase of the list. */
struct schedule_item {
    enum phase_id phase;
    uint32_t settings;
    uint32_t section;
    uint32_t dataset;
};

struct schedule_setup {
    const struct schedule_item *items;
    uint32_t item_count;
    struct repeat repeat;
    bool ceilings;
    uint32_t point_count; /* of a sweep: each repetition goes through all in a new order; theirs
                             are the settings 1 to point_count */
    uint64_t seed;        /* of that order */
    struct tune *tune;    /* instead of all else: a search; NULL: none */
    struct settings_pool *pool; /* gets the settings of probes and warm-ups */
};

struct schedule {
    struct schedule_setup setup;
    uint32_t next;                            /* in the list */
    uint32_t repetition;                      /* how many have begun */
    uint32_t point;                           /* of a sweep: how many of this repetition are done */
    uint32_t round;                           /* of the probes before list[next], from 0 */
    int probe;                                /* enum record_probe: the next one of this round */
    uint32_t probe_settings[SCHEDULE_PROBES]; /* in the pool */
    size_t first_ceiling; /* of the record: where the rows of these probes begin */
    uint32_t filled;      /* settings of the data set that the next warm-up writes in place, or 0 */
    bool warm;            /* the warm-up before list[next] is done */
};

void schedule_init(struct schedule *schedule, const struct schedule_setup *setup);

/* Hands out the next step: 1 and the step, 0 at the end of the run, -ENOMEM. 'record' holds every
 * step that was handed out before, its summary included. */
int schedule_next(struct schedule *schedule, const struct record *record, struct step *step);

#endif
