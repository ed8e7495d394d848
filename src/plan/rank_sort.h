/* SPDX-License-Identifier: Apache-2.0 */
/* Stable counting sort of ranks by a small key: O(ranks + keys), for plans of any size. */
#ifndef TIDEMILL_PLAN_RANK_SORT_H
#define TIDEMILL_PLAN_RANK_SORT_H

#include <stdint.h>

/* Sorts 'count' ranks by key_of[rank] < key_count; equal keys keep their order. -ENOMEM. */
int rank_sort(uint32_t *ranks, uint32_t count, const uint32_t *key_of, uint32_t key_count);

#endif
