/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A search for the settings with the highest rate: probes so far -> the next candidate, or settled.
 * A candidate is one level on each axis. Pure: what a level means, and what a probe is, the caller
 * knows; the search reads no clock and draws no random numbers.
 *
 * It moves along one axis at a time, in the order of the axes. A step compares some levels of one
 * axis in rounds: each round probes every level that is still in question once, in an order that
 * changes from round to round, so that a drift of the device affects all alike. Levels that are
 * slower beyond the noise drop out. An axis with ordered levels is first compared in strides, then
 * around the level that won. After a change of one axis the others are compared again. The search
 * ends when no axis is left to compare, or at the budget; then it probes the start and the winner
 * in alternating pairs, and finds the knee: the lowest levels of the thrifty axes that reach
 * SEARCH_KNEE_PERCENT of the winner's rate, or that the noise hides among those.
 *
 * Rates are compared by the middle of their logarithms; the noise is what the rounds of all steps
 * leave unexplained.
 */
#ifndef TIDEMILL_PLAN_SEARCH_H
#define TIDEMILL_PLAN_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SEARCH_AXES_MOST = 12,
    SEARCH_LEVELS_MOST = 16,
    SEARCH_ROUNDS_LEAST = 3,
    SEARCH_ROUNDS_SCARCE = 2, /* if the budget has no more for each axis */
    SEARCH_ROUNDS_MOST = 12,
    SEARCH_RESIDUALS_MOST = 1024,
    SEARCH_KNEE_PERCENT = 97,
};

struct candidate {
    uint8_t level[SEARCH_AXES_MOST];
};

struct search_axis {
    uint8_t levels;
    bool ordered;   /* neighbouring levels are alike */
    uint8_t thrift; /* lower levels need less: the knee lowers these axes in this order, from 1; 0:
                       not at all */
    bool follows;   /* it does so only if it lowered the axis before as far as possible */
};

struct search_space {
    struct search_axis axes[SEARCH_AXES_MOST];
    uint32_t axis_count;
    struct candidate start;
    /* May adapt other levels to that of 'axis'. False: this candidate is not possible. */
    bool (*fit)(const void *context, uint32_t axis, struct candidate *candidate);
    const void *context;
};

/* What the last step along an axis found. */
struct search_finding {
    uint32_t rounds; /* 0: the axis was not compared */
    uint32_t compared;
    uint8_t level;     /* the winner's */
    uint8_t other;     /* the one before it or, if it was kept, the best of the others */
    bool changed;      /* 'other' was replaced */
    bool differs;      /* by more than the noise */
    double ratio;      /* of the winner's rate to that of 'other' */
    double half_width; /* of this ratio, relative */
};

enum search_stage { SEARCH_AXES, SEARCH_PAIRS, SEARCH_KNEE, SEARCH_SETTLED };

/* The levels under comparison in a step. */
struct search_step {
    uint32_t axis;
    uint32_t count;
    uint32_t rounds; /* completed */
    uint32_t done;   /* of the round under way */
    uint32_t most;   /* rounds */
    uint32_t others; /* KNEE: those that can be the knee; the last of all is the winner */
    struct candidate candidates[SEARCH_LEVELS_MOST];
    double logs[SEARCH_LEVELS_MOST][SEARCH_ROUNDS_MOST];
    bool out[SEARCH_LEVELS_MOST];
    uint8_t dropped[SEARCH_LEVELS_MOST]; /* after this round; 0 with 'out': it failed */
};

struct search {
    const struct search_space *space;
    enum search_stage stage;
    struct candidate best;
    struct candidate knee; /* valid when settled and 'knee_known' */
    bool knee_known;
    bool out_of_budget; /* it ended before every axis was compared as often as it should */
    bool measured;      /* at least one candidate could be measured */
    uint32_t probes;
    struct search_finding findings[SEARCH_AXES_MOST];
    struct search_step step;                /* 'count' 0: none is under way */
    uint32_t changes;                       /* of the best candidate, and shifts */
    uint32_t compared_at[SEARCH_AXES_MOST]; /* value of 'changes' then, plus 1; 0: never */
    uint32_t steps[SEARCH_AXES_MOST];
    bool coarse[SEARCH_AXES_MOST]; /* the last step compared strides */
    double best_log;               /* of the best candidate in the last step */
    uint32_t best_rounds;          /* 0: not known */
    uint32_t shifts;
    uint8_t thrift;  /* stage KNEE: the axis that is next */
    uint32_t rounds; /* of the last comparison */
    double residuals[SEARCH_RESIDUALS_MOST];
    uint32_t residual_count;
};

void search_init(struct search *search, const struct search_space *space);

/* Returns the candidate to probe next, or NULL when the search has settled. 'affordable' is the
 * number of probes that the budget has left. */
const struct candidate *search_next(struct search *search, uint32_t affordable);

/* The rate of that candidate; 0: it could not be measured, and is out of the question. */
void search_add(struct search *search, double rate);

/* The noise: relative standard deviation of one probe; 0 if it is not known yet. */
double search_noise(const struct search *search);

/* The relative half-width of the difference between two candidates after the rounds of the last
 * comparison: the settled candidate may be this much below the best. */
double search_half_width(const struct search *search);

/* The number of probes that comparing each axis once takes at least. */
uint32_t search_probes_least(const struct search_space *space);

#endif
