/* SPDX-License-Identifier: Apache-2.0 */
/* A step of a search: some candidates, compared in rounds. */
#ifndef TIDEMILL_PLAN_SEARCH_STEP_H
#define TIDEMILL_PLAN_SEARCH_STEP_H

#include "plan/search.h"

/* Returns the index of the candidate that is next in the round, or -1 when the round is complete.
 */
int step_next(struct search_step *step);

/* Completes a round: keeps what it shows of the noise. */
void step_end_round(struct search_step *step, struct search *search);

/* The standard deviation of step_middle, relative to that of a mean, at 3 rounds. */
#define SEARCH_MIDDLE_DEVIATION 1.16

/* Mean of a candidate's logarithms over its first rounds without the lowest and the highest: one
 * hiccup of the device changes little. */
double step_middle(const struct search_step *step, uint32_t index, uint32_t rounds);

/* The half-width, in logarithms, of the difference of two such means; infinite if the noise is
 * not known yet. */
double step_half_width(const struct search *search, uint32_t rounds);

/* Drops candidates that are slower than the best beyond the noise. */
void step_drop(struct search_step *step, const struct search *search);

/* How many are still in question. */
uint32_t step_left(const struct search_step *step);

/* The index with the highest mean of those left, or -1. */
int step_best(const struct search_step *step);

#endif
