/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What storage acknowledged of one writer's share, in the order of its sequence: all requests
 * below 'issued' except the holes. Only requests in this set are read or verified.
 *
 * Plain data of fixed size, so that ranks can exchange it. If there are more holes than fit,
 * 'issued' ends before the first that does not fit: the set is then smaller, but correct. The last
 * request below 'issued' is never a hole.
 */
#ifndef TIDEMILL_PLAN_ACKNOWLEDGED_H
#define TIDEMILL_PLAN_ACKNOWLEDGED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"

enum { ACKNOWLEDGED_HOLES = 126 };

struct acknowledged {
    uint64_t issued;
    uint64_t bytes; /* acknowledged by storage, also beyond 'issued' */
    uint64_t hole_count;
    uint64_t holes[ACKNOWLEDGED_HOLES]; /* rising, each below 'issued' */
};

/* Sets all of 'count' requests, 'bytes' in total. */
void acknowledged_all(struct acknowledged *set, uint64_t count, uint64_t bytes);

/* Sets 'issued' requests except those in 'missing', which may be in any order and gets sorted. */
void acknowledged_from(struct acknowledged *set, uint64_t issued, uint64_t bytes, uint64_t *missing,
                       uint64_t missing_count);

bool acknowledged_has(const struct acknowledged *set, uint64_t place);

/* Returns true if all places from 'first' to 'last' are in the set. */
bool acknowledged_has_all(const struct acknowledged *set, uint64_t first, uint64_t last);

/* Number of requests in the set. */
uint64_t acknowledged_count(const struct acknowledged *set);

/* Number of requests in the set from place 'first' on and below 'end'. */
uint64_t acknowledged_count_between(const struct acknowledged *set, uint64_t first, uint64_t end);

/* Prints and parses holes as "7,9-12"; -EINVAL if they are malformed, not rising or too many. */
void acknowledged_print_holes(const struct acknowledged *set, struct text *out);
int acknowledged_parse_holes(struct acknowledged *set, const char *text, struct failure *why);

#endif
