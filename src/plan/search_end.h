/* SPDX-License-Identifier: Apache-2.0 */
/* The last steps of a search: pairs of the start and the winner, and the knee. */
#ifndef TIDEMILL_PLAN_SEARCH_END_H
#define TIDEMILL_PLAN_SEARCH_END_H

#include "plan/search.h"

/* Where all changes together made it slower beyond the noise, the start remains. */
void search_end_pairs(struct search *search);

/* Finds the lowest level that reaches the knee's share of the winner's rate, or may reach
 * it for all that the noise shows. */
void search_end_knee(struct search *search);

/* Is it decided for each level on which side of the knee it is? */
bool search_knee_is_clear(const struct search *search);

#endif
